"""Vector shapes in code: a layer collects them as SVG, resvg draws them at any size.

All places are painted on a sheet of WIDTH × HEIGHT units, y downwards. A colour is "#rrggbb" or a fill made by
`fade` or `glow`. Random choices come from the generator a painter is given, so a seed is a painting.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

WIDTH, HEIGHT = 320, 256

Dice = np.random.Generator
Point = tuple[float, float]


def rgb(colour: str) -> tuple[int, int, int]:
    """The three bytes of "#rrggbb"."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(first: str, second: str, share: float) -> str:
    """`share` 0: the first colour; 1: the second."""
    pairs = zip(rgb(first), rgb(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def near(dice: Dice, colour: str, *, by: float = 8) -> str:
    """A colour as good as this one: lighter or darker and a little off in hue, up to `by` of 255."""
    light = dice.uniform(-by, by)
    moved = (np.array(rgb(colour)) + light + dice.uniform(-by / 3, by / 3, 3)).clip(0, 255)
    return "#" + "".join(f"{round(value):02x}" for value in moved)


def pick(dice: Dice, choices: Sequence[str]) -> str:
    return choices[int(dice.integers(len(choices)))]


def steps(start: float, stop: float, gap: float) -> list[float]:
    """From `start` up to but not to `stop`, every `gap`."""
    return [float(x) for x in np.arange(start, stop, gap)]


class Layer:
    """Shapes in the order of painting, over nothing."""

    def __init__(self) -> None:
        self.fills: list[str] = []
        self.shapes: list[str] = []

    def fade(self, *colours: str, across: bool = False, alphas: Sequence[float] | None = None) -> str:
        """A fill that runs through the colours from the top (or left) of a shape to its other end."""
        strength = alphas or [1.0] * len(colours)
        stops = "".join(
            f'<stop offset="{i / max(1, len(colours) - 1):.3f}" stop-color="{c}" stop-opacity="{a:.3f}"/>'
            for i, (c, a) in enumerate(zip(colours, strength, strict=True))
        )
        to = 'x2="1" y2="0"' if across else 'x2="0" y2="1"'
        return self._fill(f'<linearGradient id="%s" x1="0" y1="0" {to}>{stops}</linearGradient>')

    def glow(self, colour: str, *, strength: float = 1.0, hold: float = 0.0) -> str:
        """A fill that is strongest in the middle of a shape, up to `hold` of its radius, and gone at its rim."""
        stops = (
            f'<stop offset="{hold:.3f}" stop-color="{colour}" stop-opacity="{strength:.3f}"/>'
            f'<stop offset="1" stop-color="{colour}" stop-opacity="0"/>'
        )
        return self._fill(f'<radialGradient id="%s">{stops}</radialGradient>')

    def _fill(self, template: str) -> str:
        name = f"f{len(self.fills)}"
        self.fills.append(template % name)
        return f"url(#{name})"

    def path(self, d: str, fill: str, *, opacity: float = 1.0) -> None:
        self.shapes.append(f'<path d="{d}" fill="{fill}" fill-opacity="{opacity:.3f}"/>')

    def polygon(self, points: Iterable[Point], fill: str, *, opacity: float = 1.0) -> None:
        self.path("M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points) + "Z", fill, opacity=opacity)

    def line(self, points: Iterable[Point], colour: str, *, width: float, opacity: float = 1.0) -> None:
        d = "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)
        self.shapes.append(
            f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width:.2f}" stroke-linecap="round" '
            f'stroke-linejoin="round" stroke-opacity="{opacity:.3f}"/>'
        )

    def curve(self, d: str, colour: str, *, width: float, opacity: float = 1.0) -> None:
        """An open path `d` as a stroke."""
        self.shapes.append(
            f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width:.2f}" stroke-linecap="round" '
            f'stroke-opacity="{opacity:.3f}"/>'
        )

    def oval(self, x: float, y: float, rx: float, ry: float, fill: str, *, opacity: float = 1.0) -> None:
        self.shapes.append(
            f'<ellipse cx="{x:.2f}" cy="{y:.2f}" rx="{rx:.2f}" ry="{ry:.2f}" fill="{fill}" '
            f'fill-opacity="{opacity:.3f}"/>'
        )

    def disc(self, x: float, y: float, r: float, fill: str, *, opacity: float = 1.0) -> None:
        self.oval(x, y, r, r, fill, opacity=opacity)

    def box(
        self, x: float, y: float, w: float, h: float, fill: str, *, round_: float = 0, opacity: float = 1.0
    ) -> None:
        self.shapes.append(
            f'<rect x="{x:.2f}" y="{y:.2f}" width="{w:.2f}" height="{h:.2f}" rx="{round_:.2f}" fill="{fill}" '
            f'fill-opacity="{opacity:.3f}"/>'
        )

    def sheet(self, fill: str, *, top: float = 0, opacity: float = 1.0) -> None:
        """The whole width, from `top` to the bottom."""
        self.box(-1, top, WIDTH + 2, HEIGHT - top + 1, fill, opacity=opacity)

    def svg(self, *, scale: float) -> str:
        """A document of WIDTH · scale × HEIGHT · scale pixels."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{round(WIDTH * scale)}" height="{round(HEIGHT * scale)}"><defs>{"".join(self.fills)}</defs>'
            f"{''.join(self.shapes)}</svg>"
        )


def ridge(dice: Dice, y: float, swing: float, *, waves: float = 1.2, rough: float = 0.0) -> list[Point]:
    """The skyline of hills around height y: a few slow waves, plus `rough` units of quick ones."""
    x = np.arange(-4, WIDTH + 8, 4.0)
    phase = dice.uniform(0, 6.28, 5)
    pace = waves * dice.uniform(0.75, 1.25, 5) * np.array([1, 2.1, 3.3, 9, 17])
    size = np.array([0.62, 0.28, 0.1, 0, 0]) * swing + np.array([0, 0, 0, 0.65, 0.35]) * rough
    wave = np.sin(x[:, None] / WIDTH * 6.28 * pace + phase) @ size
    return [(float(a), float(b)) for a, b in zip(x, y + wave, strict=True)]


def filled(line: Sequence[Point]) -> list[Point]:
    """A skyline closed along the bottom of the sheet."""
    return [(-4, HEIGHT + 4), *line, (WIDTH + 8, HEIGHT + 4)]


def height_at(line: Sequence[Point], x: float) -> float:
    """The y of a skyline at x."""
    return float(np.interp(x, [p[0] for p in line], [p[1] for p in line]))


def peaks(dice: Dice, y: float, height: float, *, count: int) -> list[Point]:
    """A jagged mountain skyline standing on y: `count` summits up to `height` above, broken by midpoints."""
    xs = np.sort(np.linspace(-20, WIDTH + 20, count) + dice.uniform(-18, 18, count))
    points: list[Point] = [(-60.0, y)]
    for i, x in enumerate(xs):
        points.append((float(x), float(y - height * dice.uniform(0.6, 1.0))))
        if i + 1 < count:
            valley = (x + xs[i + 1]) / 2 + dice.uniform(-10, 10)
            points.append((float(valley), float(y - height * dice.uniform(0.12, 0.34))))
    points.append((WIDTH + 60.0, y))
    for wobble in (7.0, 3.5):
        points = _broken(dice, points, wobble)
    return points


def _broken(dice: Dice, points: list[Point], wobble: float) -> list[Point]:
    found = [points[0]]
    for a, b in pairwise(points):
        middle = ((a[0] + b[0]) / 2 + dice.uniform(-wobble, wobble) * 0.4, (a[1] + b[1]) / 2)
        found += [(middle[0], middle[1] + dice.uniform(-wobble, wobble)), b]
    return found
