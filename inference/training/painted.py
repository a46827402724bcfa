"""Stage "places": every variant of every place, painted at 640 × 512 and kept, as backdrops at full detail.

Reads nothing. Writes places/pictures.npy [places · variants, 512, 640, 3] and places/sky.npy [.., 512, 640], bytes,
and places/facts.npy [.., 7] as in runners/picto/places.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.runners.picto.places import Backdrop
from inference.runners.picto.scene import PLACES, Floats
from inference.training import budget
from inference.training.places import VARIANTS, paint
from inference.training.places.layer import HEIGHT, WIDTH, rgb

SCALE = 2
Bytes = NDArray[np.uint8]


def paint_all(folder: Path) -> None:
    """About half a minute; nothing when it is done already."""
    at = folder / "places"
    if (at / "facts.npy").exists():
        return
    at.mkdir(parents=True, exist_ok=True)
    variants = budget.amount("variants") or VARIANTS
    count, shape = len(PLACES) * variants, (HEIGHT * SCALE, WIDTH * SCALE)
    pictures = np.lib.format.open_memmap(at / "pictures.npy", "w+", np.uint8, (count, *shape, 3))
    skies = np.lib.format.open_memmap(at / "sky.npy", "w+", np.uint8, (count, *shape))
    facts = np.zeros((count, 7), np.float32)
    for number in range(count):
        painting = paint(number // variants, number % variants)
        pictures[number], skies[number] = painting.draw(scale=SCALE)
        colours = np.array([rgb(colour) for colour in painting.sky]) / 255
        facts[number] = [*colours.ravel(), painting.horizon / HEIGHT]
    pictures.flush()
    skies.flush()
    np.save(at / "facts.npy", facts)


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """The painters' own backdrops, for the truth of training. `Places` of runners/picto/places.py."""

    variants: int
    pictures: Bytes
    sky: Bytes
    facts: Floats

    @classmethod
    def load(cls, folder: Path) -> Painted:
        at = folder / "places"
        facts = np.load(at / "facts.npy")
        arrays = [np.load(at / f"{name}.npy", mmap_mode="r") for name in ("pictures", "sky")]
        return cls(len(facts) // len(PLACES), arrays[0], arrays[1], facts)

    def backdrop(self, place: int, variant: int) -> Backdrop:
        number = place * self.variants + variant
        facts = self.facts[number]
        return Backdrop(
            picture=np.asarray(self.pictures[number]),
            sky=np.asarray(self.sky[number]),
            skies=facts[:6].reshape(2, 3),
            horizon=float(facts[6]),
        )
