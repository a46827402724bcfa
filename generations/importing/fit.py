"""A recipe that was found, as settings of one of our models; and in words what was taken over and what was not."""

import math
from dataclasses import dataclass
from typing import Any

from generations import fields, references
from generations.errors import InvalidInput
from generations.fields import Field, Rules
from generations.importing.found import Found
from generations.references import START, STRENGTH
from generations.sentences import plain
from generations.text import clean_text, shown

LABELS = {"guidance": "guidance", "negative_prompt": "negative prompt", "clip_skip": "clip skip"}


@dataclass(frozen=True, slots=True)
class Fitted:
    """`values` for the composer; `notes`: sentences."""

    values: dict[str, Any]
    notes: tuple[str, ...]


def fit(found: Found, schema: Rules, *, title: str, is_model: bool) -> Fitted:
    """`title`: of our model. `is_model`: it is the one that the recipe was made with."""
    known = fields.read(schema)
    values: dict[str, Any] = {}
    changed, left = [], []
    for name, value in found.values.items():
        field = known.get(name)
        taken = None if field is None or name == STRENGTH else _fitting(field, value)
        if taken is None:
            left.append(f"{_label(name, field)} ({_shown(value)})")
            continue
        values[name] = taken
        if taken != value:
            changed.append(f"{_label(name, field)} {_shown(value)} became {_shown(taken)}")
    notes = [_taken(found, [_label(name, known[name]) for name in values])]
    if changed:
        notes.append(f"Brought into what {title} can do: {_listed(changed)}.")
    if left:
        notes.append(f"Left out, because {title} has no such setting: {_listed(left)}.")
    notes += _about_model(found, title, is_model=is_model)
    if STRENGTH in found.values and START in known:
        notes.append("It began with another picture, which is not in the file. Add it as the start image.")
    return Fitted(values, tuple(notes))


def _fitting(field: Field, value: Any) -> Any:
    """The value as this field takes it, the nearest where it is out of bounds; None where nothing is near."""
    if references.takes_picture(field):
        return None
    if field.choices:
        return next((choice for choice in field.choices if plain(choice).lower() == str(value).lower()), None)
    if field.is_number:
        return _number(field, value)
    if field.type == "boolean":
        return value if isinstance(value, bool) else None
    if field.type == "string" and isinstance(value, str):
        return _clean(value)[: field.rules.get("maxLength", len(value))] or None
    return None


def _number(field: Field, value: Any) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if field.name == "seed" and not (field.lowest or 0) <= value <= (field.highest or math.inf):
        return None  # another seed is another picture: none is as good as any
    step = field.step or (1 if field.type == "integer" else None)
    nearest = round(value / step) * step if step else value
    low, high = field.lowest, field.highest
    nearest = nearest if low is None else max(low, nearest)
    nearest = nearest if high is None else min(high, nearest)
    return int(nearest) if nearest == int(nearest) else nearest


def _taken(found: Found, names: list[str]) -> str:
    where = "this site" if found.program == "Safelight" else found.program
    if not names:
        return f"The file holds a recipe of {where}, but nothing in it fits this model."
    return f"Taken over from a picture made with {where}: {_listed(names)}."


def _about_model(found: Found, title: str, *, is_model: bool) -> list[str]:
    if is_model or not found.model:
        return []
    return [
        f"It was made with the model “{_shown(found.model)}”, which is not here. {title} draws it differently."
    ]


def _label(name: str, field: Field | None) -> str:
    if field is not None:
        return field.label[:1].lower() + field.label[1:]
    return LABELS.get(name, name.replace("_", " "))


def _shown(value: Any) -> str:
    return shown(plain(value).replace("\n", " "))


def _clean(text: str) -> str:
    """As it may be typed here; what no one could have typed is taken out."""
    try:
        return clean_text(text)
    except InvalidInput:
        return clean_text(
            "".join(char for char in text if char.isascii() and (char.isprintable() or char == "\n"))
        )


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
