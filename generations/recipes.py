"""A recipe in words: the settings that made something, as the schema orders and names them; and the part of it that is
fit to be seen when some of it is kept back."""

from collections.abc import Mapping
from typing import Any

from generations import fields, references
from generations.sentences import plain

APART = {"prompt", "seed", "num_outputs"}  # these have places of their own


def settings_of(schema: dict[str, Any], values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Pairs of title and value, without the pictures it began with: they are their owner's alone.

    A field that the schema no longer knows goes last, under its own name.
    """
    values = references.without_pictures(values)
    titles = {name: field.label for name, field in fields.read(schema).items()}
    names = [name for name in [*titles, *(name for name in values if name not in titles)] if name in values]
    return [(titles.get(name, name), _spoken(values[name])) for name in names if name not in APART]


def _spoken(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else plain(value)


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
