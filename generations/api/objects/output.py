"""What a prediction has made, as the API shows it: addresses of files, or what the model said."""

import base64
from collections.abc import Sequence
from typing import Any

from django.core.files.storage import default_storage
from django.http import HttpRequest

from generations.models import Output, Prediction, Status
from generations.signing import api_url

# These make a file that can be read of addresses with TLS and of data URIs, and of nothing else.
NEEDY = ("replicate-python/", "replicate-javascript/")
INLINED_MAX = 2 * 1024 * 1024  # bytes of the files that one answer carries in itself
SHOWING = (Status.PROCESSING, Status.SUCCEEDED)


def wants_data(request: HttpRequest) -> bool:
    """Does this client know what to do with an output only when it is a data URI?"""
    return not request.is_secure() and request.headers.get("User-Agent", "").startswith(NEEDY)


def output_object(
    row: Prediction, outputs: list[Output], *, origin: str, pieces: Sequence[str] = (), inlines: bool = False
) -> Any:
    """A list of addresses for pictures, else what the model yielded; None before there is anything.

    `pieces`: of a text that is still growing, or was stopped. `inlines`: data URIs in place of addresses, as many as
    fit into INLINED_MAX.
    """
    if row.data_removed_at is not None:
        return None
    if row.output_json is not None:
        return row.output_json
    if row.makes_text:
        return list(pieces) or None
    if row.status not in SHOWING or not outputs:
        return None
    return _files(outputs, origin=origin, room=INLINED_MAX if inlines else 0)


def _files(outputs: list[Output], *, origin: str, room: int) -> list[str]:
    found = []
    for output in outputs:
        data = _read(output, most=room) if room else None
        room -= len(data or b"")
        address = api_url(output, origin=origin)
        found.append(address if data is None else f"data:image/png;base64,{base64.b64encode(data).decode()}")
    return found


def _read(output: Output, *, most: int) -> bytes | None:
    """None for what is larger, or gone."""
    path = f"{output.key}/master.png"
    try:
        if default_storage.size(path) > most:
            return None
        with default_storage.open(path) as file:
            return file.read()
    except FileNotFoundError:
        return None


def file_of(output: Output, *, origin: str, inlines: bool) -> str:
    """One picture, as output_object has it in its list."""
    return _files([output], origin=origin, room=INLINED_MAX if inlines else 0)[0]
