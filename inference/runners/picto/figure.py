"""A drawing made ready for its spot: repainted, inked, cut out, turned, scaled. Arrays are premultiplied RGBA, 0..1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.runners.picto.scene import RGB, Floats

UPRIGHT = 0.5  # degrees: a smaller tilt is none
LUMA = np.array([0.3, 0.59, 0.11], dtype=np.float32)
HUES = 24
CELL = 3  # pixels of a drawing in a cell of `enclosed`


Part = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """`rgba` [h, w, 4], cut to what is visible. Its upper left pixel lies at `left`, `top` of the canvas."""

    rgba: Floats
    left: int
    top: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        """left, top, right, bottom on the canvas; the last two excluded."""
        height, width = self.rgba.shape[:2]
        return self.left, self.top, self.left + width, self.top + height


def turned(drawing: Floats, *, part: Part, size: tuple[int, int], tilt: float, flip: bool) -> Floats:
    """A part of [S, S, 4] at `size` (width, height), tilted: [h, w, 4]. `part`: shares of the drawing."""
    return _floats(_turned(_image(drawing), part=part, size=size, tilt=tilt, flip=flip))


def rotated_alpha(alpha: Floats, *, part: Part, size: tuple[int, int], tilt: float, flip: bool) -> Floats:
    """The same for the alpha channel [S, S] alone: [h, w]."""
    image = Image.fromarray((alpha.clip(0, 1) * 255 + 0.5).astype(np.uint8))
    turned = _turned(image, part=part, size=size, tilt=tilt, flip=flip)
    return np.asarray(turned, dtype=np.float32) * np.float32(1 / 255)


def _turned(image: Image.Image, *, part: Part, size: tuple[int, int], tilt: float, flip: bool) -> Image.Image:
    width, height = image.size
    box = (part[0] * width, part[1] * height, part[2] * width, part[3] * height)
    shrinks = size[0] < box[2] - box[0]
    image = image.resize(size, Image.Resampling.LANCZOS if shrinks else Image.Resampling.BICUBIC, box)
    if flip:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return image if abs(tilt) < UPRIGHT else image.rotate(tilt, Image.Resampling.BICUBIC, expand=True)


def _image(rgba: Floats) -> Image.Image:
    """As premultiplied bytes: Pillow resamples the four channels of "RGBa" apart from each other, as is right."""
    raw = (rgba.clip(0, 1) * 255 + 0.5).astype(np.uint8)
    return Image.frombytes("RGBa", (raw.shape[1], raw.shape[0]), raw.tobytes())


def _floats(image: Image.Image) -> Floats:
    raw = np.frombuffer(image.tobytes(), np.uint8).reshape(image.height, image.width, 4)
    return raw.astype(np.float32) * np.float32(1 / 255)


def inked(drawing: Floats, *, ink: RGB, paper: RGB | None) -> Floats:
    """A line drawing in another ink. With `paper`, what the lines enclose is filled, like a figure cut out."""
    alpha = drawing[..., 3:]
    lines = np.concatenate([np.array(ink, dtype=np.float32) * alpha, alpha], axis=-1)
    if paper is None:
        return lines
    inside = enclosed(drawing[..., 3])[..., None]
    sheet = np.concatenate([np.array(paper, dtype=np.float32) * inside, inside], axis=-1)
    return over(lines, sheet)


def enclosed(alpha: Floats) -> Floats:
    """[h, w] in 0..1: what the ink of an outline encloses, the ink's inner half included.

    Air comes in from the border and spreads through open cells until nothing changes; what it does not reach is
    inside. On a quarter of the resolution that takes a millisecond.
    """
    rows, columns = alpha.shape[0] // CELL, alpha.shape[1] // CELL
    cells = alpha[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL)
    open_ = np.pad(cells.max(axis=(1, 3)) < 0.5, 1, constant_values=True)
    air = np.zeros_like(open_)
    air[0] = air[-1] = True
    air[:, 0] = air[:, -1] = True
    reached = 0
    while reached != (reached := int(air.sum())):
        for _ in range(6):
            air = _spread(air) & open_
    inside = (~_spread(air))[1:-1, 1:-1].astype(np.uint8) * np.uint8(255)
    image = Image.fromarray(inside).resize((alpha.shape[1], alpha.shape[0]), Image.Resampling.BILINEAR)
    return np.asarray(image, dtype=np.float32) * np.float32(1 / 255)


def _spread(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The cells and their four neighbours."""
    grown = cells.copy()
    grown[1:] |= cells[:-1]
    grown[:-1] |= cells[1:]
    grown[:, 1:] |= cells[:, :-1]
    grown[:, :-1] |= cells[:, 1:]
    return grown


def over(upper: Floats, lower: Floats) -> Floats:
    """Porter and Duff's "over" for premultiplied colours."""
    return upper + lower * (1 - upper[..., 3:])


def recoloured(drawing: Floats, colour: RGB) -> Floats:
    """The drawing with its main colour changed and its shading, and its other colours, kept.

    The main colour is the cluster of hues that covers most; a stem on an apple, eyes on a dog are another. A grey
    drawing has no hues: then all that is neither nearly black nor vivid takes the colour.
    """
    alpha = drawing[..., 3]
    rgb: Floats = (drawing[..., :3] / np.maximum(alpha, 1e-3)[..., None]).astype(np.float32)
    share = _main(rgb, alpha)
    light = rgb @ LUMA
    weight = share * alpha
    middle = float((light * weight).sum() / max(float(weight.sum()), 1e-3))
    painted = _shaded(np.array(colour, dtype=np.float32), light * np.float32(1 / max(middle, 0.05)))
    mixed = rgb + (painted - rgb) * share[..., None]
    result: Floats = np.concatenate([mixed.clip(0, 1) * alpha[..., None], alpha[..., None]], axis=-1)
    return result


def _shaded(colour: Floats, relative: Floats) -> Floats:
    """`colour` under light that is 1 on average: darker below, towards white above."""
    level = float(colour @ LUMA)
    dark = colour * np.minimum(relative, 1)[..., None] ** (1.15 if level > 0.15 else 0.6)
    lift = np.clip((relative - 1) * (0.5 + 0.5 * (1 - level)), 0, 0.75)[..., None]
    result: Floats = dark + (1 - dark) * lift
    return result


def _main(rgb: Floats, alpha: Floats) -> Floats:
    """[h, w] 0..1: how far a pixel belongs to the drawing's main colour."""
    high, low = rgb.max(axis=-1), rgb.min(axis=-1)
    vivid = (high - low) / np.maximum(high, 0.05)
    hue = _hue(rgb, high, low)
    coloured = alpha * np.clip((vivid - 0.12) / 0.2, 0, 1) * np.clip(high * 4 - 0.4, 0, 1)
    grey = alpha * (1 - np.clip((vivid - 0.12) / 0.2, 0, 1)) * np.clip(high * 5 - 0.9, 0, 1)
    if coloured.sum() < 0.42 * grey.sum():
        neutral: Floats = np.clip((high - 0.14) / 0.14, 0, 1) * (1 - np.clip((vivid - 0.28) / 0.2, 0, 1))
        return neutral
    counts = np.bincount((hue * HUES).astype(np.int64).ravel() % HUES, coloured.ravel(), HUES)
    smooth = counts + 0.7 * (np.roll(counts, 1) + np.roll(counts, -1))
    peak = int(smooth.argmax())
    around = [peak - 1, peak, (peak + 1) % HUES]
    centre = (
        peak + 0.5 + float(counts[around] @ np.array([-1, 0, 1])) / max(float(counts[around].sum()), 1e-6)
    )
    away = np.abs((hue * HUES - centre + HUES / 2) % HUES - HUES / 2) * (360 / HUES)
    reach = 34.0 if smooth[peak] > 0.4 * counts.sum() else 60.0
    near: Floats = 1 - np.clip((away - reach) / 16, 0, 1)
    # Highlights and soft shades of the main colour are pale: they count where they lean to its hue at all.
    return near * np.clip((vivid - 0.06) / 0.12, 0, 1) * np.clip((high - 0.1) / 0.12, 0, 1)


def _hue(rgb: Floats, high: Floats, low: Floats) -> Floats:
    """[h, w] in 0..1, red at 0."""
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    span = np.maximum(high - low, 1e-4)
    hue = np.where(
        high == red,
        (green - blue) / span % 6,
        np.where(high == green, (blue - red) / span + 2, (red - green) / span + 4),
    )
    result: Floats = (hue / 6 % 1).astype(np.float32)
    return result
