"""Every failure of the API as problem+json: `title`, `detail`, `status`, and `invalid_fields` where fields are wrong.

One table leads from the exceptions of accounts and generations to a status; a client of ours shows `detail` to people.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from accounts.errors import AccountsError, TooMany
from generations import errors

logger = logging.getLogger(__name__)

BUSY_S = 5  # until one should ask again while the database is away
INVALID = "Input validation failed"
OURS = "This is our mistake, and it was written down. Try again in a moment."
BUSY = "The site's records are busy just now. Try again in a few seconds."

STATUS: dict[type[Exception], int] = {
    errors.InvalidInput: 422,
    errors.NeedsPassing: 409,
    errors.BadPicture: 422,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.OverLimit: 429,
    errors.QueueFull: 503,
    errors.EngineUnavailable: 503,
    errors.EngineError: 502,
    errors.OutgoingError: 422,
    errors.TooLarge: 413,
    errors.StorageFull: 507,
    errors.GenerationsError: 500,
    TooMany: 429,
    AccountsError: 422,
}

SENTENCES = {  # by pydantic's names of errors
    "missing": "This is needed.",
    "extra_forbidden": "There is no such field.",
    "string_type": "Must be a text.",
    "int_type": "Must be a whole number.",
    "int_parsing": "Must be a whole number.",
    "int_from_float": "Must be a whole number.",
    "bool_type": "Must be true or false.",
    "bool_parsing": "Must be true or false.",
    "list_type": "Must be a list.",
    "dict_type": "Must be an object.",
    "model_attributes_type": "Must be an object.",
}


class Problem(Exception):
    """What only the API knows to be wrong: `detail` is for people, and names the way out."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        title: str = "",
        fields: Sequence[dict[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.title = status, detail, title
        self.fields, self.headers = list(fields), dict(headers or {})


def wrong(field: str, sentence: str) -> Problem:
    """422: one field of what was sent is wrong."""
    return invalid([(field, sentence)])


def invalid(found: Sequence[tuple[str, str]], *, kind: str = "invalid") -> Problem:
    """422: these fields are wrong, each with a sentence."""
    detail = "\n".join(f"- {field}: {sentence}" if field else f"- {sentence}" for field, sentence in found)
    fields = [{"type": kind, "field": field, "description": sentence} for field, sentence in found]
    return Problem(422, detail, title=INVALID, fields=fields)


def of_fields(
    fields: Sequence[errors.FieldError], *, place: Callable[[str], str] = lambda field: field
) -> Problem:
    """422: wrong fields of ours, under the names that a client knows them by; with the prompt rule that one breaks,
    and where in it the words stand."""
    problem = invalid([(place(each.field), each.sentence) for each in fields])
    for told, each in zip(problem.fields, fields, strict=True):
        if each.rule:
            told |= {"type": "rule", "rule": each.rule, "spans": [list(span) for span in each.spans]}
    return problem


def answer(problem: Problem) -> HttpResponse:
    body: dict[str, Any] = {
        "title": problem.title or HTTPStatus(problem.status).phrase,
        "detail": problem.detail,
        "status": problem.status,
    }
    if problem.fields:
        body["invalid_fields"] = problem.fields
    content = json.dumps(body, ensure_ascii=True)
    response = HttpResponse(content, status=problem.status, content_type="application/problem+json")
    for name, value in problem.headers.items():
        response[name] = value
    return response


def of(error: Exception) -> Problem:
    """The problem that an exception is to a client; what is not foreseen is 500, and logged by whoever calls."""
    match error:
        case Problem():
            return error
        case errors.InvalidInput():
            return of_fields(error.fields)
        case errors.GenerationsError() | AccountsError():
            return _told(error)
        case OperationalError():
            return Problem(503, BUSY, headers={"Retry-After": str(BUSY_S)})
    return _of_framework(error) or Problem(500, OURS)


def _of_framework(error: Exception) -> Problem | None:
    """What ninja and Django say themselves."""
    match error:
        case ValidationError():
            return invalid([(_named(each["loc"]), _sentence(each)) for each in error.errors])
        case HttpError(__cause__=Problem() as cause):  # of reading the body
            return cause
        case HttpError():
            return Problem(error.status_code, error.message)
        case Http404():
            return Problem(404, "There is nothing at this address.")
        case RequestDataTooBig():
            return Problem(413, "This request is too large.")
        case SuspiciousOperation():
            return Problem(400, "Something in this request was not understood.")
    return None


def handle_all(api: NinjaAPI) -> None:
    """Every exception of an operation becomes its problem."""
    for kind in (Exception, Http404, HttpError, ValidationError):
        api.add_exception_handler(kind, _handler)


def _told(error: Any) -> Problem:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    retry_after_s = getattr(error, "retry_after_s", None)
    headers = {} if retry_after_s is None else {"Retry-After": str(max(1, round(retry_after_s)))}
    return Problem(status, error.sentence, headers=headers)


def _handler(request: HttpRequest, error: Exception) -> HttpResponse:
    problem = of(error)
    if isinstance(error, OperationalError):
        logger.warning("The database did not answer in time: %s", error)
    elif problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("%s %s failed.", request.method, request.path, exc_info=error)
    return answer(problem)


def _sentence(error: Mapping[str, Any]) -> str:
    """What pydantic found, in our words."""
    kind = str(error["type"])
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", str(error["ctx"]["expected"]))
        return f"Must be one of: {', '.join(filter(None, words))}."
    return SENTENCES.get(kind) or str(error["msg"]).replace("Input should be", "Must be").rstrip(".") + "."


def _named(place: Sequence[Any]) -> str:
    """A field as the client wrote it: without the part of the request, and our name for the body, before it."""
    kept = place[2:] if place and place[0] == "body" else place[1:]
    return ".".join(map(str, kept))
