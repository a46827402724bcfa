"""Places that things stand in: the bank of learned variants, and what the composition needs to know of one.

A variant is a sheet of 20 × 16 latent cells, 320 × 256 pixels, a little larger than a picture, so that crops and
mirror images of it differ. Beside it lie a mask of its sky and the two colours of that sky.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from inference.runners.picto.scene import PLACES, Floats

Bytes = NDArray[np.uint8]

PATCH = 16
BITS = 8
INDOORS = frozenset(PLACES.index(name) for name in ("kitchen", "room", "library", "stage", "cave"))
AFLOAT = frozenset(PLACES.index(name) for name in ("underwater", "sky", "space"))
STARRY = frozenset(PLACES.index(name) for name in ("space", "moon"))
GROUND = {"lake": (0.86, 0.945), "kitchen": (0.86, 0.945), "city": (0.82, 0.93), "street": (0.82, 0.93)}
USUAL_GROUND = (0.81, 0.92)
"""Shares of a sheet's height between which things stand."""
OPEN_AIR = tuple(
    PLACES.index(name)
    for name in ("meadow", "mountains", "lake", "forest", "city", "desert", "street", "farm", "garden")
)
"""Where a scene is when its prompt names a light or a weather and no place."""


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """One variant of a place. `picture` [h, w, 3] and `sky` [h, w] are bytes, of any resolution, five to four.

    `sky` is 255 where the open sky shows. `skies` [2, 3]: its RGB 0..1 at the top and at `horizon`, a share of the
    height.
    """

    picture: Bytes
    sky: Bytes
    skies: Floats
    horizon: float


class Places(Protocol):
    """Where backdrops come from: the bank below, or in training the painters at full detail."""

    @property
    def variants(self) -> int: ...

    def backdrop(self, place: int, variant: int) -> Backdrop: ...


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """`codes` [places · variants, channels, 16, 20] int8, in units of `unit` [channels]; `basis` [channels, 768] and
    `mean` [768] make a 16 × 16 × 3 patch of a cell's code. `sky` [places · variants, 256 · 320 / BITS]: packed bits.
    `facts` [places · variants, 7]: two sky colours, the horizon.
    """

    variants: int
    codes: NDArray[np.int8]
    unit: Floats
    basis: Floats
    mean: Floats
    sky: Bytes
    facts: Floats

    @classmethod
    def load(cls, path: Path | BinaryIO) -> Bank:
        """From a places.npz. Raises OSError when it is missing, ValueError or KeyError when it is another file."""
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("codes", "unit", "basis", "mean", "sky", "facts")}
        return cls(variants=len(arrays["codes"]) // len(PLACES), **arrays)

    def backdrop(self, place: int, variant: int) -> Backdrop:
        number = place * self.variants + variant
        codes = self.codes[number]
        _, rows, columns = codes.shape
        cells = np.ascontiguousarray(codes.transpose(1, 2, 0)) * self.unit
        # A small product a row of cells: for a large one BLAS would wake a thread for every core, and they spin.
        patches = np.stack([row @ self.basis for row in cells]) + self.mean
        sheet = patches.reshape(rows, columns, 3, PATCH, PATCH).transpose(0, 3, 1, 4, 2)
        height, width = rows * PATCH, columns * PATCH
        picture = (sheet.reshape(height, width, 3).clip(0, 1) * 255 + 0.5).astype(np.uint8)
        sky = np.unpackbits(self.sky[number]).reshape(height, width) * np.uint8(255)
        facts = self.facts[number]
        return Backdrop(
            picture=picture,
            sky=sky,
            skies=facts[:6].reshape(2, 3),
            horizon=float(facts[6]),
        )
