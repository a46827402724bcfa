"""What the dispatcher knows of its engines: polled health, and a client for each."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import aiohttp

from generations.engines.client import SILENCE_S, EngineClient
from generations.engines.cog_client import CogClient
from generations.errors import EngineError
from generations.ledger import Ledger
from generations.models import Engine, EngineKind
from generations.services import engines

logger = logging.getLogger(__name__)

HEALTHY = {"READY", "BUSY"}
SILENT = "SILENT"  # our own word, beside Cog's
WATCH_S = 3.0
WATCH_STARTING_S = 0.1
EAGER_S = 15.0


class Engines:
    def __init__(
        self,
        session: aiohttp.ClientSession,
        ledger: Ledger,
        *,
        changed: asyncio.Event,
        poke: asyncio.Event,
        on_stuck: Callable[[Engine], Awaitable[None]] | None = None,
    ) -> None:
        self._session = session
        self._ledger = ledger
        self._changed = changed
        self._on_stuck = on_stuck
        self._silent_since: dict[int, float] = {}
        self._known: dict[int, Engine] = {}
        self._said: dict[int, dict[str, Any]] = {}
        self._poke = poke

    def ready(self) -> list[Engine]:
        return [engine for engine in self._known.values() if engine.status in HEALTHY]

    def get(self, id: int | None) -> Engine | None:
        return self._known.get(id or 0)

    def client(self, id: int | None) -> EngineClient:
        return self._client_of(self._known[id or 0])

    def _client_of(self, engine: Engine) -> EngineClient:
        kind = CogClient if engine.kind == EngineKind.COG else EngineClient
        return kind(self._session, engine.base_url, token=engine.token)

    async def boot_of(self, id: int | None) -> str | None:
        """The boot that the engine answers with now; None when it does not answer."""
        rows = {engine.pk: engine for engine in await self._ledger.write(engines.enabled)}
        engine = rows.get(id or 0)
        if engine is None:
            return ""
        try:
            return str((await self._client_of(engine).health()).get("boot") or "")
        except EngineError:
            return None

    def look_now(self) -> None:
        """Somebody knows that an engine has changed: do not wait for the next poll."""
        self._poke.set()

    async def watch(self) -> None:
        while True:
            self._poke.clear()
            await self.look()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause_s()):
                    await self._poke.wait()

    def _pause_s(self) -> float:
        """Eager while an engine has just come, so that its first prediction does not wait for a poll."""
        young = [engine for engine in self._known.values() if engine.status not in HEALTHY]
        now = asyncio.get_running_loop().time()
        eager = any(now - self._silent_since.get(engine.pk, now) < EAGER_S for engine in young)
        return WATCH_STARTING_S if eager or not self._known else WATCH_S

    async def look(self) -> None:
        rows = await self._ledger.write(engines.enabled)
        self._known = {id: engine for id, engine in self._known.items() if id in {row.pk for row in rows}}
        await asyncio.gather(*(self._ask(row) for row in rows))

    async def _ask(self, engine: Engine) -> None:
        try:
            health = await self._client_of(engine).health()
        except EngineError:
            await self._silent(engine)
            return
        self._silent_since.pop(engine.pk, None)
        heard = {key: health.get(key) for key in ("boot", "status", "draining", "slots", "step_ms", "models")}
        told = {**heard, "slots": (health.get("slots") or {}).get("max")}
        if self._said.get(engine.pk) != told or engine.status == SILENT:
            engine = await self._ledger.write(engines.hear, engine, health)
            self._said[engine.pk] = told
            self._changed.set()
        self._known[engine.pk] = engine

    async def _silent(self, engine: Engine) -> None:
        if engine.status in HEALTHY:
            logger.warning("The engine %s does not answer.", engine.name)
            await self._ledger.write(engines.mark, engine, SILENT)
        self._said.pop(engine.pk, None)
        self._known[engine.pk] = engine
        now = asyncio.get_running_loop().time()
        if now - self._silent_since.setdefault(engine.pk, now) > SILENCE_S and self._on_stuck is not None:
            del self._silent_since[engine.pk]
            await self._on_stuck(engine)
