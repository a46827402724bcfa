"""Bodies of the API: JSON, larger than a form may be, for a picture can stand in it as a data URI."""

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from generations.api.problems import Problem

BODY_MAX = 16 * 1024 * 1024  # bytes; the web server refuses longer ones before they are read


def read(request: HttpRequest) -> None:
    """Into `request.body`, past the limit of forms; auth.py calls it, so nobody's body is read but theirs who may.

    One that holds files is left where it is, for Django to read piece by piece. Raises Problem.
    """
    if request.content_type.startswith("multipart/"):
        return
    body = request.read(BODY_MAX + 1)
    if len(body) > BODY_MAX:
        raise Problem(413, f"A body may have {BODY_MAX // 1024 // 1024} MB. Upload large files first.")
    request._body = body  # where Django keeps what it has read itself


class Bodies(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        """What the body says, whatever its type is called: one client calls an empty one JSON. Raises Problem."""
        try:
            return _loaded(request.body) if request.body.strip() else {}
        except (ValueError, RecursionError):
            raise Problem(400, "The body of this request is not JSON.") from None


def _loaded(body: bytes) -> Any:
    return json.loads(body, parse_constant=_refuse, parse_int=_whole)


def _whole(digits: str) -> int:
    """Python reads no number of thousands of digits, which would take it long."""
    try:
        return int(digits)
    except ValueError:
        raise Problem(400, f"A number in this request is too long: it has {len(digits)} digits.") from None


def _refuse(constant: str) -> None:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(constant)
