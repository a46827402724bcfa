"""The prompts that judge the reader, and the rule that keeps them out of what it learns from.

paraphrases.json, written by hand before any caption was:

    paraphrases   [prompt, [names that are right answers]]: descriptions that do not say the name
    scenes        {"prompt", "things": [[names]], and what else is asked for}: several wishes at once
    unknown       prompts about what is in no list
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("paraphrases.json")
SMALL = {
    "a", "an", "the", "of", "in", "on", "at", "to", "for", "with", "and", "or", "that", "which", "who", "is",
    "are", "it", "its", "from", "by", "as", "up", "into", "out", "very", "you", "your", "his", "her", "their",
    "something", "someone", "somebody", "thing", "what",
}  # fmt: skip
TOO_NEAR = 0.5  # share of the content words that two sentences may have in common


@dataclass(frozen=True, slots=True)
class KeptBack:
    """`texts`: the prompts, normalised. `unknown`: words that no caption may use as its unknown thing."""

    paraphrases: list[tuple[str, list[str]]]
    scenes: list[dict[str, Any]]
    unknown: list[str]

    @property
    def texts(self) -> set[str]:
        prompts = [prompt for prompt, _ in self.paraphrases] + self.unknown
        return {normal(text) for text in [*prompts, *(scene["prompt"] for scene in self.scenes)]}

    @property
    def unknown_words(self) -> set[str]:
        return {word for text in self.unknown for word in _content(text)}

    def is_near(self, sentence: str) -> bool:
        """Does a sentence say what one of the paraphrases says, in nearly its words?"""
        mine = _content(sentence)
        return any(
            len(mine & theirs) > TOO_NEAR * len(mine | theirs)
            for prompt, _ in self.paraphrases
            if len(theirs := _content(prompt)) > 1
        )


def read() -> KeptBack:
    """The file, whole."""
    held = json.loads(FILE.read_text(encoding="utf-8"))
    return KeptBack(
        paraphrases=[(prompt, names) for prompt, names in held["paraphrases"]],
        scenes=held["scenes"],
        unknown=held["unknown"],
    )


def normal(text: str) -> str:
    """Lower case, letters and digits only, no article at the front."""
    plain = " ".join(re.findall(r"[a-z0-9]+", text.lower()))
    return re.sub(r"^(a|an|the) ", "", plain)


def _content(text: str) -> set[str]:
    return {word.rstrip("s") for word in normal(text).split()} - SMALL
