"""A picture that an input names, as a page shows it to whom it belongs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generations import access, references
from generations.access import Asker
from generations.models import Output, Upload
from generations.references import Reference
from generations.signing import media_url, upload_url


@dataclass(frozen=True, slots=True)
class Held:
    """`url`: a small file of it. `picture`: all of it, for painting a mask over. `words`: what it is."""

    reference: Reference
    url: str
    picture: str
    width: int
    height: int
    words: str


def held(user: Asker, value: object) -> Held | None:
    """None where `value` names no picture, or one that is not this person's."""
    reference = references.parse(value)
    found = access.picture_of(user, reference) if reference else None
    if reference is None or found is None:
        return None
    if isinstance(found, Upload):
        urls, words = (upload_url(found, "thumb.webp"), upload_url(found, "picture.webp")), "your file"
    else:
        urls, words = (_smallest(found), media_url(found, "master.png")), "your picture"
    return Held(reference, *urls, width=found.width, height=found.height, words=words)


def pictures_of(user: Asker, schema: dict[str, Any], values: Mapping[str, Any]) -> list[tuple[str, Held]]:
    """Pairs of title and picture: what a recipe began with, as far as it is there and this person's."""
    found = [
        (field.label, held(user, values.get(name)))
        for name, field in references.picture_fields(schema).items()
    ]
    return [(label, picture) for label, picture in found if picture is not None]


def _smallest(output: Output) -> str:
    widths = [made["width"] for made in output.renditions if made["format"] == "webp"]
    return media_url(output, f"{min(widths)}.webp" if widths else "master.png")
