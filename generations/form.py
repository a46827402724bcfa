"""Turns the strings of an HTML form into the values that a schema speaks of; called by schema.py."""

import re
from collections.abc import Mapping, Set
from typing import Any

from generations import sentences
from generations.errors import FieldError, InvalidInput
from generations.fields import Field

BLANKS = " \t\r\n"
DIGITS = 40  # more are no number of ours; turning them into one would only cost time
_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_SWITCH = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}


def convert(
    known: Mapping[str, Field], data: Any, *, ignore: Set[str] = frozenset()
) -> tuple[dict[str, Any], list[FieldError]]:
    """Values by name, and what could not be converted. `data`: lists of strings by name, or Django's QueryDict.

    An empty optional field is left out. A name that is not known is kept, for the schema to refuse.
    """
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, sent in _lists(data).items():
        if name in ignore or not sent:
            continue
        field = known.get(name)
        try:
            values[name] = sent[0] if field is None else _value(field, sent)
        except InvalidInput as error:
            errors += error.fields
    return {name: value for name, value in values.items() if value is not None}, errors


def _lists(data: Any) -> dict[str, list[Any]]:
    if hasattr(data, "getlist"):
        return {name: data.getlist(name) for name in data}
    return {name: [sent] if isinstance(sent, str) else list(sent) for name, sent in data.items()}


def _value(field: Field, sent: list[Any]) -> Any:
    if field.type == "array":
        return [each for each in sent if each != ""] or None
    if field.type == "boolean" and len(sent) == 2 and sent[0] == "off":
        sent = sent[1:]  # a hidden "off" stands before each switch: an unticked box sends nothing itself
    if len(sent) > 1:
        raise InvalidInput([sentences.repeated(field)])
    return _single(field, sent[0])


def _single(field: Field, text: Any) -> Any:
    """None when left empty; text as typed where the schema asks for text."""
    if not isinstance(text, str):
        return text
    if text.strip(BLANKS) == "" and not (field.type == "string" and field.is_required):
        return None
    if field.choices:
        return next((choice for choice in field.choices if sentences.plain(choice) == text), text)
    if field.is_number:
        return _number(field, text.strip(BLANKS))
    if field.type == "boolean":
        return _switched(field, text.strip(BLANKS))
    return text


def _number(field: Field, text: str) -> int | float:
    """ASCII digits only: what a reader would take for another number, or for none, is not guessed at."""
    if len(text) <= DIGITS and _INTEGER.fullmatch(text):
        return int(text)
    if field.type == "number" and len(text) <= DIGITS and _NUMBER.fullmatch(text):
        return float(text)
    raise InvalidInput([sentences.demanded(field)])


def _switched(field: Field, text: str) -> bool:
    if text not in _SWITCH:
        raise InvalidInput([sentences.demanded(field)])
    return _SWITCH[text]
