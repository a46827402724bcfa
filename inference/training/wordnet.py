"""WordNet (Miller 1995): the meanings of English nouns, which of them is a kind of which, and a sentence about each.

Debian's package `wordnet-base` has the files; `apt-get install wordnet-base`. Format: wndb(5WN). A line of data.noun,

    02129165 05 n 03 lion 0 king_of_beasts 0 Panthera_leo 0 007 @ 02127808 n 0000 … | large gregarious feline …

is a synset: its number, its field ("05" animals), its words, its relations ("@" is a kind of, "@i" is an instance of),
its gloss. index.noun lists every word's synsets, the most usual first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FOLDER = Path("/usr/share/wordnet")
FIELDS = (  # number 3 onwards
    "Tops", "act", "animal", "artifact", "attribute", "body", "cognition", "communication", "event", "feeling",
    "food", "group", "location", "motive", "object", "person", "phenomenon", "plant", "possession", "process",
    "quantity", "relation", "shape", "state", "substance", "time",
)  # fmt: skip
INSTANCE = "@i"


class MissingError(Exception):
    """WordNet is not installed."""


@dataclass(frozen=True, slots=True)
class Synset:
    """One meaning. `words`: how it is called, the most usual first. `kinds_of`: the synsets above it."""

    number: str
    field: str
    words: tuple[str, ...]
    kinds_of: tuple[str, ...]
    gloss: str
    is_instance: bool  # Paris, not a city


@dataclass(frozen=True)
class Nouns:
    """`synsets` by number; `senses`: word (lower case, spaces) → numbers, the most usual meaning first."""

    synsets: dict[str, Synset]
    senses: dict[str, tuple[str, ...]]

    def find(self, word: str, *, fields: set[str]) -> Synset | None:
        """The most usual meaning of a word in one of these fields."""
        for number in self.senses.get(word.lower(), ()):
            if self.synsets[number].field in fields:
                return self.synsets[number]
        return None

    @cached_property
    def below(self) -> dict[str, list[str]]:
        """Number → the synsets directly below it."""
        found: dict[str, list[str]] = {}
        for synset in self.synsets.values():
            for above in synset.kinds_of:
                found.setdefault(above, []).append(synset.number)
        return found

    def under(self, number: str, *, but: set[str]) -> list[Synset]:
        """All meanings below one, nearest first, without those in `but` and what is below them."""
        found: list[Synset] = []
        queue, seen = [number], {number} | but
        while queue:
            for below in self.below.get(queue.pop(0), []):
                if below not in seen:
                    seen.add(below)
                    queue.append(below)
                    found.append(self.synsets[below])
        return found

    def above(self, number: str, *, levels: int) -> list[Synset]:
        """The meanings above one, nearest first."""
        found: list[Synset] = []
        for _ in range(levels):
            kinds_of = self.synsets[number].kinds_of
            if not kinds_of:
                break
            number = kinds_of[0]
            found.append(self.synsets[number])
        return found


def read(folder: Path = FOLDER) -> Nouns:
    """All nouns; about two seconds. Raises MissingError with what to do."""
    if not (folder / "data.noun").is_file():
        raise MissingError(
            "WordNet is missing. Install it with `apt-get install wordnet-base`, then run this again."
        )
    lines = (folder / "data.noun").read_text(encoding="utf-8").splitlines()
    synsets = {each.number: each for each in map(_synset, lines) if each}
    senses = dict(
        sense
        for line in (folder / "index.noun").read_text(encoding="utf-8").splitlines()
        if (sense := _senses(line))
    )
    return Nouns(synsets=synsets, senses=senses)


def _synset(line: str) -> Synset | None:
    if line.startswith(" "):  # the licence
        return None
    data, _, gloss = line.partition(" | ")
    parts = data.split()
    count = int(parts[3], 16)
    pointers = parts[5 + 2 * count :]
    above = [(pointers[i], pointers[i + 1]) for i in range(0, len(pointers) - 3, 4) if pointers[i][0] == "@"]
    return Synset(
        number=parts[0],
        field=FIELDS[int(parts[1]) - 3],
        words=tuple(_plain(word) for word in parts[4 : 4 + 2 * count : 2]),
        kinds_of=tuple(number for _, number in above),
        gloss=_definition(gloss),
        is_instance=any(kind == INSTANCE for kind, _ in above),
    )


def _senses(line: str) -> tuple[str, tuple[str, ...]] | None:
    if line.startswith(" "):
        return None
    parts = line.split()
    return _plain(parts[0]), tuple(parts[-int(parts[2]) :])


def _plain(word: str) -> str:
    return re.sub(r"\(\w+\)$", "", word).replace("_", " ")


def _definition(gloss: str) -> str:
    """The gloss without its examples and brackets."""
    text = re.sub(r'"[^"]*"', "", gloss)
    text = re.sub(r"\([^)]*\)", "", text)
    return re.sub(r"\s+", " ", text).strip(" ;:.,")
