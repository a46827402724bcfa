"""What a prompt asks for, settled: the lists that give the model its numbers, and `Scene`.

The order of each list is its numbers, in weights, captions and code alike: add at the end, never in between.
The reader (reading.py) makes a `Scene`; the composition (composition.py) draws it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
RGB = tuple[float, float, float]  # 0..1

STYLES = ("3d", "flat", "cartoon", "sticker", "line art")
LINE_ART = STYLES.index("line art")

PLACES = (
    "meadow",
    "snow",
    "beach",
    "underwater",
    "sky",
    "space",
    "moon",
    "desert",
    "forest",
    "jungle",
    "mountains",
    "lake",
    "city",
    "street",
    "farm",
    "garden",
    "kitchen",
    "room",
    "library",
    "stage",
    "cave",
    "volcano",
)
LIGHTS = ("day", "dawn", "sunset", "night")
WEATHERS = ("clear", "snowfall", "rain", "fog")

RELATIONS = ("none", "beside", "left", "right", "above", "below", "front", "behind")
"""The first thing to the second: "a cat on the left of a dog" is `left`."""

SIZES = ("normal", "tiny", "huge")
POSITIONS = ("centre", "left", "right", "top", "bottom")

THINGS_MAX = 3
COUNT_MAX = 5

READER_DICE = 2**32
"""The "step" of `flow.dice` that settles what a prompt leaves open. No schedule of steps is that long."""
COMPOSITION_DICE = 2**33
"""The "step" of `flow.dice` that places, turns and lights the things."""
PAINTER_DICE = 2**34
"""The "step" of `flow.dice` from which the painter draws the first thing that has no drawing; one more for each."""


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """One kind of thing in a scene.

    `drawing`: its number in the vocabulary; None when the words name nothing known: then the painter draws it from
    `features` [384], the pooled token vectors of those words. `count`: 1 to COUNT_MAX. `size`: a number of SIZES.
    `colour`: repaint it so; None keeps its own colours. `confidence`: 0..1, how sure the reader is of `drawing`.
    """

    drawing: int | None
    features: Floats
    count: int = 1
    size: int = 0
    colour: RGB | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A picture's content with nothing left open but what the composition's dice decide.

    `things`: 1 to THINGS_MAX. `relation`: of the first thing to the second. `place`: None means a plain background,
    unless `light` or `weather` ask for the open air. `ground`: the top and bottom colour of a plain background; None
    lets the dice pick a soft one. `style`, `place`, `relation`, `position`, `light`, `weather`: numbers of the lists.
    """

    things: tuple[Thing, ...]
    style: int
    relation: int = 0
    position: int = 0
    place: int | None = None
    ground: tuple[RGB, RGB] | None = None
    light: int = 0
    weather: int = 0
