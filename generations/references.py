"""How an input names what is ours: "upload:<id>" and "output:<id>" are pictures, "file:<id>" is any file.

Which fields take one, their schema says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generations import fields
from generations.fields import Field, Rules
from generations.ids import is_id

PICTURES = ("output", "upload")
KINDS = (*PICTURES, "file")
START, MASK, STRENGTH = "start_image", "mask", "strength"


@dataclass(frozen=True, slots=True)
class Reference:
    kind: str  # output, upload or file
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


def parse(text: object) -> Reference | None:
    """None for anything else: an address of the web, a data URI, a path."""
    kind, _, id = text.partition(":") if isinstance(text, str) else ("", "", "")
    return Reference(kind, id) if kind in KINDS and is_id(id) else None


def takes_picture(field: Field) -> bool:
    """Is this field filled with a picture?"""
    is_picture = str(field.rules.get("contentMediaType", "")).startswith("image/")
    return field.type == "string" and (field.rules.get("x-control") == "image" or is_picture)


def picture_fields(schema: Rules) -> dict[str, Field]:
    """The fields that take a picture, by name, in the model's order."""
    return {name: field for name, field in fields.read(schema).items() if takes_picture(field)}


def takes_files(field: Field) -> bool:
    """Is this field filled with an address of a file that is no picture, or with a list of them?"""
    if field.type == "array":
        items = field.rules.get("items")
        return isinstance(items, Mapping) and items.get("type") == "string" and items.get("format") == "uri"
    return field.type == "string" and field.rules.get("format") == "uri" and not takes_picture(field)


def file_fields(schema: Rules) -> dict[str, Field]:
    """The fields that take files of any kind, by name."""
    return {name: field for name, field in fields.read(schema).items() if takes_files(field)}


def all_in(value: object) -> list[Reference | None]:
    """Of a value that may be a list: what each of it refers to."""
    return [parse(each) for each in (value if isinstance(value, list) else [value])]


def without_pictures(values: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe for others: which of our objects it began with is nobody's business."""
    return {name: value for name, value in values.items() if not any(all_in(value))}
