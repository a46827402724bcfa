"""A few drawn pictures in several ratios, for galleries that are filled without an engine (services/seeding.py)."""

import io
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageColor, ImageDraw, ImageFilter

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Plate:
    """A scene to draw: its name, its size in pixels, the colours of sky (top, bottom), sun, hills (far, near)."""

    prompt: str
    size: tuple[int, int]
    palette: str

    @property
    def colours(self) -> list[Colour]:
        return [ImageColor.getrgb(colour)[:3] for colour in self.palette.split()]  # type: ignore[misc]


PLATES = (
    Plate("a red sun over blue hills, flat", (640, 640), "#263a6e #f4b07a #e84a34 #3a4a84 #121a3a"),
    Plate("a pale moon above a pine valley, night", (768, 512), "#0a0e22 #344a70 #eeecd6 #1e3446 #08101a"),
    Plate("morning in the desert, tall poster", (512, 768), "#fad6a5 #f08c60 #fff6d6 #ce7048 #6e3028"),
    Plate("green hills in spring, wide", (896, 504), "#96cee8 #ecf4e2 #ffe882 #82b25c #2c603c"),
    Plate("a lilac evening by the sea, sticker", (640, 640), "#5e4484 #f4babe #ffdea4 #5c5c96 #262856"),
    Plate("شمس فوق الجبال عند الغروب", (640, 512), "#7a2030 #f69852 #ffd678 #702438 #2e0e20"),
    Plate("winter light 🌲❄️ over the fells", (504, 896), "#b0cade #f2f0ee #fffae8 #a0b2c6 #4a5c78"),
    Plate("black sand and a white sun, line art", (640, 640), "#cec8be #eeeae2 #fcfaf6 #6e6862 #181616"),
    Plate("a long horizon after the rain, panorama", (1024, 440), "#465868 #d6cebc #fae2aa #546860 #1c2c2c"),
    Plate("golden fields in August, cartoon", (576, 720), "#5ca0ce #fce2a8 #ffd250 #deaa40 #86581e"),
    Plate("mint hills under a peach sky, 3d", (640, 640), "#fcc4ac #fce8d6 #f47864 #86c4ac #347a70"),
    Plate(
        "deep water and one lamp, " + "very quiet, " * 12 + "flat",
        (640, 640),
        "#081422 #123e54 #fcba5c #0c2c3e #040e16",
    ),
)


def drawn(plate: Plate) -> bytes:
    """The plate as a PNG; the same bytes each time."""
    width, height = plate.size
    dice = random.Random(plate.prompt)  # noqa: S311 - a drawing, not a secret
    top, bottom, sun, far, near = plate.colours
    picture = _sky(top, bottom, plate.size)
    _sun(picture, sun, dice)
    brush = ImageDraw.Draw(picture)
    for depth, line in enumerate(_ridges(width, height, dice)):
        brush.polygon([*line, (width, height), (0, height)], fill=_mix(far, near, depth / 3))
    found = io.BytesIO()
    picture.save(found, "PNG")
    return found.getvalue()


def _sky(top: Colour, bottom: Colour, size: tuple[int, int]) -> Image.Image:
    ramp = Image.new("RGB", (1, 64))
    for y in range(64):
        ramp.putpixel((0, y), _mix(top, bottom, y / 63))
    return ramp.resize(size, Image.Resampling.BICUBIC)


def _sun(picture: Image.Image, colour: Colour, dice: random.Random) -> None:
    width, height = picture.size
    radius = min(picture.size) * dice.uniform(0.1, 0.16)
    x, y = width * dice.uniform(0.25, 0.75), height * dice.uniform(0.25, 0.45)
    disc = Image.new("L", picture.size)
    box = (x - radius, y - radius, x + radius, y + radius)
    ImageDraw.Draw(disc).ellipse(box, fill=255)
    glow = disc.filter(ImageFilter.GaussianBlur(radius / 2)).point([value // 2 for value in range(256)])
    picture.paste(colour, mask=glow)
    picture.paste(colour, mask=disc.filter(ImageFilter.GaussianBlur(0.8)))


def _ridges(width: int, height: int, dice: random.Random) -> Iterator[list[tuple[float, float]]]:
    """Four lines of hills, far to near."""
    for depth in range(4):
        base, swing = height * (0.55 + depth * 0.11), height * (0.07 - depth * 0.008)
        waves = [(dice.uniform(0.6, 2.6), dice.uniform(0, math.tau)) for _ in range(3)]
        yield [
            (
                x,
                base
                - swing * sum(math.sin(math.tau * rate * x / width + phase) for rate, phase in waves) / 2,
            )
            for x in range(0, width + 8, 8)
        ]


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))  # type: ignore[return-value]
