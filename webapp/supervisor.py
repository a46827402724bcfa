"""The embedded profile in one process and one loop: the web server, the dispatcher, and the engine as a child.

`manage.py up` calls run(). On SIGINT or SIGTERM nothing new is claimed, running predictions have half a minute to
end, then the engine stops, then the server; a second signal ends it all at once.
"""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable

from channels.db import database_sync_to_async
from django.conf import settings
from twisted.internet import reactor

from generations import queries
from generations.live.dispatcher import Dispatcher
from generations.models import Engine
from generations.services import engines
from webapp.engine_child import EngineChild
from webapp.server import Limits, Server, loop

logger = logging.getLogger(__name__)

MODEL_WITHIN_S = 120.0


class Supervisor:
    def __init__(self, server: Server, *, say_ready: Callable[[], None]) -> None:
        self._server = server
        self._say_ready = say_ready
        self._stop = asyncio.Event()
        self._engine = EngineChild(changed=self._engine_changed)
        self._dispatcher: Dispatcher | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until a signal. Ends the reactor."""
        try:
            await self._engine.expect()
            dispatching = self._start(self._dispatch_forever())
            supervising = self._start(self._engine.run())
            announcing = self._start(self._announce())
            await self._stop.wait()
            announcing.cancel()
            await self._server.stop_listening()
            await dispatching
            await self._engine.stop()
            await supervising
            await self._server.shut()
        finally:
            reactor.stop()

    def on_signal(self) -> None:
        if self._stop.is_set():
            os._exit(130)  # asked twice: now; the engine ends with the pipe that this closes
        logger.info("Stopping: running predictions have half a minute. The same signal again stops at once.")
        self._stop.set()

    def _start(self, work: object) -> "asyncio.Task[None]":
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks.add(task)
        return task

    async def _dispatch_forever(self) -> None:
        while not self._stop.is_set():
            try:
                self._dispatcher = Dispatcher(embedded=True, on_stuck=self._replace)
                await self._dispatcher.run(self._stop)
            except Exception:  # the site must outlive it; a new one takes up every row that this one had
                logger.exception("The dispatcher ended; starting another.")
                await asyncio.sleep(1.0)

    def _engine_changed(self) -> None:
        if self._dispatcher is not None:
            self._dispatcher.look_at_engines()

    async def _replace(self, engine: Engine) -> None:
        if engine.name == engines.EMBEDDED:
            await self._engine.replace()

    async def _announce(self) -> None:
        """Once there is a model to draw with. On a later start the catalogue has one already."""
        give_up = loop().time() + MODEL_WITHIN_S
        while loop().time() < give_up and not await _has_model():  # noqa: ASYNC110 - rows tell nobody
            await asyncio.sleep(0.1)
        await database_sync_to_async(self._say_ready)()


async def _has_model() -> bool:
    return await database_sync_to_async(queries.default_version)() is not None


def run(
    listening: socket.socket, *, application: object, say_ready: Callable[[], None], tls: object = None
) -> None:
    """Serve until a signal. `tls`: see server.open."""
    server = Server(
        application,
        limits=Limits.of_site(
            upload_mb=settings.LIMITS["upload_mb"],
            file_mb=settings.LIMITS["file_mb"],
            has_api_host=bool(settings.API_ORIGIN),
        ),
    )
    supervisor = Supervisor(server, say_ready=say_ready)
    server.open(listening, tls=tls)
    for name in (signal.SIGINT, signal.SIGTERM):
        loop().add_signal_handler(name, supervisor.on_signal)
    running = loop().create_task(supervisor.run())
    reactor.run(installSignalHandlers=False)
    running.result()
