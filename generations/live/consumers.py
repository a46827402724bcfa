"""The socket of a page: one for everything that the page shows."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from generations.live import watching
from generations.live.crowd import Crowd
from generations.live.hub import Watcher, hub
from generations.live.visits import visit_of

REFUSED = 4403  # the page must not come back with the same wish
ENDED = 1000
BROKEN = 1011  # the page should come back, and is asked again who it is
TEXT_MAX = 16 * 1024
MESSAGES_BURST = 30
MESSAGES_PER_S = 5.0
HAVE_WITHIN_S = 1.0  # a page says at once what it has; who does not is sent everything

crowd = Crowd()


class PageConsumer(AsyncWebsocketConsumer):
    """Sends frames ({"id", "seq", "status", "html"}); hears {"have": {id: seq}} after each connect and new fragment."""

    channel_layer_alias = "none"  # the hub listens for all sockets of the process

    is_open = False
    watcher: Watcher | None = None
    writer: asyncio.Task[None] | None = None
    place: tuple[str, str] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._leave()

    async def connect(self) -> None:
        await self.accept()
        self.is_open = True
        wish = watching.wish_of(self.scope["query_string"].decode("latin-1"))
        if wish is None or not is_same_origin(self.scope) or not self._may_ask(wish) or not self._enter(wish):
            await self.close(REFUSED)
            return
        user, session = self.scope["user"], self.scope["session"]
        opened = await hub().ledger.read(watching.open_watcher, user, wish, session)
        if opened is None:
            await self.close(REFUSED)
            return
        self.watcher, ids = opened
        self.watcher.visit = None if wish.share else visit_of(session)
        self.ends_with = None if wish.person else ids
        self.allowance, self.heard_at = float(MESSAGES_BURST), asyncio.get_running_loop().time()
        self.has_heard = asyncio.Event()
        await hub().join(self.watcher)
        self.writer = asyncio.create_task(self._write(self.watcher, ids))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.watcher is None or not self.is_open:
            return
        have = None if self._is_flood() else _parse(text_data)
        if have is None:
            await self.close(REFUSED)
            return
        known = await hub().ledger.read(watching.heard, self.scope["user"], self.watcher, have)
        for id, seq in known.items():
            self.watcher.sent[id] = max(self.watcher.sent.get(id, -1), seq)
        self.has_heard.set()
        await hub().catch_up(self.watcher, known)

    async def close(self, code: Any = None, reason: Any = None) -> None:
        if self.is_open:
            self.is_open = False
            await super().close(code, reason)

    async def websocket_disconnect(self, message: Any) -> None:
        self.is_open = False
        await super().websocket_disconnect(message)

    async def _leave(self) -> None:
        """However it ended: nothing of this socket stays behind."""
        self.is_open = False
        if self.writer is not None:
            self.writer.cancel()
        if self.place is not None:
            crowd.leave(*self.place)
        if self.watcher is not None:
            await hub().leave(self.watcher)

    async def _write(self, watcher: Watcher, ids: list[str]) -> None:
        code = BROKEN
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(HAVE_WITHIN_S):
                    await self.has_heard.wait()
            await hub().catch_up(watcher, ids)
            code = ENDED if await self._send_all(watcher) else BROKEN
        finally:
            await self.close(code)

    async def _send_all(self, watcher: Watcher) -> bool:
        """Frames as they come, until everything that this page is about has ended; False when its visit ended first."""
        is_over = await self._is_over(watcher)
        while not is_over:
            frames = await watcher.take()
            if watcher.is_dismissed:
                return False
            for frame in frames:
                await self.send(text_data=frame.text)
            is_over = any(frame.is_last for frame in frames) and await self._is_over(watcher)
        return True

    async def _is_over(self, watcher: Watcher) -> bool:
        if self.ends_with is None:
            return False
        return await hub().ledger.read(watching.is_over, watcher, self.ends_with)

    def _may_ask(self, wish: watching.Wish) -> bool:
        """Whoever holds the link of a share may; for all else one must be somebody."""
        return bool(wish.share) or not self.scope["user"].is_anonymous

    def _enter(self, wish: watching.Wish) -> bool:
        """Viewers of shares are many and nobody: only their address is counted."""
        client = self.scope.get("client") or ("", 0)
        place = ("" if wish.share else str(self.scope["user"].pk), str(client[0]))
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


def is_same_origin(scope: Any) -> bool:
    """The page that opened this socket is ours. A browser always says where it stands; who does not is no page."""
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1")
    host = headers.get(b"host", b"").decode("latin-1")
    is_ours = origin.partition("://")[2] == host or origin in settings.CSRF_TRUSTED_ORIGINS
    return bool(host and origin) and is_ours


def _parse(text: str | None) -> dict[str, int] | None:
    if text is None or len(text) > TEXT_MAX:
        return None
    try:
        content: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return watching.have_of(content)
