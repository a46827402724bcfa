"""Nudges: the only writer to the channel layer, and the names of its groups.

A nudge says "prediction X is at seq n" and nothing else: whoever hears it reads the row. So a lost nudge costs a
moment, never the truth.
"""

import logging
from functools import partial
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

logger = logging.getLogger(__name__)

DISPATCHERS = "dispatchers"


def prediction_group(id: str) -> str:
    return f"prediction.{id}"


def person_group(user_id: int) -> str:
    return f"person.{user_id}"


async def nudge(id: str, user_id: int, *, seq: int) -> None:
    """Tell everyone who watches this prediction, or this person, that there is something newer."""
    message = {"type": "prediction.nudge", "id": id, "user": user_id, "seq": seq}
    await _send(prediction_group(id), message)
    await _send(person_group(user_id), message)


def nudge_on_commit(id: str, user_id: int, *, seq: int) -> None:
    transaction.on_commit(partial(async_to_sync(nudge), id, user_id, seq=seq))


def wake_on_commit() -> None:
    """There is something to claim."""
    transaction.on_commit(partial(async_to_sync(_send), DISPATCHERS, {"type": "dispatcher.wake"}))


def cancel_on_commit(id: str) -> None:
    """A leased prediction shall end: whoever runs it tells its engine."""
    transaction.on_commit(partial(async_to_sync(_send), DISPATCHERS, {"type": "dispatcher.cancel", "id": id}))


async def _send(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        await layer.group_send(group, message)
    except Exception:  # noqa: BLE001 - each layer has errors of its own, and the row already tells the truth
        logger.warning("A nudge to %s was lost: the channel layer does not answer.", group)
