"""An engine is half trusted: what it says is taken only where it has the shape and size that the wire promises."""

import base64
import binascii
import json
import math
from typing import Any

from generations import containers
from generations.errors import BadPicture
from inference.protocol import (
    PREVIEW_MAX_BYTES,
    Completed,
    Event,
    Logged,
    Metric,
    Previewed,
    Produced,
    Progressed,
    Started,
)

COUNT_MAX = 2**31 - 1  # of the columns that hold counts
ETA_MAX_S = 10.0 * 365 * 86_400
YIELDS_MAX = 100_000  # pieces of one text
METRIC_MAX = 16 * 1024  # characters of one value as JSON
NAME_MAX = 64
PREVIEW_SIDE_MAX = (
    1024  # pixels: a small file may unfold to a huge picture in the browsers of those who watch
)


def is_believable(event: Event, *, outputs: int) -> bool:
    """Is it what the wire promises, of a prediction that asks for so many files (0: it is to be a text)?

    What is not is passed over.
    """
    match event:
        case Previewed():
            return _is_place(event.index, outputs) and _is_count(event.step) and _is_small_jpeg(event)
        case Progressed():
            return _is_count(event.step) and _is_count(event.steps) and _is_eta(event.eta)
        case Produced():
            return _is_place(event.index, outputs or YIELDS_MAX) and isinstance(event.chunk, str)
        case Metric():
            return _is_name(event.name) and _is_measure(event)
        case Logged():
            return isinstance(event.data, str)
        case Completed():
            return isinstance(event.metrics, dict) and isinstance(event.error, str | None)
        case Started():
            return True


def is_plain_json(value: Any, *, most: int) -> bool:
    """JSON of at most so many characters, without what no database takes."""
    try:
        text = json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return False
    return len(text) <= most and "\\u0000" not in text


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= COUNT_MAX


def _is_place(index: Any, outputs: int) -> bool:
    return _is_count(index) and index < outputs


def _is_eta(value: Any) -> bool:
    return value is None or (_is_number(value) and 0 <= value <= ETA_MAX_S)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= NAME_MAX


def _is_measure(event: Metric) -> bool:
    if event.mode == "increment" and not _is_number(event.value):
        return False
    try:
        return len(json.dumps(event.value, allow_nan=False)) <= METRIC_MAX
    except ValueError:  # NaN and Infinity are no JSON, whatever Python reads
        return False


def _is_small_jpeg(event: Previewed) -> bool:
    if event.mime != "image/jpeg" or not isinstance(event.b64, str):
        return False
    if len(event.b64) > 4 * -(-PREVIEW_MAX_BYTES // 3):
        return False
    try:
        data = base64.b64decode(event.b64, validate=True)
        found = containers.inspect(data)
    except (binascii.Error, ValueError, BadPicture):
        return False
    is_small = found.size is not None and max(found.size) <= PREVIEW_SIDE_MAX
    is_all = found.format == "JPEG" and found.data == data
    return is_small and is_all and len(data) <= PREVIEW_MAX_BYTES
