"""What differs between two recipes, in words: settings ("steps 12 → 20") and the words of the prompt. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from generations import fields
from generations.sentences import plain

APART = frozenset({"prompt"})  # told word by word
WORDS_MAX = 400  # of a prompt; longer ones are told as a whole
_WORDS = re.compile(r"\s*\S+")
VALUE_MAX = 60


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a prompt: `kind` is same, added or removed."""

    kind: str
    text: str


def settings(
    schema: Mapping[str, Any],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    apart: frozenset[str] = frozenset(),
) -> list[str]:
    """ "steps 12 → 20", in the schema's order, named as it names them; what both leave out or share is not told."""
    labels = {name: field.label for name, field in fields.read(dict(schema)).items()}
    names = list(dict.fromkeys([*labels, *old, *new]))
    changed = [name for name in names if name not in APART | apart and old.get(name) != new.get(name)]
    return [f"{_small(labels.get(name, name))} {_said(old, name)} → {_said(new, name)}" for name in changed]


def words(old: str, new: str) -> list[Piece]:
    """The prompt word by word; [] when nothing differs."""
    if old == new:
        return []
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if max(len(before), len(after)) > WORDS_MAX:
        return [Piece("removed", old.strip()), Piece("added", new.strip())]
    plain_before, plain_after = [each.strip() for each in before], [each.strip() for each in after]
    matcher = SequenceMatcher(None, plain_before, plain_after, autojunk=False)
    found: list[Piece] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            found.append(Piece("same", " ".join(plain_after[c:d])))
            continue
        found += [Piece("removed", " ".join(plain_before[a:b]))] if b > a else []
        found += [Piece("added", " ".join(plain_after[c:d]))] if d > c else []
    return found


def _said(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    if value is None or value == "":
        return "none"
    text = ("on" if value else "off") if isinstance(value, bool) else plain(value)
    return text if len(text) <= VALUE_MAX else f"{text[: VALUE_MAX - 1]}…"


def _small(label: str) -> str:
    """A label within a sentence; what is written in capitals stays so."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
