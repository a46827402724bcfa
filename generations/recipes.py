"""A recipe in words: the settings that made something, as the schema orders and names them; and the part of it that is
fit to be seen when some of it is kept back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from generations import differences, fields, references
from generations.differences import Piece
from generations.sentences import plain

APART = {"prompt", "seed", "num_outputs"}  # these have places of their own


def settings_of(schema: dict[str, Any], values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Pairs of title and value, without the pictures it began with: they are their owner's alone.

    Left out is what was left empty, and what means nothing without a field that has no value (`x-with` in the schema).
    A field that the schema no longer knows goes last, under its own name.
    """
    known = fields.read(schema)
    shown = {
        name: value
        for name, value in references.without_pictures(values).items()
        if value != "" and not (name in known and _is_idle(known[name], values))
    }
    names = [name for name in [*known, *(name for name in shown if name not in known)] if name in shown]
    return [
        (known[name].label if name in known else name, _spoken(shown[name]))
        for name in names
        if name not in APART
    ]


def _is_idle(field: fields.Field, values: Mapping[str, Any]) -> bool:
    """A strength without a picture to be strong against."""
    other = field.rules.get("x-with")
    return other is not None and not values.get(other)


def _spoken(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else plain(value)


@dataclass(frozen=True, slots=True)
class Difference:
    """From one recipe to another: settings in words, and the prompt word by word, [] where it is the same."""

    settings: list[str] = field(default_factory=list)
    words: list[Piece] = field(default_factory=list)


def difference(schema: dict[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> Difference:
    """Of a picture that was put into it only that it is another one is told."""
    pictures = frozenset(references.picture_fields(schema))
    labels = {name: each.label for name, each in fields.read(schema).items()}
    told = differences.settings(schema, old, new, apart=pictures | {"num_outputs"})
    changed = [name for name in sorted(pictures) if old.get(name) != new.get(name)]
    told += [f"another {labels.get(name, name).lower()}" for name in changed]
    return Difference(told, differences.words(str(old.get("prompt", "")), str(new.get("prompt", ""))))


def shown_of(
    schema: dict[str, Any],
    values: Mapping[str, Any],
    *,
    words: bool,
    seed: bool,
    settings: bool,
    origins: bool,
) -> dict[str, Any]:
    """The values that may be seen: what somebody wrote, the seed, the other settings, and pictures to start from.

    What the schema does not know, or what may hold words among other things, is shown only when all of it may be.
    """
    known = fields.read(schema)
    allowed = {"words": words, "seed": seed, "settings": settings, "origins": origins}
    return {
        name: value
        for name, value in values.items()
        if all(allowed[kind] for kind in _kinds(name, known.get(name)))
    }


def _kinds(name: str, field: fields.Field | None) -> tuple[str, ...]:
    if name == "seed":
        return ("seed",)
    if field is None:
        return ("words", "settings", "origins")
    if field.rules.get("format") in {"uri", "uri-reference"} or references.takes_picture(field):
        return ("origins",)
    if field.type == "string" and not field.choices:
        return ("words",)
    is_plain = field.is_number or field.type == "boolean" or bool(field.choices)
    return ("settings",) if is_plain else ("words", "settings", "origins")
