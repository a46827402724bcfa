"""The socket of the desk: how much waits, whenever that changes, to moderators alone."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.models import AnonymousUser

from accounts import second_factor
from generations import access, events, queries
from generations.errors import NotAllowed, NotFound
from generations.live.consumers import BROKEN, REFUSED, crowd, is_same_origin
from generations.live.hub import hub

REST_S = 1.0  # between two readings of the numbers
OPEN_S = 600.0  # then the page comes back and is asked again who it is


class DeskConsumer(AsyncWebsocketConsumer):
    """Sends {"urgent": 3, …}; hears nothing."""

    groups = [events.DESK]
    place: tuple[str, str] | None = None
    writer: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        self.moved = asyncio.Event()
        await self.accept()
        allowed = await hub().ledger.read(_may_watch, self.scope["user"], self.scope["session"])
        if not (is_same_origin(self.scope) and allowed and self._enter()):
            await self.close(REFUSED)
            return
        self.writer = asyncio.create_task(self._write())

    async def desk_nudge(self, event: dict[str, Any]) -> None:
        self.moved.set()

    async def disconnect(self, code: int) -> None:
        if self.writer is not None:
            self.writer.cancel()
        if self.place is not None:
            crowd.leave(*self.place)
            self.place = None

    async def _write(self) -> None:
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(OPEN_S):
                    await self._write_forever()
        finally:
            await self.close(BROKEN)

    async def _write_forever(self) -> None:
        while True:
            self.moved.clear()
            counts = await hub().ledger.read(queries.desk_counts)
            await self.send(text_data=json.dumps(counts))
            await asyncio.sleep(REST_S)
            await self.moved.wait()

    def _enter(self) -> bool:
        client = self.scope.get("client") or ("", 0)
        place = (str(self.scope["user"].pk), str(client[0]))
        if not crowd.enter(*place):
            return False
        self.place = place
        return True


def _may_watch(user: Any, session: Any) -> bool:
    if isinstance(user, AnonymousUser) or not user.is_authenticated:
        return False
    try:
        person = access.desk_read(user)
    except (NotAllowed, NotFound):
        return False
    return second_factor.may_enter(person, session)
