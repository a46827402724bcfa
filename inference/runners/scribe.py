"""`safelight/scribe`: writes some plain sentences about what it is asked for, word by word.

A small Markov chain over kinds of words, not over words: from each kind, `NEXT` says what may follow and how often,
and `WORDS` which words there are of a kind. Nouns of the prompt come back as what a sentence is about. Everything
follows from the prompt and the seed: the same two give the same text, whatever else the engine is doing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inference.protocol import SEED_MAX
from inference.runners.base import Card, Sample
from inference.runners.flow import dice

REVISION = "scribe 1"
THEMES_MAX = 6
CLOSING = ("how", "place")  # kinds of words that may end a sentence
THEME_SHARE = 0.7  # how often a sentence is about a word of the prompt

# kind → what may follow, and how often. "end" closes the sentence.
NEXT: dict[str, dict[str, int]] = {
    "end": {"the": 6, "when": 2, "there": 1},
    "when": {"the": 1},
    "there": {"the": 1},
    "the": {"quality": 2, "subject": 3},
    "quality": {"subject": 1},
    "subject": {"does": 1},
    "does": {"how": 1, "where": 4},
    "how": {"where": 3, "end": 1},
    "where": {"place": 1},
    "place": {"end": 3, "and": 2},
    "and": {"the": 1},
}
WORDS: dict[str, tuple[str, ...]] = {
    "when": ("Tonight", "Today", "Later", "Sometimes", "Again"),
    "there": ("Somewhere", "Outside", "Nearby", "Below"),
    "the": ("the", "this", "one", "every"),
    "quality": (
        "small", "quiet", "amber", "old", "bright", "pale", "patient", "round", "silver", "warm", "distant",
        "heavy", "narrow", "second",
    ),
    "subject": (
        "lamp", "river", "window", "shadow", "road", "bird", "garden", "cloud", "letter", "boat", "tower",
        "morning", "picture", "stone",
    ),
    "does": (
        "waits", "rests", "glows", "turns", "moves", "stands", "grows", "fades", "sleeps", "wanders", "listens",
        "returns",
    ),
    "how": ("slowly", "softly", "alone", "gladly", "in silence", "once more", "without hurry"),
    "where": ("behind", "beside", "above", "under", "before", "near", "beyond"),
    "place": (
        "the water", "the hills", "the dark", "the houses", "the snow", "the trees", "the harbour", "the glass",
        "the first light", "the long grass", "the sea", "the station",
    ),
    "and": ("and", "while", "until", "where"),
}  # fmt: skip
# Words of a prompt that no sentence is about; nor is one about a quality.
PLAIN = frozenset(
    re.findall(
        r"\w+",
        """
        a an and are as at be by can for from has have how i in into is it its me my of on one or our she he that
        the their them there they this to two under up us was we what when where which who will with write you
        your about red orange yellow green blue black white grey big little young new
        """,
    )
)

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "title": "Input",
    "additionalProperties": False,
    "required": ["prompt"],
    "properties": {
        "prompt": {
            "type": "string",
            "title": "Prompt",
            "description": "What the text is about.",
            "minLength": 1,
            "maxLength": 2000,
            "pattern": "\\S",
            "x-order": 0,
            "x-control": "prompt",
        },
        "words": {
            "type": "integer",
            "title": "Words",
            "description": "How long the text is. The last sentence may be cut short.",
            "minimum": 1,
            "maximum": 400,
            "default": 60,
            "x-order": 1,
            "x-control": "slider",
        },
        "pace": {
            "type": "integer",
            "title": "Words a second",
            "description": "It could be done at once; at 25 one can read along.",
            "minimum": 1,
            "maximum": 1000,
            "default": 25,
            "x-order": 2,
            "x-control": "slider",
        },
        "seed": {
            "type": "integer",
            "title": "Seed",
            "description": "The same seed writes the same text again. Left out: a new one each time.",
            "minimum": 0,
            "maximum": SEED_MAX,
            "x-order": 3,
            "x-control": "seed",
        },
    },
}


@dataclass(slots=True, eq=False, kw_only=True)
class Page(Sample):
    """A text on its way. `kind`: of the last word, "end" when a sentence begins. `rest`: words that must follow first.
    `themes`: words of the prompt."""

    themes: list[str]
    kind: str = "end"
    rest: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ScribeRunner:
    card: Card

    def begin(self, input: Mapping[str, Any], *, seed: int) -> Page:
        return Page(
            seed=_mixed(seed, input["prompt"]),
            steps=input["words"],
            bucket="scribe",
            pause_s=1 / input["pace"],
            themes=themes(input["prompt"]),
        )

    def step(self, samples: Sequence[Page]) -> None:
        for sample in samples:
            sample.said = [_next(sample)]

    def preview(self, sample: Page) -> bytes | None:
        return None

    def decode(self, samples: Sequence[Page]) -> list[None]:
        return [None for _ in samples]


def themes(prompt: str) -> list[str]:
    """What the prompt is about: its words, plain ones left out, each once."""
    words = re.findall(r"[^\W\d_]{2,24}", prompt.lower())
    found = (word for word in words if word not in PLAIN and word not in WORDS["quality"])
    return list(dict.fromkeys(found))[:THEMES_MAX]


def _next(page: Page) -> str:
    """The next word, with the blank before it and the stop after it."""
    rolls = dice(page.seed, page.step).random(4).tolist()
    is_first = page.kind == "end" and not page.rest
    if not page.rest:
        page.kind, page.rest = _phrase(page, rolls)
    word = page.rest.pop(0)
    word = word[:1].upper() + word[1:] if is_first else word
    if not page.rest and page.kind in CLOSING:
        page.kind = "end" if _follower(page.kind, rolls[3]) == "end" else _going_on(page.kind)
    is_last = page.step + 1 == page.steps or (page.kind == "end" and not page.rest)
    return f"{' ' if page.step else ''}{word}{'.' if is_last else ''}"


def _phrase(page: Page, rolls: Sequence[float]) -> tuple[str, list[str]]:
    """A kind of word that may follow, and what is said of it: a word, or some that belong together."""
    kind = _follower(page.kind, rolls[0])
    if kind == "subject" and page.themes and rolls[1] < THEME_SHARE:
        return kind, [_pick(page.themes, rolls[2])]
    return kind, _pick(WORDS[kind], rolls[2]).split()


def _follower(kind: str, roll: float) -> str:
    """What follows a kind of word, by weight."""
    found = NEXT.get(kind, {"end": 1})
    left = roll * sum(found.values())
    for name, weight in found.items():
        left -= weight
        if left < 0:
            return name
    return next(reversed(found))


def _going_on(kind: str) -> str:
    """A kind that may end the sentence, and did not."""
    return f"{kind}, going on"


NEXT |= {
    _going_on(kind): {name: weight for name, weight in NEXT[kind].items() if name != "end"}
    for kind in CLOSING
}


def _pick(words: Sequence[str], roll: float) -> str:
    return words[min(int(roll * len(words)), len(words) - 1)]


def _mixed(seed: int, prompt: str) -> int:
    """The seed and the prompt as one number, so that another prompt is another text."""
    return int.from_bytes(hashlib.sha256(f"{seed} {prompt}".encode()).digest()[:4], "big")


def load() -> ScribeRunner:
    told = [REVISION, SCHEMA, NEXT, WORDS, sorted(PLAIN)]
    version = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return ScribeRunner(
        Card(
            ref="safelight/scribe",
            version=version,
            name="Scribe",
            description="Writes a few plain sentences, word by word. Tiny, and always ready.",
            hint="It writes some quiet sentences about what you name.",
            schema=SCHEMA,
            output={"mime": "text/plain"},
            buckets=["scribe"],
            examples=["a fox by the river", "an old lighthouse"],
            max_slots=8,
            is_light=True,
        )
    )
