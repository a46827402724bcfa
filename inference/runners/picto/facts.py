"""What picto understood of a prompt, in words for people: the `read_as` metric.

    {"things": ["penguin × 2, blue", "castle"], "style": "3d", "place": "snow", "layout": "beside",
     "traits": ["at night"], "confidence": 0.97, "unsure": False, "near": [],
     "unknown": ["stapler"], "unused": ["cyberpunk", "4k"]}

`near`: known things that are meant perhaps, when it is unsure. `unknown`: words for things that it cannot know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from inference.runners.picto import colours
from inference.runners.picto.reading import SURE, Found, Vocabulary
from inference.runners.picto.scene import LIGHTS, PLACES, SIZES, STYLES, WEATHERS, Scene, Thing

UNSURE = 0.5  # below this confidence the prompt is said to be read with doubt
UNUSED_MAX = 8  # words named as unused
POINTED = (
    0.25  # share of a slot's pointing, against its strongest word, that makes a word part of a thing's name
)
NEAR = 2
PLACE_WORDS = {"underwater": "under water"}
POSITION_WORDS = ["", "on the left", "on the right", "at the top", "at the bottom"]
RELATION_WORDS = ["", "beside", "left of", "right of", "above", "below", "in front of", "behind"]
LIGHT_WORDS = {"day": "by day", "dawn": "at dawn", "sunset": "at sunset", "night": "at night"}
WEATHER_WORDS = {"clear": "clear weather", "snowfall": "snowfall", "rain": "rain", "fog": "fog"}
SMALL = set(
    "a an the of in on at to for with and or by is are it its this that there some me my i you we us be as from into "  # noqa: SIM905
    "please his her their".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the prompt and the tokens that it became."""

    text: str
    tokens: tuple[int, ...]


def words_of(text: str, offsets: list[tuple[int, int]]) -> list[Word]:
    """The words of a prompt. `offsets`: of each token, as the tokenizer gives them."""
    return [
        Word(
            match.group(),
            tuple(
                place
                for place, (start, end) in enumerate(offsets)
                if start < end and match.start() <= start < match.end()
            ),
        )
        for match in re.finditer(r"[^\W_]+(?:['’-][^\W_]+)*", text)
    ]


def read_as(scene: Scene, found: Found, *, words: list[Word], vocabulary: Vocabulary) -> dict[str, Any]:
    """The facts of one output, ready for JSON."""
    certain = min(thing.confidence for thing in scene.things)
    unknown = [name for name in _unknown(scene, found, words) if name]
    unsure = certain < UNSURE or any(thing.drawing is None for thing in scene.things)
    return {
        "things": [_thing(thing, vocabulary) for thing in scene.things if thing.drawing is not None],
        "style": STYLES[scene.style],
        "place": _place(scene),
        "layout": RELATION_WORDS[scene.relation] or POSITION_WORDS[scene.position],
        "traits": _traits(scene),
        "confidence": round(certain, 3),
        "unsure": unsure,
        "near": _near(scene, found, vocabulary) if unsure else [],
        "unknown": unknown,
        "unused": _unused(found, words),
    }


def _thing(thing: Thing, vocabulary: Vocabulary) -> str:
    name = vocabulary.things[thing.drawing] if thing.drawing is not None else ""
    said = [f"{name} × {thing.count}" if thing.count > 1 else name]
    if thing.size:
        said.append(SIZES[thing.size])
    if thing.colour:
        said.append(colours.name_of(thing.colour))
    return ", ".join(said)


def _place(scene: Scene) -> str:
    if scene.place is not None:
        name = PLACES[scene.place]
        return PLACE_WORDS.get(name, name)
    if scene.ground is None:
        return "outdoors" if scene.light or scene.weather else "plain"
    return f"plain {' and '.join(dict.fromkeys(map(colours.name_of, scene.ground)))}"


def _traits(scene: Scene) -> list[str]:
    """Where on the page, how two things stand, and a light or weather that is not the usual one."""
    told = [POSITION_WORDS[scene.position]]
    if scene.relation > 1:
        told.append(f"the first {RELATION_WORDS[scene.relation]} the second")
    told.append(LIGHT_WORDS[LIGHTS[scene.light]] if scene.light else "")
    told.append(WEATHER_WORDS[WEATHERS[scene.weather]] if scene.weather else "")
    return [each for each in told if each]


def _near(scene: Scene, found: Found, vocabulary: Vocabulary) -> list[str]:
    """The known things that the least certain words come nearest to, the drawn one left out."""
    slot = int(np.argmin([thing.confidence for thing in scene.things]))
    drawn = {thing.drawing for thing in scene.things}
    order = np.argsort(-found["things"][slot][:-2], kind="stable")[: NEAR + len(drawn)]
    return [vocabulary.things[int(number)] for number in order if int(number) not in drawn][:NEAR]


def _unknown(scene: Scene, found: Found, words: list[Word]) -> list[str]:
    """The words by which the prompt calls what is in no list."""
    if not any(thing.drawing is None for thing in scene.things):
        return []
    lost = [slot for slot, chances in enumerate(found["things"]) if chances[-2] > SURE * (1 - chances[-1])]
    told = []
    for slot in lost:
        pointing = found["pointing"][slot]
        if found["things"][slot][-1] > SURE:
            continue
        share = [max((float(pointing[token]) for token in word.tokens), default=0.0) for word in words]
        most = max(share, default=0.0)
        told.append(
            " ".join(
                w.text
                for w, s in zip(words, share, strict=True)
                if s >= POINTED * most and s > 0 and w.text.lower() not in SMALL
            )
        )
    return list(dict.fromkeys(told))


def _unused(found: Found, words: list[Word]) -> list[str]:
    """Words that changed nothing, in the order of the prompt."""
    used = found["used"]
    told = [
        word.text
        for word in words
        if word.tokens
        and word.text.lower() not in SMALL
        and float(np.mean([used[token] for token in word.tokens])) < SURE
    ]
    return list(dict.fromkeys(told))[:UNUSED_MAX]
