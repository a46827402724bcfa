"""A prompt of several things, heard once more clause by clause: "two cats and a dog" as "two cats" and as "a dog".

The reader points at one word a thing; two things of a kind draw it to the same word, and their counts mix. Alone, each
clause is a plain prompt, which it reads almost without fault. What the whole says of place, light, style and of who
stands where is kept; only the things come from their clauses, and only when every clause has a clear answer.
"""

from __future__ import annotations

import re

import numpy as np

from inference.runners.picto.reading import SURE, Found

JOINTS = re.compile(
    r"\s*(?:[,;]|\b(?:and|beside|next to|(?:on|to) the (?:left|right) of|left of|right of|above|over|below|under"
    r"|in front of|behind)\b)\s*",
    re.IGNORECASE,
)
MOST = 3  # things in a picture
COUNTED = re.compile(r"(?:an?|the|one|two|three|four|five|six|some|many|my|\d+)\b", re.IGNORECASE)
INKLING = 0.02  # of a probability
OF_A_THING = ("things", "features", "count", "size", "recolour", "colour")


def spans(text: str) -> list[tuple[int, int]]:
    """From where to where the clauses of a prompt run; none when it has but one, or too many to be one picture."""
    found, start = [], 0
    for joint in JOINTS.finditer(text):
        found.append((start, joint.start()))
        start = joint.end()
    found.append((start, len(text)))
    found = [(begin, end) for begin, end in found if re.search(r"\w", text[begin:end])]
    return found if 1 < len(found) <= 2 * MOST else []


def is_one_name(text: str, whole: Found, names: tuple[str, ...]) -> bool:
    """Is what the whole prompt names first a name with a joint in it ("fork and knife with plate")?"""
    name = names[int(whole["things"][0][:-2].argmax())]
    return bool(JOINTS.search(name)) and name.lower() in text.lower()


def alone(found: Found) -> Found:
    """The reading of a prompt of one clause, in which a thing is named once: what is found again is a slip."""
    seen: set[int] = set()
    things = found["things"].copy()
    for slot, chances in enumerate(found["things"]):
        best = int(chances[:-2].argmax())
        if best in seen:
            things[slot] = 0
            things[slot][-1] = 1
        elif float(chances[-1]) < SURE:
            seen.add(best)
    return {**found, "things": things}


def joined(whole: Found, parts: list[Found], *, texts: list[str], places: list[int]) -> Found:
    """`whole` with its things read from `parts`, or as it was when one of these is in doubt.

    `texts`: of the parts. `places`: the token of the whole prompt at which each begins, for its slot to point at.
    """
    named = [
        _named(part, whole, is_counted=bool(COUNTED.match(text)))
        for part, text in zip(parts, texts, strict=True)
    ]
    if any(count is None for count in named):
        return whole
    kept = [(part, place) for part, place, count in zip(parts, places, named, strict=True) if count]
    if not 1 < len(kept) <= MOST:
        return whole
    found = {name: np.array(values) for name, values in whole.items()}
    for slot in range(MOST):
        if slot < len(kept):
            part, place = kept[slot]
            for name in OF_A_THING:
                found[name][slot] = part[name][0]
            found["pointing"][slot] = 0
            found["pointing"][slot][place] = 1
        else:
            found["things"][slot] = 0
            found["things"][slot][-1] = 1
    return found


def _named(part: Found, whole: Found, *, is_counted: bool) -> int | None:
    """How many things a clause names: none, one, or None when that is not clear.

    What no article or number announces, and the whole prompt has not so much as an inkling of, is none: "at night"
    alone is read as a bridge at night.
    """
    there = [1 - float(chances[-1]) for chances in part["things"]]
    first = part["things"][0][:-2]
    best = int(first.argmax())
    is_meant = is_counted or float(whole["things"][:, best].max()) > INKLING
    if all(share < SURE for share in there) or not is_meant:
        return 0
    is_clear = there[0] > SURE and float(first[best]) > SURE
    return 1 if is_clear and all(share < SURE for share in there[1:]) else None
