"""What stands behind the things in the judge's own pictures: painted places, plain colours, and clutter.

The painters of the places are the training's own, but in other variants than those that the model was shown: the
judge's start at FIRST_VARIANT.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from inference.runners.picto.scene import PLACES

Bytes = NDArray[np.uint8]
Dice = np.random.Generator

FIRST_VARIANT = 100
VARIANTS = 20
HEIGHT, WIDTH = 160, 200
CLUTTER = 0.12  # of the plain grounds are not plain at all, and name no place


@dataclass(frozen=True, slots=True)
class Grounds:
    """`painted` [places, VARIANTS, 160, 200, 3], bytes."""

    painted: Bytes

    @classmethod
    def load(cls, folder: Path, *, variants: int = VARIANTS) -> Grounds:
        """From `folder`/judge, painted first where they are missing; a minute."""
        file = folder / "judge" / f"grounds{variants}.npy"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            beside = file.with_suffix(".part.npy")
            np.save(beside, _painted(variants))
            beside.rename(file)
        return cls(np.load(file))

    def draw(self, places: NDArray[np.int64], *, side: int, dice: Dice) -> Tensor:
        """[B, 3, side, side]. `places`: a number of PLACES, or that of plain; -1 is clutter. A plain ground that
        becomes clutter is given the place -1, in `places` itself."""
        pictures = [self._one(places, row, side=side, dice=dice) for row in range(len(places))]
        return torch.stack(pictures)

    def patches(self, count: int, *, side: int, dice: Dice) -> Tensor:
        """[count, 3, side, side]: parts of painted places, plain colours and clutter: what is behind cut-outs."""
        return torch.stack([self._patch(side, dice=dice) for _ in range(count)])

    def _patch(self, side: int, *, dice: Dice) -> Tensor:
        kind = dice.random()
        if kind < 0.35:
            return _plain(side, dice=dice)
        if kind < 0.45:
            return _clutter(side, dice=dice)
        width = int(dice.integers(side, 3 * side))
        painting = self.painted[dice.integers(len(PLACES)), dice.integers(self.painted.shape[1])]
        top, left = dice.integers(0, HEIGHT - width + 1), dice.integers(0, WIDTH - width + 1)
        step = max(1, width // side)
        part = painting[top : top + step * side : step, left : left + step * side : step]
        return torch.from_numpy(np.ascontiguousarray(part)).permute(2, 0, 1).float() / 255

    def _one(self, places: NDArray[np.int64], row: int, *, side: int, dice: Dice) -> Tensor:
        if 0 <= places[row] < len(PLACES):
            return _window(
                self.painted[places[row], dice.integers(self.painted.shape[1])], side=side, dice=dice
            )
        if places[row] == -1 or dice.random() < CLUTTER:
            places[row] = -1
            return _clutter(side, dice=dice)
        return _plain(side, dice=dice)


def _painted(variants: int) -> Bytes:
    from inference.training.places import paint  # draws vectors: only where there is something to paint

    found = np.empty((len(PLACES), variants, HEIGHT, WIDTH, 3), np.uint8)
    for place in range(len(PLACES)):
        for variant in range(variants):
            picture, _ = paint(place, FIRST_VARIANT + variant).draw(scale=HEIGHT / 256)
            found[place, variant] = picture
    return found


def _window(painting: Bytes, *, side: int, dice: Dice) -> Tensor:
    """A square part of a painting, sometimes mirrored, enlarged to `side`."""
    width = int(dice.integers(HEIGHT * 3 // 4, HEIGHT + 1))
    top, left = dice.integers(0, HEIGHT - width + 1), dice.integers(0, WIDTH - width + 1)
    part = (
        torch.from_numpy(painting[top : top + width, left : left + width].copy()).permute(2, 0, 1).float()
        / 255
    )
    part = part.flip(2) if dice.random() < 0.5 else part
    return F.interpolate(part[None], (side, side), mode="bilinear", antialias=True)[0]


def _plain(side: int, *, dice: Dice) -> Tensor:
    """One colour, or two that run into each other from top to bottom; often light ones."""
    colours = torch.from_numpy(dice.random((2, 3)).astype(np.float32))
    if dice.random() < 0.4:
        colours = 1 - colours * 0.25
    if dice.random() < 0.5:
        colours[1] = colours[0]
    down = torch.linspace(0, 1, side)[None, :, None]
    return (
        (colours[0, :, None, None] * (1 - down) + colours[1, :, None, None] * down)
        .expand(3, side, side)
        .clone()
    )


def _clutter(side: int, *, dice: Dice) -> Tensor:
    """Smooth noise at two sizes: what no place looks like, so that things stand out by their shape alone."""
    ground = torch.full((3, side, side), float(dice.random()))
    for cells in (int(dice.integers(2, 8)), int(dice.integers(8, 33))):
        noise = torch.from_numpy(
            dice.normal(0, dice.uniform(0.05, 0.35), (1, 3, cells, cells)).astype(np.float32)
        )
        ground = ground + F.interpolate(noise, (side, side), mode="bilinear")[0]
    return ground.clamp(0, 1)
