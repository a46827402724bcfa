"""A recipe in words: the settings that made something, as the schema orders and names them; for pages that show one."""

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
