"""What picto understood of a prompt, in words for people: the `read_as` metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SURE = 0.5  # below it the prompt names something that the model does not know

PLACES = {"sea": "under water"}  # where the vocabulary's word would mislead
LAYOUTS = {
    "one": "one",
    "small": "small",
    "big": "large",
    "left": "on the left",
    "right": "on the right",
    "top": "at the top",
    "bottom": "at the bottom",
    "two": "two of them",
    "three": "three of them",
    "four": "four of them",
    "beside": "{0} beside {1}",
    "above": "{0} above {1}",
    "below": "{0} below {1}",
    "front": "{0} in front of {1}",
    "behind": "{0} behind {1}",
}
COLOURS = {
    "red": (214, 48, 49),
    "orange": (243, 146, 55),
    "yellow": (250, 212, 75),
    "green": (84, 174, 92),
    "mint": (170, 235, 200),
    "teal": (38, 160, 160),
    "blue": (66, 133, 244),
    "light blue": (160, 210, 245),
    "navy": (28, 44, 92),
    "purple": (136, 84, 208),
    "lavender": (220, 205, 245),
    "pink": (248, 165, 194),
    "brown": (141, 98, 68),
    "black": (18, 18, 20),
    "white": (255, 255, 255),
    "grey": (150, 154, 160),
    "beige": (240, 226, 200),
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The model's words in the order of its numbers, and the text encoder's vector of each object's name."""

    objects: list[str]
    styles: list[str]
    scenes: list[str]
    layouts: list[str]
    embeddings: Floats  # [objects, 384], unit length

    def nearest(self, embedding: Floats, *, but: list[str], count: int = 2) -> list[str]:
        """The known names that mean most nearly the same as a prompt's [384] embedding, `but` left out."""
        likeness = np.einsum("nd,d->n", self.embeddings, embedding)  # not BLAS, whose idle threads spin
        order = np.argsort(-likeness)
        return [name for i in order[: count + len(but)] if (name := self.objects[i]) not in but][:count]


def read_as(
    vocabulary: Vocabulary,
    chosen: NDArray[np.int64],
    confidence: Floats,
    *,
    corners: Floats,
    embedding: Floats,
) -> dict[str, Any]:
    """The choices of the reader as words.

    `chosen` [6]: object A, object B or -1, style, background, layout, recoloured. `confidence` [2]. `corners`
    [2, 3]: RGB 0..1 at the top and at the bottom of the rough picture. `embedding` [384] of the prompt.
    """
    first, second, style, background, layout, recoloured = (int(number) for number in chosen)
    things = [vocabulary.objects[number] for number in (first, second) if number >= 0]
    certain = float(confidence.min())
    unsure = certain < SURE
    return {
        "things": things,
        "style": vocabulary.styles[style],
        "place": _place(vocabulary, background, corners),
        "layout": LAYOUTS[vocabulary.layouts[layout]].format(*things),
        "traits": _traits(vocabulary.layouts[layout], is_recoloured=bool(recoloured)),
        "confidence": round(certain, 3),
        "unsure": unsure,
        "near": vocabulary.nearest(embedding, but=things) if unsure else [],
    }


def _traits(layout: str, *, is_recoloured: bool) -> list[str]:
    """How many, how large or where on the page, and a new colour, which the reader paints but does not name."""
    kept = [] if layout == "one" or "{" in LAYOUTS[layout] else [LAYOUTS[layout]]
    return [*kept, "recoloured"] if is_recoloured else kept


def _place(vocabulary: Vocabulary, background: int, corners: Floats) -> str:
    """0: none was asked for. 1: a colour or two, which the reader paints but does not name. Then the scenes."""
    if background == 0:
        return "plain"
    if background == 1:
        return f"plain {' and '.join(dict.fromkeys(_colour(corner) for corner in corners))}"
    scene = vocabulary.scenes[background - 2]
    return PLACES.get(scene, scene)


def _colour(rgb: Floats) -> str:
    """The nearest colour that has a name. Plain distance in RGB tells these apart well enough."""
    return min(COLOURS, key=lambda name: float(np.square(rgb * 255 - np.array(COLOURS[name])).sum()))
