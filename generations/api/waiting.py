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


def when_ended(
    row: Prediction, show: Show, *, status: int, within_s: float, is_create: bool
) -> StreamingHttpResponse:
    """`show`: the row as an object, called in a thread that may read rows.

    `is_create`: clients take "processing" in the answer of a create for its end, so it says "starting" until then.
    """

    def is_over() -> bool:
        return Prediction.objects.filter(pk=row.pk, status__in=TERMINAL).exists()

    def then(ended: bool) -> bytes:
        found = show(queries.prediction_shown(row.pk) or row)
        if is_create and not ended and found["status"] == Status.PROCESSING:
            found = {**found, "status": Status.STARTING.value}
        return json.dumps(found).encode()

    async def body() -> AsyncIterator[bytes]:
        yield await listening.until(row.pk, is_over, then=then, within_s=within_s)

    _hang_up()
    return StreamingHttpResponse(body(), status=status, content_type="application/json; charset=utf-8")


def _hang_up() -> None:
    """This thread has nothing more to read: a connection is worth more than a request that waits."""
    if not connection.in_atomic_block:
        connection.close()
