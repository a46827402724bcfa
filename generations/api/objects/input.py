"""An input as the API shows it: as its program wrote it, with addresses where ours has references."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin

from generations import queries, references
from generations.models import Output, Prediction, Upload
from generations.references import Reference
from generations.signing import api_url, upload_url

Found = Mapping[Reference, Output | Upload]


def referred(rows: Iterable[Prediction]) -> Found:
    """What the inputs of these rows refer to; two queries, however many there are."""
    named = {
        each for row in rows for value in row.input.values() for each in references.all_in(value) if each
    }
    return queries.referred(named)


def input_object(row: Prediction, found: Found, *, origin: str) -> dict[str, Any]:
    """What has gone meanwhile keeps our reference: nothing tells more of it."""
    return {
        name: _value(value, row.given.get(name), found, origin=origin) for name, value in row.input.items()
    }


def _value(value: Any, given: Any, found: Found, *, origin: str) -> Any:
    if isinstance(value, list):
        said: Sequence[Any] = (
            given if isinstance(given, list) and len(given) == len(value) else [None] * len(value)
        )
        return [_value(each, told, found, origin=origin) for each, told in zip(value, said, strict=True)]
    reference = references.parse(value)
    if reference is None:
        return value
    if isinstance(given, str):
        return given
    if reference.kind == "file":
        return f"{origin}/v1/files/{reference.id}"
    there = found.get(reference)
    if isinstance(there, Output):
        return api_url(there, origin=origin)
    return (
        urljoin(f"{origin}/", upload_url(there, "picture.webp", on_page=False))
        if there is not None
        else value
    )
