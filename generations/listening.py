"""Wait in the event loop, without a thread for each who waits, until a prediction is as somebody wants it.

A nudge says that it has moved, and then the row is asked, in one thread for all. Where nudges are lost it is asked all
the same, every LOOK_S.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer

from generations.events import prediction_group
from generations.ledger import Ledger

logger = logging.getLogger(__name__)

LOOK_S = 5.0
AGAIN_S = 1.0  # while the channel layer does not answer
JOIN_S = 1.0
EACH_S = 0.01  # what it takes to answer one
REST_S = 0.05  # between two looks of one who follows, so that what moves together is read together
MOST = 500  # who wait at once in one process; more are not kept waiting

R = TypeVar("R")


class Room:
    """Where all wait who wait in one event loop; its thread and its database connection go with the last of them."""

    def __init__(self) -> None:
        self.ledger = Ledger("listening")
        self.count = 0


_rooms: "WeakKeyDictionary[asyncio.AbstractEventLoop, Room]" = WeakKeyDictionary()


async def until(id: str, is_over: Callable[[], bool], *, then: Callable[[], R], within_s: float) -> R:
    """What `then` gives, as soon as `is_over` is true or the time is up; both read rows, in a thread of ours."""
    async with _room() as room:
        if room.count <= MOST:
            # When many have asked at once, their time is up at once, and the thread has to serve one after the other.
            within_s -= min(EACH_S * room.count, within_s / 4)
            await _wait(id, is_over, room.ledger, within_s=within_s)
        return await room.ledger.read(then)


async def follow(id: str, look: Callable[[], R]) -> AsyncGenerator[R]:
    """What `look` finds: now, whenever the prediction has moved, and every LOOK_S, until whoever asks leaves.

    It reads rows, in a thread of ours.
    """
    async with _room() as room, _hearing(id) as moved:
        while True:
            moved.clear()
            yield await room.ledger.read(look)
            await asyncio.sleep(REST_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S - REST_S):
                    await moved.wait()


def has_room() -> bool:
    """May one more wait, or follow, in this process?"""
    return sum(room.count for room in list(_rooms.values())) < MOST


async def _wait(id: str, is_over: Callable[[], bool], ledger: Ledger, *, within_s: float) -> None:
    clock = asyncio.get_running_loop().time
    deadline = clock() + within_s
    async with _hearing(id) as moved:
        while (left := deadline - clock()) > 0:
            moved.clear()
            if await ledger.read(is_over):
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, LOOK_S)):
                    await moved.wait()


@asynccontextmanager
async def _room() -> AsyncIterator[Room]:
    loop = asyncio.get_running_loop()
    if loop not in _rooms:
        _rooms[loop] = Room()
    room = _rooms[loop]
    room.count += 1
    try:
        yield room
    finally:
        room.count -= 1
        if not room.count:
            _rooms.pop(loop, None)
            loop.run_in_executor(None, room.ledger.close)  # it waits for what is being read


@asynccontextmanager
async def _hearing(id: str) -> AsyncIterator[asyncio.Event]:
    """An event that is set by each nudge of this prediction, from here on."""
    moved, is_joined = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(_hear_forever(prediction_group(id), moved, is_joined))
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(JOIN_S):
                await is_joined.wait()
        yield moved
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _hear_forever(group: str, moved: asyncio.Event, is_joined: asyncio.Event) -> None:
    layer = get_channel_layer()
    while True:
        channel = ""
        try:
            channel = await layer.new_channel("wait")
            await layer.group_add(group, channel)
            is_joined.set()
            while True:
                await layer.receive(channel)
                moved.set()
        except Exception:  # noqa: BLE001 - each layer has errors of its own; the row is asked all the same
            logger.debug("The channel layer does not answer; whoever waits looks at the rows.")
            await asyncio.sleep(AGAIN_S)
        finally:
            if channel:
                with suppress(Exception):
                    await layer.group_discard(group, channel)
