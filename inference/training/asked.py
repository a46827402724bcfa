"""What evaluation asks a model for: prompts with the right answer beside each. The same ones for every model.

Combinations of thing, style and place are those that held_out.py keeps from all training; descriptions are the
hand-written ones of kept_back.py. Dice with a fixed seed choose among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from inference.runners.picto.scene import PLACES, STYLES
from inference.training.held_out import held_out
from inference.training.judging import colours
from inference.training.kept_back import KeptBack

Dice = np.random.Generator

SEED = 4
WHERE = {
    "meadow": "in a meadow",
    "snow": "in the snow",
    "beach": "on the beach",
    "underwater": "under water",
    "sky": "in the sky",
    "space": "in space",
    "moon": "on the moon",
    "desert": "in the desert",
    "forest": "in the forest",
    "jungle": "in the jungle",
    "mountains": "in the mountains",
    "lake": "by a lake",
    "city": "in the city",
    "street": "in the street",
    "farm": "on a farm",
    "garden": "in a garden",
    "kitchen": "in the kitchen",
    "room": "in a living room",
    "library": "in a library",
    "stage": "on a stage",
    "cave": "in a cave",
    "volcano": "in front of a volcano",
}
HOW = ("as a 3d render", "flat style", "cartoon", "as a sticker", "line art")
NUMBERS = ("a", "two", "three", "four", "five")
PLAIN_GROUNDS = ("white", "blue", "yellow", "pink", "green", "grey", "black", "red", "orange", "purple")
# How many of each kind a full evaluation asks for.
COUNTS = {
    "held_out": 200,
    "paraphrase": 200,
    "colour": 100,
    "pair": 100,
    "count": 100,
    "plain": 60,
    "diversity": 30,
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One prompt and what must be seen in the picture; what is None was not asked for. `things`: of each thing the
    numbers that are right. `ground`: a colour's name."""

    prompt: str
    things: tuple[frozenset[int], ...]
    style: int | None = None
    place: int | None = None
    ground: str | None = None
    colour: str | None = None
    count: int | None = None


def held_combinations(slugs: list[str], names: list[str], *, count: int) -> list[Ask]:
    """A thing in a style at a place, or before a plain colour, that no training saw together."""
    dice = np.random.default_rng([SEED, 0])
    found: list[Ask] = []
    while len(found) < count:
        thing, style = int(dice.integers(len(slugs))), int(dice.integers(len(STYLES)))
        place = None if dice.random() < 0.25 else int(dice.integers(len(PLACES)))
        if not held_out(slugs[thing], style=style, place=place):
            continue
        ground = None if place is not None else str(dice.choice(PLAIN_GROUNDS))
        where = WHERE[PLACES[place]] if place is not None else f"on a {ground} background"
        found.append(
            Ask(
                f"{a(names[thing])} {where}, {HOW[style]}",
                (frozenset({thing}),),
                style=style,
                place=place,
                ground=ground,
            )
        )
    return found


def paraphrases(names: list[str], back: KeptBack, *, count: int) -> list[Ask]:
    """Descriptions that do not say the name."""
    numbers = {name: number for number, name in enumerate(names)}
    known = [
        (prompt, frozenset(numbers[answer] for answer in answers if answer in numbers))
        for prompt, answers in back.paraphrases
    ]
    asks = [Ask(prompt, (right,)) for prompt, right in known if right]
    return _some(asks, count, dice=np.random.default_rng([SEED, 1]))


def coloured(names: list[str], *, count: int) -> list[Ask]:
    """A thing in a colour that its name does not say."""
    dice = np.random.default_rng([SEED, 2])
    plain = [n for n, name in enumerate(names) if not {*name.replace("-", " ").split()} & {*colours.NAMES}]
    picked = [(int(dice.choice(plain)), str(dice.choice(colours.NAMES))) for _ in range(count)]
    return [Ask(a(f"{colour} {names[n]}"), (frozenset({n}),), colour=colour) for n, colour in picked]


def pairs(names: list[str], *, count: int) -> list[Ask]:
    """Two things side by side."""
    dice = np.random.default_rng([SEED, 3])
    asks = []
    for _ in range(count):
        one, two = (int(n) for n in dice.choice(len(names), 2, replace=False))
        asks.append(Ask(f"{a(names[one])} next to {a(names[two])}", (frozenset({one}), frozenset({two}))))
    return asks


def counted(names: list[str], *, count: int) -> list[Ask]:
    """One to five of a thing whose name takes a plural."""
    dice = np.random.default_rng([SEED, 4])
    simple = [n for n, name in enumerate(names) if name.isalpha() and not name.endswith("s")]
    asks = []
    for turn in range(count):
        thing, many = int(dice.choice(simple)), turn % 5 + 1
        words = a(names[thing]) if many == 1 else f"{NUMBERS[many - 1]} {names[thing]}s"
        asks.append(Ask(words, (frozenset({thing}),), count=many))
    return asks


def on_plain(names: list[str], *, count: int) -> list[Ask]:
    """A thing before one flat colour."""
    dice = np.random.default_rng([SEED, 5])
    picked = [(int(dice.integers(len(names))), str(dice.choice(PLAIN_GROUNDS))) for _ in range(count)]
    return [
        Ask(f"{a(names[n])} on a plain {ground} background", (frozenset({n}),), ground=ground)
        for n, ground in picked
    ]


def bare(names: list[str], *, count: int) -> Iterator[Ask]:
    """Just a name: all else is left to the seed."""
    dice = np.random.default_rng([SEED, 6])
    for n in dice.choice(len(names), min(count, len(names)), replace=False):
        yield Ask(a(names[int(n)]), (frozenset({int(n)}),))


def a(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _some(asks: list[Ask], count: int, *, dice: Dice) -> list[Ask]:
    return [asks[int(n)] for n in dice.permutation(len(asks))[:count]]
