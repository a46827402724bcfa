"""From what the reader found in a prompt to a `Scene`: what is sure is taken, what is open is left to the dice.

`Text` is the prompt as the text encoder is to see it, `settle` makes the scene. facts.py tells people about both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from inference.runners.picto.colours import NAMED
from inference.runners.picto.scene import LIGHTS, PLACES, RGB, STYLES, WEATHERS, Floats, Scene, Thing

Found = Mapping[str, NDArray[np.float32]]
"""What the reader's graph gives for one prompt, the batch of one taken off (training/reader.py, `Answers`):
things [3, N + 2], pointing [3, T], features [3, 384], count [3, 5], size [3, 3], recolour [3], colour [3, 3],
relation [8], position [5], style [6], place [23], light [5], weather [5], ground, ground_rgb [6], used [T].
All are probabilities but `features` and the colours; the last number of style, place, light and weather is "not said".
"""

SURE = 0.5  # above it the likeliest answer is taken, below it the dice choose
RIVAL = 0.35  # of the likeliest answer's probability: who may be drawn instead of it
LOOKALIKES = 3  # so many answers together make the confidence: a lion or a tiger is no doubt about the animal
OUTDOORS = {PLACES.index(name) for name in PLACES[:16] if name not in {"underwater", "space", "moon"}} | {21}
OPEN_LIGHT = (0.8, 0.05, 0.09, 0.06)  # by day, mostly
OPEN_WEATHER = {PLACES.index("snow"): (0.3, 0.7, 0.0, 0.0)}
CLEAR = (1.0,)  # a sunset or a night that was asked for is not rained upon
USUAL_WEATHER = (0.92, 0.0, 0.05, 0.03)
OPEN_STYLE = (0.28, 0.2, 0.22, 0.2, 0.1)
FITTING = {  # what stands in a picture of nothing but a place
    "meadow": ("sunflower", "tulip", "butterfly"),
    "snow": ("evergreen tree", "snowman", "polar bear"),
    "beach": ("umbrella on ground", "spiral shell", "crab"),
    "underwater": ("tropical fish", "coral", "octopus"),
    "sky": ("cloud", "bird", "kite"),
    "space": ("rocket", "ringed planet", "satellite"),
    "moon": ("astronaut", "rocket", "flying saucer"),
    "desert": ("cactus", "camel", "scorpion"),
    "forest": ("deciduous tree", "deer", "mushroom"),
    "jungle": ("parrot", "monkey", "tiger"),
    "mountains": ("goat", "tent", "eagle"),
    "lake": ("duck", "swan", "canoe"),
    "city": ("office building", "bus", "taxi"),
    "street": ("automobile", "bicycle", "bus"),
    "farm": ("tractor", "cow", "chicken"),
    "garden": ("tulip", "potted plant", "butterfly"),
    "kitchen": ("pot of food", "teapot", "fork and knife with plate"),
    "room": ("couch and lamp", "bed", "chair"),
    "library": ("books", "open book", "owl"),
    "stage": ("microphone", "singer", "guitar"),
    "cave": ("bat", "gem stone", "bear"),
    "volcano": ("sauropod", "dragon", "rock"),
}
NUMBERS = ("one", "two", "three", "four", "five")
SKIN = range(0x1F3FB, 0x1F400)
JOINERS = {"\u200d", "\ufe0e", "\ufe0f"}


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """`things`: names in the order of their numbers. `emoji`: emoji → name."""

    things: tuple[str, ...]
    emoji: Mapping[str, str]


def plain(prompt: str, vocabulary: Vocabulary) -> str:
    """The prompt for the text encoder: emoji as their names, odd characters as spaces, one line."""
    text = unicodedata.normalize("NFC", prompt)
    for emoji in sorted((each for each in vocabulary.emoji if each in text), key=len, reverse=True):
        name = vocabulary.emoji[emoji]
        text = re.sub(f"(?:{re.escape(emoji)})+", partial(_counted, emoji=emoji, name=name), text)
    kept = "".join(" " if _is_odd(char) else char for char in text)
    return re.sub(r"\s+", " ", kept).strip()


def _counted(run: re.Match[str], *, emoji: str, name: str) -> str:
    """Some of the same emoji in a row are so many of the thing."""
    count = len(run.group()) // len(emoji)
    return f" {NUMBERS[min(count, len(NUMBERS)) - 1]} {name} " if count > 1 else f" {name} "


def _is_odd(char: str) -> bool:
    """Control characters, halves of pairs, what joins and tints emoji."""
    return (
        char in JOINERS or ord(char) in SKIN or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )


def settle(found: Found, *, dice: np.random.Generator, style: int | None, vocabulary: Vocabulary) -> Scene:
    """The scene of one output. `style`: as chosen beside the prompt; None: as it says, or by dice.

    The same number of dice is thrown whatever the prompt says, so that a word more leaves the rest as it was.
    """
    luck = dice.random(16)
    place = _stated(found["place"])
    things = _things(found, luck[:8])
    if not things:
        things = (_fitting(place, luck[0], vocabulary, features=found["features"][0]),)
    outdoors = place in OUTDOORS
    light, weather = _stated(found["light"]), _stated(found["weather"])
    usual = CLEAR if light else USUAL_WEATHER
    grounded = place is None and float(found["ground"]) > SURE
    return Scene(
        things=things,
        relation=max(1, int(found["relation"].argmax())) if len(things) > 1 else 0,
        position=int(found["position"].argmax()) if len(things) == 1 else 0,
        style=_style(found["style"], luck[8], chosen=style),
        place=place,
        ground=_ground(found["ground_rgb"]) if grounded else None,
        light=_or_dice(light, OPEN_LIGHT if outdoors else (1.0,), luck[9]),
        weather=_or_dice(
            weather,
            OPEN_WEATHER.get(place, usual) if place is not None and outdoors else CLEAR,
            luck[10],
        ),
    )


def recoloured(scene: Scene, text: str, *, vocabulary: Vocabulary) -> Scene:
    """The scene, with what is called by another colour than its name holds painted so: a blue apple, though the thing
    is a "red apple". To the reader the colour there is a slip of the name."""
    things = tuple(
        thing
        if thing.drawing is None or thing.colour is not None
        else replace(thing, colour=_said_of(vocabulary.things[thing.drawing], text.lower()))
        for thing in scene.things
    )
    return replace(scene, things=things)


def _said_of(name: str, text: str) -> RGB | None:
    """The colour that `text` gives to a thing whose name holds one; None for its own, and for all other things."""
    own = [word for word in name.split() if word in NAMED]
    noun = " ".join(word for word in name.split() if word not in NAMED)
    if not own or not noun:
        return None
    colour = "|".join(sorted(map(re.escape, NAMED), key=len, reverse=True))
    noun = re.escape(noun) + "s?"
    found = re.search(
        rf"\b({colour}) {noun}\b|\b{noun} (?:that|which)? ?(?:is|are|in|painted) ({colour})\b", text
    )
    said = (found[1] or found[2]) if found else None
    return NAMED[said] if said and said not in own else None


def _stated(chances: Floats) -> int | None:
    """The answer, or None when the prompt leaves it open. The last chance is that of "not said"."""
    best = int(chances.argmax())
    return None if best == len(chances) - 1 else best


def _or_dice(stated: int | None, chances: tuple[float, ...], luck: float) -> int:
    return stated if stated is not None else _pick(np.array(chances), luck)


def _pick(chances: NDArray[np.floating], luck: float) -> int:
    """A number with its chance. `luck`: 0..1."""
    steps = np.cumsum(chances / chances.sum())
    return min(int(np.searchsorted(steps, luck, side="right")), len(chances) - 1)


def _style(chances: Floats, luck: float, *, chosen: int | None) -> int:
    if chosen is not None:
        return chosen
    stated = _stated(chances)
    return stated if stated is not None else _pick(np.array(OPEN_STYLE), luck)


def _ground(rgb: Floats) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    top, bottom = _rgb(rgb[:3]), _rgb(rgb[3:])
    alike = max(abs(a - b) for a, b in zip(top, bottom, strict=True)) < 0.12
    return (top, top) if alike else (top, bottom)


def _rgb(values: Floats) -> tuple[float, float, float]:
    red, green, blue = (float(np.clip(value, 0, 1)) for value in values)
    return (red, green, blue)


def _things(found: Found, luck: NDArray[np.float64]) -> tuple[Thing, ...]:
    """Those that the prompt names, one to three; none for a bare place."""
    things: list[Thing] = []
    places: list[int] = []
    for slot, chances in enumerate(found["things"]):
        *_, unknown, absent = (float(chance) for chance in chances[-2:])
        pointed = int(found["pointing"][slot].argmax())
        if absent > SURE:
            continue
        thing = _thing(found, slot, luck[slot], is_unknown=unknown > SURE * (1 - absent))
        if pointed in places and any(thing.drawing == other.drawing for other in things):
            continue  # two queries that read the same word
        things.append(thing)
        places.append(pointed)
    return tuple(things)


def _thing(found: Found, slot: int, luck: float, *, is_unknown: bool) -> Thing:
    chances = found["things"][slot]
    known = chances[:-2]
    there = max(1 - float(chances[-1]), 1e-6)
    order = np.argsort(-known, kind="stable")[:8]
    best = int(order[0])
    if known[best] < SURE * there:
        rivals = order[known[order] >= RIVAL * known[best]]
        best = int(rivals[_pick(known[rivals], luck)])
    return Thing(
        drawing=None if is_unknown else best,
        features=found["features"][slot],
        count=int(found["count"][slot].argmax()) + 1,
        size=int(found["size"][slot].argmax()),
        colour=_rgb(found["colour"][slot]) if found["recolour"][slot] > SURE else None,
        confidence=min(1.0, float(known[order[:LOOKALIKES]].sum()) / there),
    )


def _fitting(place: int | None, luck: float, vocabulary: Vocabulary, *, features: Floats) -> Thing:
    """Something that belongs to a place which is asked for alone. A prompt of no meaning at all: an unknown thing."""
    if place is None:
        return Thing(drawing=None, features=features, confidence=0.0)
    names = [name for name in FITTING[PLACES[place]] if name in vocabulary.things]
    if not names:
        return Thing(drawing=int(luck * len(vocabulary.things)), features=features)
    return Thing(drawing=vocabulary.things.index(names[int(luck * len(names))]), features=features)


assert len(OPEN_LIGHT) == len(LIGHTS) and len(OPEN_STYLE) == len(STYLES)  # noqa: S101, PT018
assert len(USUAL_WEATHER) == len(WEATHERS)  # noqa: S101
