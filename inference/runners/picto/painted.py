"""The colour that a prompt gives to a thing by saying it right before the thing's word: "a yellow car".

The reader learned colours from sentences in which they are news; a colour that many drawings of the thing have anyway
it lets pass. What stands before the word is no matter of learning.
"""

from __future__ import annotations

import re

import numpy as np

from inference.runners.picto.colours import NAMED
from inference.runners.picto.reading import SURE, Found

COLOUR = "|".join(sorted(map(re.escape, NAMED), key=len, reverse=True))
BEFORE = re.compile(rf"\b({COLOUR})(?:\s+[^\W\d_]+)?\s+$", re.IGNORECASE)
"""A colour, perhaps one more word ("a blue flying saucer"), and then the word that the slot points at."""
AT = re.compile(rf"({COLOUR})\s+[^\W\d_]", re.IGNORECASE)
"""The slot points at the colour itself, and a word comes after it."""
Offsets = list[tuple[int, int]]


def told(found: Found, *, text: str, offsets: Offsets, names: tuple[str, ...]) -> Found:
    """`found` with the colours that stand before their things."""
    said = {
        slot: colour
        for slot in range(len(found["things"]))
        if (colour := _said(found, slot, text, offsets, names))
    }
    if not said:
        return found
    changed = {**found, "recolour": found["recolour"].copy(), "colour": found["colour"].copy()}
    for slot, colour in said.items():
        changed["recolour"][slot] = 1.0
        changed["colour"][slot] = NAMED[colour]
    return changed


def uncoloured(text: str) -> str:
    """The text without its colours."""
    return re.sub(rf"\b(?:{COLOUR})\s+(?=[^\W\d_])", "", text, flags=re.IGNORECASE)


def less_doubtful(found: Found, bare: Found) -> Found:
    """`found`, with its first thing as `bare`, the same words without colours, names it.

    "A black dog" is torn between dogs and the black cat that it knows; "a dog" is not.
    """
    first, other = found["things"][0], bare["things"][0]
    is_settled = float(first[:-2].max()) > SURE or float(first[-1]) > SURE
    if is_settled or float(other[:-2].max()) < SURE:
        return found
    things, features = found["things"].copy(), found["features"].copy()
    things[0], features[0] = other, bare["features"][0]
    return {**found, "things": things, "features": features}


def _said(found: Found, slot: int, text: str, offsets: Offsets, names: tuple[str, ...]) -> str | None:
    """The colour's name; None when the thing is absent, or the colour is a part of its name ("a black cat")."""
    chances = found["things"][slot]
    if float(chances[-1]) > SURE or float(found["recolour"][slot]) > SURE:
        return None
    start = offsets[int(found["pointing"][slot].argmax())][0]
    match = AT.match(text, start) or BEFORE.search(text[:start])
    name = names[int(np.argmax(chances[:-2]))].lower().split()
    return None if match is None or match[1].lower() in name else match[1].lower()
