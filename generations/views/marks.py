"""The words that a prompt rule found, shown within what stands around them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generations.errors import FieldError, InvalidInput
from generations.text import clean_text

AROUND = 40  # characters on either side
MARKS_MAX = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """`before`, `word` and `after` as they stand in `field`; `start` and `end` of the word there."""

    field: str
    before: str
    word: str
    after: str
    start: int
    end: int
    rule: str = ""


def of_errors(errors: Iterable[FieldError], typed: Mapping[str, str]) -> list[Mark]:
    """Of what was typed, by field."""
    found = [mark for error in errors for mark in of_text(error, _cleaned(typed.get(error.field, "")))]
    return found[:MARKS_MAX]


def of_text(error: FieldError, text: str) -> list[Mark]:
    return [
        Mark(
            error.field,
            before=("…" if start > AROUND else "") + text[max(0, start - AROUND) : start],
            word=text[start:end],
            after=text[end : end + AROUND] + ("…" if len(text) > end + AROUND else ""),
            start=start,
            end=end,
            rule=error.rule,
        )
        for start, end in error.spans
        if 0 <= start < end <= len(text)
    ]


def _cleaned(text: str) -> str:
    """As the rules read it."""
    try:
        return clean_text(text)
    except InvalidInput:
        return ""
