"""How people say what is not a thing: the lists of wordings.toml, in the order of scene.py's numbers."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from inference.runners.picto import scene

_HELD: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _table(name: str, order: Sequence[str]) -> list[list[str]]:
    """One list of phrases for each number. Raises KeyError when the file has other names than the lists."""
    table = _HELD[name]
    if set(table) != set(order):
        raise KeyError(f"wordings.toml: [{name}] must have the names {', '.join(order)}")
    return [table[key] for key in order]


STYLES = _table("styles", scene.STYLES)
PLACES = _table("places", scene.PLACES)
BARE_PLACES = _table("bare_places", scene.PLACES)
LIGHTS = _table("lights", scene.LIGHTS)
WEATHERS = _table("weathers", scene.WEATHERS)
SIZES = _table("sizes", scene.SIZES)
SIZE_FRAMES = _table("size_frames", scene.SIZES)
POSITIONS = _table("positions", scene.POSITIONS)
RELATIONS = _table("relations", scene.RELATIONS)
COUNTS = _table("counts", ("one", "two", "three", "four", "five"))

STYLE_FRAMES: list[str] = _HELD["style_frames"]
PLACE_FRAMES: list[str] = _HELD["place_frames"]
GROUNDS: list[str] = _HELD["grounds"]
TWO_GROUNDS: list[str] = _HELD["two_grounds"]
HATS: set[str] = set(_HELD["hats"])
WEARING: list[str] = _HELD["wearing"]
ADJECTIVES: list[str] = _HELD["adjectives"]
QUALITY: list[str] = _HELD["quality"]
REQUESTS: list[str] = _HELD["requests"]
LEADS: list[str] = _HELD["leads"]
