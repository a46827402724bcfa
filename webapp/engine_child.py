"""The engine of the embedded profile: a child of the server, started again when it ends, never left behind alone."""

import asyncio
import contextlib
import json
import logging
import os
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import DatabaseError

from generations.services import engines
from webapp import env

logger = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
HEALTHY_S = 60.0  # after this long a crash is the first again
CRASHES, CRASHES_WITHIN_S = 5, 60.0
SAYS_PORT_WITHIN_S = 120.0
ENDS_WITHIN_S = 5.0

COMMAND = (sys.executable, "-m", "inference", "--host", "127.0.0.1", "--port", "0", "--die-with-stdin")


class EngineChild:
    """`run()` keeps an engine going until `stop()`; `replace()` ends a stuck one, and another takes its place."""

    def __init__(self, *, changed: Callable[[], None] = lambda: None) -> None:
        self._changed = changed
        self._process: Process | None = None
        self._crashes: deque[float] = deque(maxlen=CRASHES)
        self._is_wanted = True
        self._token = secrets.token_urlsafe(32)

    async def expect(self) -> None:
        """Before the dispatcher looks: what the row says is of an earlier engine."""
        await _write(_mark, status="STARTING")

    async def run(self) -> None:
        loop, pause_s = asyncio.get_running_loop(), FIRST_PAUSE_S
        while self._is_wanted:
            began = loop.time()
            await self._live_once()
            if not self._is_wanted:
                return
            pause_s = FIRST_PAUSE_S if loop.time() - began > HEALTHY_S else pause_s
            logger.warning("The engine ended; starting another in %.1f s.", pause_s)
            await self._note_crash(loop.time())
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def replace(self) -> None:
        """It is connected but does not answer: only a kill reaches it."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def stop(self) -> None:
        self._is_wanted = False
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
            process.stdin.close()  # type: ignore[union-attr]
            try:
                async with asyncio.timeout(ENDS_WITHIN_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()

    async def _live_once(self) -> None:
        """One engine from its start to its end."""
        self._process = process = await asyncio.create_subprocess_exec(
            *COMMAND,
            *("--models", ",".join(settings.MODELS)),
            stdin=PIPE,  # held open: it closes however we end, and the engine with it
            stdout=PIPE,
            cwd=settings.BASE_DIR,
            env=_environment(self._token),
            start_new_session=True,  # Ctrl+C is for us; the engine ends when we say so
        )
        try:
            await self._introduce(process)
            while line := await process.stdout.readline():  # type: ignore[union-attr]
                logger.info("The engine says: %s", line.decode(errors="replace").rstrip())
            await process.wait()
        finally:
            if process.returncode is None and self._is_wanted:
                process.kill()

    async def _introduce(self, process: Process) -> None:
        """Read where it listens, and tell the dispatcher."""
        try:
            async with asyncio.timeout(SAYS_PORT_WITHIN_S):
                said = json.loads(await process.stdout.readline())  # type: ignore[union-attr]
            address = f"http://127.0.0.1:{int(said['port'])}"
        except (TimeoutError, ValueError, KeyError, TypeError):
            if self._is_wanted:
                logger.error("The engine did not say where it listens. Its own words are above.")
            return
        await _write(
            engines.record,
            name=engines.EMBEDDED,
            base_url=address,
            token=self._token,
            boot=said.get("boot", ""),
        )
        self._changed()

    async def _note_crash(self, now: float) -> None:
        self._crashes.append(now)
        if len(self._crashes) == CRASHES and now - self._crashes[0] < CRASHES_WITHIN_S:
            logger.error("The engine has ended %d times within a minute. Its own words are above.", CRASHES)
            await _write(_mark, status="CRASHING")


def _environment(token: str) -> dict[str, str]:
    """Ours, without the secrets that an engine has no use for."""
    unwanted = {*env.SECRETS, "SAFELIGHT_ENGINE_TOKEN_FILE"}
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, "SAFELIGHT_ENGINE_TOKEN": token}


def _mark(*, status: str) -> None:
    for engine in engines.enabled():
        if engine.name == engines.EMBEDDED:
            engines.mark(engine, status)


async def _write(change: Callable[..., Any], **values: Any) -> None:
    """A database that is away must not end the supervision: the next start of the engine writes again."""
    try:
        await database_sync_to_async(change)(**values)
    except DatabaseError:
        logger.exception("The engine's row could not be written.")
