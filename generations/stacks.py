"""Stacks: pictures that are one over again, nearly the same to the eye or one recipe with other seeds. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from generations import likeness

NOT_TOLD_APART = frozenset({"seed", "num_outputs"})


@dataclass(frozen=True, slots=True)
class Card:
    """What a picture is stacked by: `recipe` as recipe_key() writes it, `fingerprint` "" where there is none."""

    recipe: str
    fingerprint: str = ""


def recipe_key(version: str, input: Mapping[str, Any]) -> str:
    """The same for two inputs of one version that differ in nothing but the seed."""
    told = {name: value for name, value in input.items() if name not in NOT_TOLD_APART}
    return json.dumps([version, told], sort_keys=True, default=str)


def stacked(cards: Sequence[Card]) -> list[list[int]]:
    """The places of `cards`, those of one stack together, in the order of the first of each.

    Every pair is looked at, so this is for a stretch of a gallery, not for all of it.
    """
    roots = list(range(len(cards)))
    for one, other in combinations(range(len(cards)), 2):
        if _is_alike(cards[one], cards[other]):
            here, there = sorted((_root(roots, one), _root(roots, other)))
            roots[there] = here
    found: dict[int, list[int]] = {}
    for place in range(len(cards)):
        found.setdefault(_root(roots, place), []).append(place)
    return list(found.values())


def _is_alike(one: Card, other: Card) -> bool:
    if one.recipe == other.recipe:
        return True
    has_both = bool(one.fingerprint and other.fingerprint)
    return has_both and likeness.distance(one.fingerprint, other.fingerprint) <= likeness.NEAR


def _root(roots: list[int], place: int) -> int:
    while roots[place] != place:
        roots[place] = roots[roots[place]]
        place = roots[place]
    return place
