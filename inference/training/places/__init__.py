"""The places of the pictures, painted by code: one painter a place, a seed is a variant."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from inference.runners.picto.scene import PLACES
from inference.training.places import above, indoors, outdoors, town, water
from inference.training.places.painting import Painting

VARIANTS = 16

_MODULES = (outdoors, water, above, town, indoors)
PAINTERS: dict[str, Callable[[np.random.Generator], Painting]] = {
    name: next(getattr(module, name) for module in _MODULES if hasattr(module, name)) for name in PLACES
}


def paint(place: int, variant: int) -> Painting:
    """One of the VARIANTS of a place, always the same."""
    return PAINTERS[PLACES[place]](np.random.default_rng([place, variant]))
