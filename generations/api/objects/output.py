"""What a prediction has made, as the API shows it: addresses of files, or what the model said."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from generations.models import Output, Prediction, Status
from generations.signing import media_url


def output_object(row: Prediction, outputs: list[Output], *, origin: str, pieces: Sequence[str] = ()) -> Any:
    """A list of addresses for pictures, else what the model yielded; None before there is anything.

    `pieces`: of a text that is still growing, or was stopped.
    """
    if row.data_removed_at is not None:
        return None
    if row.output_json is not None:
        return row.output_json
    if row.makes_text:
        return list(pieces) or None
    if row.status != Status.SUCCEEDED:
        return None
    return [urljoin(f"{origin}/", media_url(output, "master.png")) for output in outputs]
