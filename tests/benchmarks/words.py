"""Prompts for the measured models, no two alike within a run: an engine may keep what it read of a prompt."""

from collections.abc import Iterator
from itertools import count, product

COLOURS = ("red", "yellow", "green", "blue", "purple", "orange", "pink", "brown", "white", "black")
THINGS = ("penguin", "owl", "robot", "cactus", "strawberry", "house", "boat", "elephant", "castle", "teapot")
PLACES = ("in the snow", "on the beach", "in space", "in the desert", "at night", "in a forest")


def prompts(seed: int = 0) -> Iterator[str]:
    """Without end; a number is added once every combination was used. Another `seed` begins elsewhere."""
    pairs = [f"a {colour} {thing} {place}" for place, colour, thing in product(PLACES, COLOURS, THINGS)]
    start = seed * 97 % len(pairs)
    for number in count():
        lap, place = divmod(start + number, len(pairs))
        yield pairs[place] + (f" {lap}" if lap else "")
