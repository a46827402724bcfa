"""Answers that come when a prediction has ended: the status and headers at once, the JSON as soon as it is so.

Nobody's thread waits: the body is an asynchronous iterator, which the server asks in its event loop. A client that
leaves ends the waiting, not the prediction.
"""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from django.db import connection
from django.http import StreamingHttpResponse

from generations import listening, queries
from generations.models import TERMINAL, Prediction, Status

Show = Callable[[Prediction], dict[str, Any]]


def as_created(found: dict[str, Any]) -> dict[str, Any]:
    """Clients take "processing" in the answer of a create for its end, so it says "starting" until then."""
    is_running = found["status"] == Status.PROCESSING
    return {**found, "status": Status.STARTING.value} if is_running else found


def when_ended(row: Prediction, show: Show, *, status: int, within_s: float) -> StreamingHttpResponse:
    """`show`: the row as an object, called in a thread that may read rows."""

    def is_over() -> bool:
        return Prediction.objects.filter(pk=row.pk, status__in=TERMINAL).exists()

    def then() -> bytes:
        return json.dumps(show(queries.prediction_shown(row.pk) or row)).encode()

    async def body() -> AsyncIterator[bytes]:
        yield await listening.until(row.pk, is_over, then=then, within_s=within_s)

    hang_up()
    return StreamingHttpResponse(body(), status=status, content_type="application/json; charset=utf-8")


def hang_up() -> None:
    """This thread has nothing more to read: a connection is worth more than a request that waits."""
    if not connection.in_atomic_block:
        connection.close()
