"""Answers that come when a prediction has ended: the status and headers at once, the JSON as soon as it is so.

Nobody's thread waits: the body is an asynchronous iterator, which the server asks in its event loop. A client that
leaves ends the waiting, not the prediction.
"""

import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

from django.db import connection
from django.http import StreamingHttpResponse

from generations import listening
from generations.models import TERMINAL, Prediction, Status

logger = logging.getLogger(__name__)

Show = Callable[[], dict[str, Any]]


def as_created(found: dict[str, Any]) -> dict[str, Any]:
    """Clients take "processing" in the answer of a create for its end, so it says "starting" until then."""
    is_running = found["status"] == Status.PROCESSING
    return {**found, "status": Status.STARTING.value} if is_running else found


def when_ended(id: str, show: Show, *, status: int, within_s: float) -> StreamingHttpResponse:
    """`show`: the prediction as it stands, called in a thread that may read rows.

    If that fails at the end, the answer is what could be said at the beginning: one that breaks off would make some
    clients send everything again.
    """
    before = json.dumps(show()).encode()

    def is_over() -> bool:
        return Prediction.objects.filter(pk=id, status__in=TERMINAL).exists()

    def then() -> bytes:
        return json.dumps(show()).encode()

    async def body() -> AsyncIterator[bytes]:
        try:
            yield await listening.until(id, is_over, then=then, within_s=within_s)
        except Exception:  # whatever it is, the prediction is made, and its program will ask for it
            logger.exception("Prediction %s could not be read for who waited for it.", id)
            yield before

    hang_up()
    return StreamingHttpResponse(body(), status=status, content_type="application/json; charset=utf-8")


def hang_up() -> None:
    """This thread has nothing more to read: a connection is worth more than a request that waits."""
    if not connection.in_atomic_block:
        connection.close()
