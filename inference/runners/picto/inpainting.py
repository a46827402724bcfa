"""Painting a part of a picture anew: where, what shows behind it, and how the two parts meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from inference.errors import RunnerError
from inference.runners.picto.schema import CELL

Floats = NDArray[np.float32]
Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels

WHITE = 0.5  # from this brightness on a pixel of the mask counts
FEATHER = 5  # pixels over which new and old run into each other, at the smaller size
SMALLEST = 2 * CELL  # pixels a side of the part that the things are composed for
EASED = 200  # rounds of smoothing that carry the surroundings into the hole


@dataclass(frozen=True, slots=True, eq=False)
class Hole:
    """What is painted anew. `soft` [h, w]: 1 where the new picture shows, 0 where the old one does, between at the rim.

    `cells` [h / 16, w / 16]: latent cells that any of it touches. `box`: the pixels around it.
    """

    soft: Floats
    cells: NDArray[np.bool_]
    box: Box

    @classmethod
    def of(cls, mask: Floats) -> Hole:
        """`mask` [h, w], 0..1, at the smaller size. Raises RunnerError when nothing of it is white."""
        hard = mask >= WHITE
        if not hard.any():
            raise RunnerError(
                "The mask has no white part, so nothing would be painted. Paint over what should change."
            )
        height, width = hard.shape
        soft = feathered(mask, scale=1)
        touched = (soft > 0.02).reshape(height // CELL, CELL, width // CELL, CELL).max(axis=(1, 3))
        return cls(soft=soft, cells=touched, box=_box(hard))

    def blend(self, new: Floats, old: Floats) -> Floats:
        """`new` in the cells of the hole, `old` in the others; both latents [channels, h, w]."""
        return np.where(self.cells, new, old)

    def filled(self, picture: Floats) -> Floats:
        """The picture [h, w, 3] with the hole closed by the colours around it: the heat equation on the grid of cells,
        then enlarged. Smooth, and without anything in it: the ground that the new things stand before."""
        height, width = self.soft.shape
        cells = picture.reshape(height // CELL, CELL, width // CELL, CELL, 3).mean(axis=(1, 3))
        cells[self.cells] = cells[~self.cells].mean(axis=0) if not self.cells.all() else 0.9
        for _ in range(EASED):
            wide = np.pad(cells, ((1, 1), (1, 1), (0, 0)), mode="edge")
            mean = (wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:]) / 4
            cells = np.where(self.cells[..., None], mean, cells)
        large = np.stack([_enlarged(cells[..., channel], width, height) for channel in range(3)], axis=2)
        mixed: Floats = picture + (large - picture) * self.soft[..., None]
        return mixed


def feathered(mask: Floats, *, scale: int) -> Floats:
    """The mask [h, w] with a soft rim, a little wider than it was drawn. `scale`: 2 at the larger size."""
    hard = Image.fromarray(((mask >= WHITE) * 255).astype(np.uint8))
    wide = hard.filter(ImageFilter.MaxFilter(2 * FEATHER * scale + 1))
    soft = np.asarray(wide.filter(ImageFilter.GaussianBlur(FEATHER * scale / 2)), dtype=np.float32)
    return soft / np.float32(255)


def _box(hard: NDArray[np.bool_]) -> Box:
    """Around all that is white, at least SMALLEST wide and high, inside of the picture."""
    rows, columns = np.flatnonzero(hard.any(axis=1)), np.flatnonzero(hard.any(axis=0))
    top, bottom = _span(int(rows[0]), int(rows[-1]) + 1, limit=hard.shape[0])
    left, right = _span(int(columns[0]), int(columns[-1]) + 1, limit=hard.shape[1])
    return left, top, right, bottom


def _span(low: int, high: int, *, limit: int) -> tuple[int, int]:
    missing = max(0, SMALLEST - (high - low))
    low = min(max(0, low - missing // 2), max(0, limit - SMALLEST))
    return low, min(limit, max(high, low + SMALLEST))


def _enlarged(cells: Floats, width: int, height: int) -> Floats:
    return np.asarray(Image.fromarray(cells).resize((width, height), Image.Resampling.BICUBIC))
