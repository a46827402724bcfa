"""Small pieces that several places share: clouds, trees, grass, rocks. Each paints into a layer at a point."""

from __future__ import annotations

import numpy as np

from inference.training.places.layer import HEIGHT, WIDTH, Dice, Layer, mix, near, pick


def cloud(dice: Dice, layer: Layer, x: float, y: float, size: float, *, colour: str = "#ffffff") -> None:
    """A flat-bottomed heap of puffs about 3 · size wide, its lower side a little in shade."""
    puffs = [(-1.05, 0.55), (-0.5, 0.85), (0.15, 1.0), (0.75, 0.7), (1.2, 0.45)]
    flip = 1 if dice.random() < 0.5 else -1
    d = ""
    for at, r in puffs:
        r = r * size * dice.uniform(0.88, 1.1)
        cx, cy = x + flip * at * size, y - r * 0.55
        d += f"M{cx - r:.2f} {cy:.2f}a{r:.2f} {r:.2f} 0 1 1 {2 * r:.2f} 0a{r:.2f} {r:.2f} 0 1 1 {-2 * r:.2f} 0Z"
    width = 1.55 * size
    d += (
        f"M{x - width:.2f} {y - size * 0.42:.2f}h{2 * width:.2f}a{size * 0.3:.2f} {size * 0.3:.2f} 0 0 1 0 "
        f"{size * 0.6:.2f}h{-2 * width:.2f}a{size * 0.3:.2f} {size * 0.3:.2f} 0 0 1 0 {-size * 0.6:.2f}Z"
    )
    layer.path(d, layer.fade(colour, mix(colour, "#cfe0f2", 0.55)), opacity=0.95)


def clouds(dice: Dice, layer: Layer, *, count: int, low: float, colour: str = "#ffffff") -> None:
    """A few clouds above `low`, apart from each other, the lower the smaller."""
    at = np.linspace(0, WIDTH, count, endpoint=False) + dice.uniform(0, WIDTH / max(count, 1))
    for x in at:
        depth = dice.uniform(0, 1)
        cloud(dice, layer, float(x) % WIDTH, 26 + depth * (low - 30), 17 - 9 * depth, colour=colour)


def pine(
    dice: Dice, layer: Layer, x: float, base: float, height: float, colour: str, *, snow: bool = False
) -> None:
    """A fir of three skirts."""
    half = height * dice.uniform(0.2, 0.25)
    layer.box(x - height * 0.03, base - height * 0.14, height * 0.06, height * 0.14, "#6b4a3a")
    for i, (top, bottom, wide) in enumerate([(0.42, 0.1, 1.0), (0.7, 0.34, 0.8), (1.0, 0.58, 0.56)]):
        apex, foot, w = base - height * top, base - height * bottom, half * wide
        shade = mix(colour, "#ffffff", 0.06 * i)
        layer.path(f"M{x} {apex}L{x + w} {foot}Q{x} {foot + w * 0.32} {x - w} {foot}Z", shade)
        layer.path(
            f"M{x} {apex}L{x + w} {foot}Q{x + w * 0.5} {foot + w * 0.2} {x} {foot + w * 0.15}Z",
            "#0b2030",
            opacity=0.09,
        )
        if snow:
            cut = 0.55
            cx = w * cut
            cy = apex + (foot - apex) * cut
            layer.path(
                f"M{x} {apex}L{x + cx} {cy}Q{x + cx * 0.4} {cy - 2} {x} {cy + 3}Q{x - cx * 0.5} {cy - 2} {x - cx} {cy}Z",
                "#fbfdff",
            )


def tree(dice: Dice, layer: Layer, x: float, base: float, height: float, colour: str) -> None:
    """A leafy tree: a trunk and a crown of overlapping rounds, lit from the upper left."""
    trunk = height * 0.07
    layer.path(
        f"M{x - trunk} {base}Q{x - trunk * 0.5} {base - height * 0.3} {x - trunk * 0.5} {base - height * 0.55}"
        f"H{x + trunk * 0.5}Q{x + trunk * 0.5} {base - height * 0.3} {x + trunk} {base}Z",
        "#7a5640",
    )
    rounds = [(-0.2, 0.52, 0.2), (0.2, 0.52, 0.2), (0, 0.6, 0.25), (-0.1, 0.76, 0.2), (0.12, 0.72, 0.2)]
    rounds = [(a + dice.uniform(-0.03, 0.03), b + dice.uniform(-0.02, 0.02), r) for a, b, r in rounds]
    for a, b, r in rounds:
        layer.disc(x + a * height, base - b * height, r * height, mix(colour, "#10303a", 0.16))
    for a, b, r in rounds:
        layer.disc(x + (a - 0.03) * height, base - (b + 0.03) * height, r * height * 0.86, colour)
    light = mix(colour, "#fff6b0", 0.22)
    for a, b, r in rounds[2:]:
        layer.disc(x + (a - 0.06) * height, base - (b + 0.07) * height, r * height * 0.5, light, opacity=0.55)


def bush(dice: Dice, layer: Layer, x: float, base: float, size: float, colour: str) -> None:
    for a, r in [(-0.8, 0.55), (0.75, 0.6), (-0.1, 0.8)]:
        r = r * size * dice.uniform(0.9, 1.1)
        layer.path(
            f"M{x + a * size - r} {base}a{r} {r} 0 0 1 {2 * r} 0Z",
            layer.fade(mix(colour, "#fff8c0", 0.18), mix(colour, "#10303a", 0.12)),
        )


def tuft(dice: Dice, layer: Layer, x: float, base: float, size: float, colour: str) -> None:
    """A few blades of grass."""
    for lean in (-0.55, -0.15, 0.25, 0.6):
        tip = size * dice.uniform(0.75, 1.1)
        w = size * 0.11
        layer.path(
            f"M{x + lean * size * 0.3 - w} {base}Q{x + lean * size * 0.4} {base - tip * 0.5} {x + lean * size * 0.8} {base - tip}"
            f"Q{x + lean * size * 0.5 + w} {base - tip * 0.4} {x + lean * size * 0.3 + w} {base}Z",
            colour,
        )


def flower(
    dice: Dice, layer: Layer, x: float, base: float, size: float, colour: str, stem: str = "#4d8a45"
) -> None:
    top = base - size * dice.uniform(1.3, 1.9)
    layer.line([(x, base), (x, top)], stem, width=size * 0.16)
    for i in range(5):
        a = i * 1.2566 + 0.3
        layer.disc(x + np.cos(a) * size * 0.3, top + np.sin(a) * size * 0.3, size * 0.26, colour)
    layer.disc(x, top, size * 0.22, "#ffd65a" if colour != "#ffd65a" else "#e8963a")


def rock(dice: Dice, layer: Layer, x: float, base: float, size: float, colour: str) -> None:
    """A boulder with a lit and a shaded face."""
    h = size * dice.uniform(0.55, 0.75)
    layer.path(
        f"M{x - size} {base}Q{x - size * 0.9} {base - h} {x - size * 0.2} {base - h}Q{x + size * 0.85} {base - h * 0.95} {x + size} {base}Z",
        layer.fade(mix(colour, "#ffffff", 0.22), mix(colour, "#101828", 0.15)),
    )
    layer.path(
        f"M{x + size * 0.15} {base}Q{x + size * 0.2} {base - h * 0.7} {x + size * 0.45} {base - h * 0.9}Q{x + size * 0.9} {base - h * 0.7} {x + size} {base}Z",
        "#101828",
        opacity=0.1,
    )


def tufts(dice: Dice, layer: Layer, colour: str, *, count: int, top: float) -> None:
    """Grass over the near ground, larger towards the viewer."""
    for y in np.sort(dice.uniform(top, HEIGHT + 4, count)):
        depth = (y - top) / (HEIGHT - top)
        tuft(dice, layer, dice.uniform(0, WIDTH), float(y), 4 + 7 * depth, near(dice, colour, by=10))


def meadow_flowers(dice: Dice, layer: Layer, *, count: int, top: float) -> None:
    kinds = [pick(dice, ["#ffffff", "#ff8fa8", "#ffd65a", "#b795ee", "#ff7d66"]) for _ in range(2)]
    for y in np.sort(dice.uniform(top, HEIGHT - 2, count)):
        depth = (y - top) / (HEIGHT - top)
        flower(dice, layer, dice.uniform(0, WIDTH), float(y), 3.2 + 5 * depth, pick(dice, kinds))
