"""Lists: {"results", "next", "previous"}, a hundred at a time, by cursors that tell nothing.

    return page(request, rows, show=lambda rows: [...])

A page begins after a row, not at a number, so what is added meanwhile shifts nothing.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from ninja import Schema

from generations.api.addresses import origin_of
from generations.api.problems import wrong

SIZE = 100
Item = TypeVar("Item")


class PageOf(Schema, Generic[Item]):
    """The shape of a list, for the description of an operation: PageOf[PredictionObject]."""

    previous: str | None
    next: str | None
    results: list[Item]


def page(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    show: Callable[[Sequence[Any]], list[dict[str, Any]]],
    by: str = "pk",
    descending: bool = True,
    size: int = SIZE,
) -> dict[str, Any]:
    """The page that the request's `cursor` names. `by`: a field that is never NULL, with ties broken by the key.

    Raises Problem for a cursor that is none of ours.
    """
    at = _read(request.GET.get("cursor", ""), rows, by)
    is_back = at is not None and at[0] == "p"
    found = _stretch(rows, at, by=by, descending=descending, size=size)
    has_more, found = len(found) > size, found[:size]
    if is_back:
        found.reverse()
    has_next = bool(found) and (is_back or has_more)
    has_previous = bool(found) and (has_more if is_back else at is not None)
    return {
        "previous": _address(request, "p", found[0], by) if has_previous else None,
        "next": _address(request, "n", found[-1], by) if has_next else None,
        "results": show(found),
    }


def _stretch(
    rows: QuerySet[Any], at: tuple[str, Any, Any] | None, *, by: str, descending: bool, size: int
) -> list[Any]:
    """From the cursor on in its direction, and one more, if there is one."""
    falls = descending != (at is not None and at[0] == "p")
    sign, than = ("-", "lt") if falls else ("", "gt")
    order = [f"{sign}pk"] if by == "pk" else [f"{sign}{by}", f"{sign}pk"]
    if at is not None:
        _, value, key = at
        beyond = Q(**{f"{by}__{than}": value})
        rows = rows.filter(beyond if by == "pk" else beyond | Q(**{by: value, f"pk__{than}": key}))
    return list(rows.order_by(*order)[: size + 1])


def _address(request: HttpRequest, direction: str, row: Any, by: str) -> str:
    value = row.pk if by == "pk" else getattr(row, by)
    spelled = [direction, value.isoformat() if hasattr(value, "isoformat") else value, row.pk]
    cursor = base64.urlsafe_b64encode(json.dumps(spelled).encode()).decode().rstrip("=")
    asked = {name: value for name, value in request.GET.items() if name != "cursor"}
    return f"{origin_of(request)}{request.path}?{urlencode({**asked, 'cursor': cursor})}"


def _read(cursor: str, rows: QuerySet[Any], by: str) -> tuple[str, Any, Any] | None:
    if not cursor:
        return None
    meta = rows.model._meta
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        direction, value, key = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        field = meta.pk if by == "pk" else meta.get_field(by)
        is_plain = None not in (value, key) and f"{value}{key}".isprintable()  # PostgreSQL takes no NUL
        if direction not in {"n", "p"} or not is_plain:
            raise ValueError(direction)
        return direction, field.to_python(value), meta.pk.to_python(key)
    except (ValueError, TypeError, RecursionError, binascii.Error, OverflowError, ValidationError):
        raise wrong("cursor", "This cursor is none of this list. Begin without one.") from None
