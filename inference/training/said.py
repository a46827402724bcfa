"""Sentences in pieces, so that what each word is for stays known: the reader learns it word by word.

A `Said` is a list of (text, role). Roles: what the reader needs not judge, what has no effect on the picture, what has
one, and the words that name the first, second and third thing.
"""

from __future__ import annotations

import random
import re

Said = list[tuple[str, int]]

IGNORED, UNUSED, USED, THING = -1, 0, 1, 2  # THING + slot
VOWELS = "aeiou"
SAME = {
    "fish",
    "sheep",
    "deer",
    "moose",
    "bison",
    "scissors",
    "glasses",
    "jeans",
    "shorts",
    "pants",
    "squid",
    "shrimp",
}
IRREGULAR = {
    "mouse": "mice", "goose": "geese", "tooth": "teeth", "foot": "feet", "man": "men", "woman": "women",
    "child": "children", "person": "people", "ox": "oxen", "wolf": "wolves", "leaf": "leaves", "knife": "knives",
    "loaf": "loaves", "calf": "calves", "tomato": "tomatoes", "potato": "potatoes", "cactus": "cacti",
    "bus": "buses", "octopus": "octopuses",
}  # fmt: skip
TOLD_BY = re.compile(r"\b(of|with|in|on|from|for|showing|to|that|at)\b")


def framed(frame: str, role: int, **parts: Said) -> Said:
    """ "{thing}, {style}" with its parts put in; the frame's own words have `role`."""
    said: Said = []
    for piece in re.split(r"(\{\w+\})", frame):
        said += parts[piece[1:-1]] if piece.startswith("{") else _piece(piece, role)
    return said


def text_of(said: Said) -> tuple[str, list[tuple[int, int, int]]]:
    """The sentence, and (start, end, role) of each piece in it. Commas and full stops cling to the word before."""
    text = ""
    spans = []
    for part, role in said:
        if text and not re.match(r"[,.:;!?)]", part) and not text.endswith("("):
            text += " "
        spans.append((len(text), len(text) + len(part), role))
        text += part
    return text, spans


def with_article(words: str) -> str:
    """ "a" or "an", unless there is one, or the words are plural."""
    first = words.split()[0].lower()
    if first in {"a", "an", "the", "some", "one", "somebody", "someone", "something", "it", "what", "two"}:
        return words
    if words.split()[-1].endswith("s") and not words.endswith(("ss", "us", "is")) and " of " not in words:
        return words
    return f"{'an' if first[0] in VOWELS else 'a'} {words}"


def plural(words: str) -> str:
    """ "slices of pizza", "mice", "cherries"."""
    found = TOLD_BY.search(words)
    if found and found.start() > 0:
        return f"{plural(words[: found.start()].strip())} {words[found.start() :]}"
    head, _, last = words.rpartition(" ")
    return f"{head} {_plural(last)}".strip()


def _plural(word: str) -> str:
    if word in SAME:
        return word
    if word in IRREGULAR:
        return IRREGULAR[word]
    for ending, others in IRREGULAR.items():
        if len(ending) > 2 and word.endswith(ending) and ending in {"man", "mouse"}:
            return word[: -len(ending)] + others
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word if re.search(r"[^s]s$", word) else f"{word}es"
    if word.endswith("y") and word[-2:-1] not in VOWELS:
        return f"{word[:-1]}ies"
    return f"{word}s"


def misspelt(word: str, dice: random.Random) -> str:
    """One letter lost, doubled, or two changed over; short words stay."""
    if len(word) < 5:
        return word
    at = dice.randrange(1, len(word) - 2)
    return dice.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
    )


def _piece(text: str, role: int) -> Said:
    return [(text.strip(), role)] if text.strip() else []
