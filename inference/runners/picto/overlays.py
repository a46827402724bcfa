"""Small crisp shapes over a scene: stars, a sun or moon, flakes, rain, bubbles.

They are drawn three times too large and averaged down, so that their edges are clean at any size. Positions come
from dice of their own, in shares of the canvas: a picture of twice the size has the same stars.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from inference.runners.picto.scene import Floats

FINE = 3
Dice = np.random.Generator


class Mask:
    """White shapes on black, then [h, w] in 0..1. Lengths are in 256ths of the canvas' shorter side."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("L", (width * FINE, height * FINE))
        self.draw = ImageDraw.Draw(self.image)
        self.unit = min(width, height) * FINE / 256

    def disc(self, x: float, y: float, radius: float, value: int = 255) -> None:
        """At (x, y) in shares of the canvas."""
        cx, cy, r = x * self.image.width, y * self.image.height, radius * self.unit
        self.draw.ellipse([cx - r, cy - r, cx + r, cy + r], fill=value)

    def ring(self, x: float, y: float, radius: float, *, width: float, value: int = 255) -> None:
        cx, cy, r = x * self.image.width, y * self.image.height, radius * self.unit
        self.draw.ellipse(
            [cx - r, cy - r, cx + r, cy + r], outline=value, width=max(1, round(width * self.unit))
        )

    def streak(self, x: float, y: float, dx: float, dy: float, *, width: float, value: int = 255) -> None:
        cx, cy = x * self.image.width, y * self.image.height
        end = (cx + dx * self.unit, cy + dy * self.unit)
        self.draw.line([(cx, cy), end], fill=value, width=max(1, round(width * self.unit)))

    def sparkle(self, x: float, y: float, radius: float, value: int = 255) -> None:
        """A star of four thin points."""
        cx, cy, r = x * self.image.width, y * self.image.height, radius * self.unit
        k = r * 0.2
        points = [(0, -r), (k, -k), (r, 0), (k, k), (0, r), (-k, k), (-r, 0), (-k, -k)]
        self.draw.polygon([(cx + a, cy + b) for a, b in points], fill=value)

    def values(self) -> Floats:
        small = self.image.reduce(FINE)
        return np.asarray(small, dtype=np.float32) * np.float32(1 / 255)


def stars(dice: Dice, *, width: int, height: int, count: int = 46) -> Floats:
    mask = Mask(width, height)
    for _ in range(count):
        mask.disc(dice.random(), dice.random(), dice.uniform(0.75, 1.7), int(dice.integers(150, 256)))
    for _ in range(max(2, count // 8)):
        mask.sparkle(dice.random(), dice.random(), dice.uniform(3.6, 6.4))
    return mask.values()


def orb(
    x: float, y: float, radius: float, *, width: int, height: int, bite: float = 0.0
) -> tuple[Floats, Floats]:
    """A sun, or with `bite` a crescent moon: the disc [h, w] and the glow around it [h, w]."""
    mask = Mask(width, height)
    mask.disc(x, y, radius)
    if bite:
        shorter = min(width, height)
        mask.disc(
            x + bite * radius / 256 * shorter / width,
            y - 0.3 * radius / 256 * shorter / height,
            radius * 0.92,
            0,
        )
    across = (np.arange(width, dtype=np.float32) + 0.5 - x * width)[None]
    down = (np.arange(height, dtype=np.float32) + 0.5 - y * height)[:, None]
    away = np.hypot(across, down) * (256 / min(width, height)) / radius
    glow: Floats = np.exp(-np.square(away / 2.4)).astype(np.float32)
    return mask.values(), glow


def flakes(dice: Dice, *, width: int, height: int, near: bool) -> Floats:
    """Snow in the air: many small flakes behind the things, fewer and larger ones before them."""
    mask = Mask(width, height)
    area = width * height / min(width, height) ** 2
    for _ in range(int((22 if near else 64) * area)):
        radius = dice.uniform(2.0, 4.2) if near else dice.uniform(0.9, 2.0)
        mask.disc(dice.random(), dice.random(), radius, 250 if near else int(dice.integers(170, 240)))
    return mask.values()


def drops(dice: Dice, *, width: int, height: int, near: bool) -> Floats:
    """Rain as slanting strokes."""
    mask = Mask(width, height)
    area = width * height / min(width, height) ** 2
    for _ in range(int((26 if near else 52) * area)):
        length = dice.uniform(14, 24) if near else dice.uniform(8, 14)
        mask.streak(
            dice.uniform(0, 1.1),
            dice.uniform(-0.1, 1),
            -0.26 * length,
            length,
            width=1.5 if near else 1.0,
            value=225 if near else 150,
        )
    return mask.values()


def bubbles(dice: Dice, *, width: int, height: int) -> Floats:
    """Columns of rings with a light spot."""
    mask = Mask(width, height)
    for _ in range(3):
        column = dice.uniform(0.08, 0.92)
        for _ in range(int(dice.integers(3, 7))):
            x, y, r = column + dice.uniform(-0.05, 0.05), dice.random(), dice.uniform(2.2, 6.5)
            mask.disc(x, y, r, 52)
            mask.ring(x, y, r, width=1.1, value=215)
            mask.disc(x - 0.34 * r / 256, y - 0.34 * r / 256, max(0.8, r * 0.2), 255)
    return mask.values()
