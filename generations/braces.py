"""Choices in a prompt: {red|blue|green} lists them, {animal} names a list that the person has saved.

Doubled braces, and braces that hold neither, are only text: prompts come from everywhere, and most braces mean nothing.
"""

import re
from dataclasses import dataclass

from generations.errors import FieldError, InvalidInput

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.IGNORECASE)
PAIR = re.compile(r"\{[^{}]*\}")
DOUBLED = re.compile(r"\{\{[^{}]*\}\}")
SLOTS_MAX = 4


@dataclass(frozen=True, slots=True)
class Slot:
    """One pair of braces. `text`: as it stands in the prompt; `words`: those listed; `name`: of a saved list, or ""."""

    text: str
    words: tuple[str, ...] = ()
    name: str = ""


def slots(prompt: str, *, field: str = "prompt") -> list[Slot]:
    """Those of a prompt in their order; the same braces twice are one, and get the same word.

    Raises InvalidInput: a choice within a choice, or more pairs of braces than SLOTS_MAX.
    """
    found = list(dict.fromkeys(_scan(prompt, field)))
    if len(found) > SLOTS_MAX:
        raise InvalidInput(
            [
                FieldError(
                    field, f"A prompt takes at most {SLOTS_MAX} choices in braces; this has {len(found)}."
                )
            ]
        )
    return found


def is_list_name(text: str) -> bool:
    return bool(NAME.fullmatch(text))


def _scan(prompt: str, field: str) -> list[Slot]:
    found: list[Slot] = []
    opened: list[int] = []  # where braces begin that are not closed yet
    at = 0
    while at < len(prompt):
        doubled = DOUBLED.match(prompt, at) if not opened else None
        if doubled:
            at = doubled.end()
            continue
        if prompt[at] == "{":
            opened.append(at)
        elif prompt[at] == "}" and opened:
            slot = _slot(prompt[opened.pop() : at + 1], field)
            if slot and opened and "|" in prompt[opened[-1] : at - len(slot.text)]:
                raise _nested(field)
            found += [slot] if slot else []
        at += 1
    return found


def _slot(text: str, field: str) -> Slot | None:
    """None for braces that are only text."""
    inside = text[1:-1]
    if "{" in inside or "}" in inside:
        if PAIR.search(inside) and "|" in PAIR.sub("", inside):
            raise _nested(field)
        return None
    if "|" in inside:
        words = tuple(dict.fromkeys(map(str.strip, inside.split("|"))))
        return Slot(text, words=words) if any(words) else None
    return Slot(text, name=inside.casefold()) if is_list_name(inside) else None


def _nested(field: str) -> InvalidInput:
    sentence = "Choices in braces cannot stand inside another choice. Write them side by side, or save one as a list."
    return InvalidInput([FieldError(field, sentence)])
