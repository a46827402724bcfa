"""The socket of a page: one for everything that the page shows."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from generations.live import watching
from generations.live.crowd import Crowd
from generations.live.hub import Frame, Watcher, hub

REFUSED = 4403  # the page must not come back with the same wish
ENDED = 1000
TEXT_MAX = 16 * 1024
MESSAGES_BURST = 30
MESSAGES_PER_S = 5.0

crowd = Crowd()


class PageConsumer(AsyncWebsocketConsumer):
    """Sends frames ({"id", "seq", "status", "html"}); hears {"have": {id: seq}} after each connect and new fragment."""

    channel_layer_alias = "none"  # the hub listens for all sockets of the process

    watcher: Watcher | None = None
    writer: asyncio.Task[None] | None = None
    place: tuple[str, str] | None = None

    async def connect(self) -> None:
        await self.accept()
        user, wish = self.scope["user"], watching.wish_of(self.scope["query_string"].decode("latin-1"))
        if wish is None or not self._is_same_origin() or not self._enter():
            await self.close(REFUSED)
            return
        opened = await hub().ledger.read(watching.open_watcher, user, wish)
        if opened is None:
            await self.close(REFUSED)
            return
        self.watcher, ids = opened
        self.ends_with = None if wish.person else wish.predictions
        self.allowance, self.heard_at = float(MESSAGES_BURST), asyncio.get_running_loop().time()
        await hub().join(self.watcher)
        self.writer = asyncio.create_task(self._write(self.watcher))
        await hub().catch_up(self.watcher, ids)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.watcher is None:
            return
        have = None if self._is_flood() else _parse(text_data)
        if have is None:
            await self.close(REFUSED)
            return
        ids = await hub().ledger.read(watching.readable, self.scope["user"], have)
        for id in ids:
            self.watcher.sent[id] = max(self.watcher.sent.get(id, -1), have[id])
        await hub().catch_up(self.watcher, ids)

    async def disconnect(self, code: int) -> None:
        if self.writer is not None:
            self.writer.cancel()
        if self.watcher is not None:
            await hub().leave(self.watcher)
        if self.place is not None:
            crowd.leave(*self.place)

    async def _write(self, watcher: Watcher) -> None:
        while True:
            for frame in await watcher.take():
                await self.send(text_data=frame.text)
                if await self._is_over(watcher, frame):
                    await self.close(ENDED)
                    return

    async def _is_over(self, watcher: Watcher, frame: Frame) -> bool:
        if not frame.is_last or self.ends_with is None:
            return False
        return await hub().ledger.read(watching.all_ended, self.ends_with, dict(watcher.sent))

    def _is_same_origin(self) -> bool:
        """The page that opened this socket is ours. A browser always says where it stands; who does not is no page."""
        headers = dict(self.scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        return bool(host) and (urlsplit(origin).netloc == host or origin in settings.CSRF_TRUSTED_ORIGINS)

    def _enter(self) -> bool:
        client = self.scope.get("client") or ("", 0)
        place = (str(self.scope["user"].pk), str(client[0]))
        if not crowd.enter(*place):
            return False
        self.place = place
        return True

    def _is_flood(self) -> bool:
        """A bucket that fills at MESSAGES_PER_S: a page says one thing per connect and per new prediction."""
        now = asyncio.get_running_loop().time()
        self.allowance = min(MESSAGES_BURST, self.allowance + (now - self.heard_at) * MESSAGES_PER_S)
        self.heard_at = now
        self.allowance -= 1
        return self.allowance < 0


def _parse(text: str | None) -> dict[str, int] | None:
    if text is None or len(text) > TEXT_MAX:
        return None
    try:
        content: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return watching.have_of(content)
