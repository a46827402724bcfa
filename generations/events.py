"""Nudges: the only writer to the channel layer, and the names of its groups.

A nudge says "prediction X is at seq n" and nothing else: whoever hears it reads the row. So a lost nudge costs a
moment, never the truth.
"""

import asyncio
import logging
from functools import partial
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

logger = logging.getLogger(__name__)

DISPATCHERS = "dispatchers"
DESK = "desk"
SEND_S = 2.0  # a layer that hangs must hold up neither an answer nor a picture


def prediction_group(id: str) -> str:
    return f"prediction.{id}"


def person_group(user_id: int) -> str:
    return f"person.{user_id}"


def person_of(group: str) -> int | None:
    """Whose group this is; None when it is no person's."""
    kind, _, id = group.partition(".")
    return int(id) if kind == "person" else None


async def nudge(id: str, user_id: int, *, seq: int) -> None:
    """Tell everyone who watches this prediction, or this person, that there is something newer."""
    message = {"type": "prediction.nudge", "id": id, "user": user_id, "seq": seq}
    await _send(prediction_group(id), message)
    await _send(person_group(user_id), message)


def nudge_on_commit(id: str, user_id: int, *, seq: int) -> None:
    transaction.on_commit(partial(async_to_sync(nudge), id, user_id, seq=seq))


def nudge_desk_on_commit() -> None:
    """Something has moved in the queue of the moderators."""
    transaction.on_commit(partial(async_to_sync(_send), DESK, {"type": "desk.nudge"}))


def wake_on_commit() -> None:
    """There is something to claim."""
    transaction.on_commit(partial(async_to_sync(_send), DISPATCHERS, {"type": "dispatcher.wake"}))


def deliver_on_commit() -> None:
    """There is a webhook to send."""
    transaction.on_commit(partial(async_to_sync(_send), DISPATCHERS, {"type": "dispatcher.deliver"}))


def cancel_on_commit(id: str) -> None:
    """A leased prediction shall end: whoever runs it tells its engine."""
    transaction.on_commit(partial(async_to_sync(_send), DISPATCHERS, {"type": "dispatcher.cancel", "id": id}))


async def _send(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async with asyncio.timeout(SEND_S):
            await layer.group_send(group, message)
    except Exception:  # noqa: BLE001 - each layer has errors of its own, and the row already tells the truth
        logger.warning("A nudge to %s was lost: the channel layer does not answer.", group)
