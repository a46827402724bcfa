"""Which combinations of thing, style and place no stage may train on, so that evaluation has some to ask for."""

from __future__ import annotations

import hashlib

ONE_IN = 20


def held_out(slug: str, *, style: int, place: int | None) -> bool:
    """Whether this thing in this style at this place (None: a plain background) is kept for evaluation.

    It holds for the main thing of a scene. A hash decides, not a list and not dice: whoever asks, in whatever order,
    on whatever machine, hears the same, and a new thing changes nothing for the old ones.
    """
    key = f"{slug}|{style}|{'plain' if place is None else place}"
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % ONE_IN == 0
