"""The axes of a grid: which values a setting takes along its rows or columns, read from what a person typed. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from generations.errors import FieldError, InvalidInput
from generations.fields import Field
from generations.sentences import plain

VALUES_MAX = 50  # along one axis
TYPED_MAX = 8000  # characters
_NUMBER = r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})"
_RANGE = re.compile(rf"({_NUMBER})\s*(?:\.\.|–|-|to)\s*({_NUMBER})(?:\s*(?:by|step|\+)\s*({_NUMBER}))?")
_SHUFFLED = re.compile(r"([0-9]{1,3})\s*(?:random|shuffled|seeds?)", re.IGNORECASE)
_ON_OFF = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class Axis:
    """One setting and its values. In a prompt each value is a row of texts, one for each of `finds`."""

    field: str
    label: str
    values: tuple[Any, ...]
    finds: tuple[str, ...] = ()  # what the values replace in the prompt; "" puts them at its end

    @property
    def stored(self) -> dict[str, Any]:
        """As a JSON column keeps it."""
        return {
            "field": self.field,
            "label": self.label,
            "values": [list(each) if isinstance(each, tuple) else each for each in self.values],
            "finds": list(self.finds),
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> "Axis | None":
        if stored is None:
            return None
        values = [tuple(each) if isinstance(each, list) else each for each in stored["values"]]
        return cls(stored["field"], stored["label"], tuple(values), tuple(stored["finds"]))

    @property
    def headings(self) -> list[str]:
        return [_heading(each) for each in self.values]


def put(input: Mapping[str, Any], chosen: Iterable[tuple[Axis, int]]) -> dict[str, Any]:
    """The input of one cell. What is replaced in the prompt is replaced at once: what one puts in no other finds."""
    found = dict(input)
    words: dict[str, str] = {}
    for axis, index in chosen:
        value = axis.values[index]
        if axis.finds:
            words |= dict(zip(axis.finds, value, strict=True))
        else:
            found[axis.field] = value
    if words:
        found["prompt"] = _replaced(str(found.get("prompt", "")), words)
    return found


def read(field: Field, typed: str, *, at: str) -> list[Any]:
    """The values of a setting: "8, 12, 20", "8–20 by 4", "4 random" of a seed (None each), names of choices, "all".

    `at`: the field of the form that an InvalidInput names. A list or an object has no axis.
    """
    if len(typed) > TYPED_MAX:
        raise _wrong(at, "These values are too long.")
    if field.choices:
        found = _choices(field, typed, at)
    elif field.type == "boolean":
        found = _switches(field, typed, at)
    elif field.is_number:
        found = [value for part in _parts(typed) for value in _numbers(field, part, at)]
    else:
        found = phrases(typed)
    return _checked(field.label, found, at)


def phrases(typed: str) -> list[str]:
    """Pieces of text: one a line, or separated by "|". An empty one between two bars means nothing at all."""
    pieces = [piece.strip() for line in typed.splitlines() if line.strip() for piece in line.split("|")]
    return list(dict.fromkeys(pieces))


def _checked(label: str, found: list[Any], at: str) -> list[Any]:
    if not found:
        raise _wrong(at, f"Give at least one value for {label}.")
    distinct = [value for place, value in enumerate(found) if value is None or value not in found[:place]]
    if len(distinct) > VALUES_MAX:
        raise _wrong(at, f"One side of a grid holds at most {VALUES_MAX} values; this has {len(distinct)}.")
    return distinct


def _parts(typed: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;\n]", typed) if part.strip()]


def _choices(field: Field, typed: str, at: str) -> list[Any]:
    if typed.strip().casefold() in ("", "all"):
        return field.choices
    known = {plain(choice).casefold(): choice for choice in field.choices}
    strange = [part for part in _parts(typed) if part.casefold() not in known]
    if strange:
        raise _wrong(
            at, f"{field.label} has no choice called '{strange[0][:40]}'. There are {_named(known)}."
        )
    return [known[part.casefold()] for part in _parts(typed)]


def _named(known: Mapping[str, Any]) -> str:
    names = [plain(choice) for choice in known.values()]
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _switches(field: Field, typed: str, at: str) -> list[Any]:
    if typed.strip().casefold() in ("", "all", "both"):
        return [False, True]
    parts = [part.casefold() for part in _parts(typed)]
    if any(part not in _ON_OFF for part in parts):
        raise _wrong(at, f"{field.label} is on or off.")
    return [_ON_OFF[part] for part in parts]


def _numbers(field: Field, part: str, at: str) -> list[int | float | None]:
    shuffled = _SHUFFLED.fullmatch(part) if field.name == "seed" else None
    if shuffled:
        return [None] * min(int(shuffled[1]), VALUES_MAX + 1)
    span = _RANGE.fullmatch(part)
    if span:
        return _span(field, span, at)
    return [_number(field, part, at)]


def _span(field: Field, span: re.Match[str], at: str) -> list[int | float | None]:
    low, high = Decimal(span[1]), Decimal(span[2])
    step = Decimal(span[3]) if span[3] else _natural_step(field, low, high)
    if step <= 0:
        raise _wrong(at, "The step of a range must be above 0.")
    count = int(abs(high - low) / step) + 1
    if count > VALUES_MAX:
        raise _wrong(at, f"One side of a grid holds at most {VALUES_MAX} values; {span[0]} has {count:,}.")
    step = step if high >= low else -step
    return [_number(field, str(low + step * n), at) for n in range(count)]


def _natural_step(field: Field, low: Decimal, high: Decimal) -> Decimal:
    """Of whole numbers the schema's own step; a range of fractions without one is cut in four."""
    if field.type == "integer" or field.step:
        return Decimal(str(field.step or 1))
    return abs(high - low) / 4 or Decimal(1)


def _number(field: Field, text: str, at: str) -> int | float:
    try:
        number = Decimal(text) if re.fullmatch(_NUMBER, text) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if number.is_nan() or (field.type == "integer" and number != number.to_integral_value()):
        noun = "whole numbers" if field.type == "integer" else "numbers"
        raise _wrong(
            at, f"{field.label} takes {noun}, such as 8, 12, 20 or 8–20 by 4; '{text[:40]}' is none."
        )
    return int(number) if field.type == "integer" else float(number)


def _replaced(prompt: str, words: Mapping[str, str]) -> str:
    ends = [text for find, text in words.items() if not find and text]
    finds = sorted(filter(None, words), key=len, reverse=True)
    if finds:
        pattern = re.compile("|".join(map(re.escape, finds)))
        prompt = pattern.sub(lambda match: words[match[0]], prompt)
    return ", ".join(filter(None, [re.sub(r" {2,}", " ", prompt).strip(), *ends]))


def _heading(value: Any) -> str:
    if isinstance(value, tuple):
        return " · ".join(each or "nothing" for each in value)
    if isinstance(value, bool):
        return "on" if value else "off"
    return plain(value)


def _wrong(at: str, sentence: str) -> InvalidInput:
    return InvalidInput([FieldError(at, sentence)])
