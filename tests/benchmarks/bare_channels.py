"""A bare Channels group under daphne, and a bare `websockets` broadcast: what a fan-out costs without a site.

Run as a child (`… bare_channels daphne` or `… websockets`). It answers `port`, and `publish`, which sends frames of a
given length to every socket, each beginning with the moment at which it was sent.
"""

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

from tests.benchmarks.child import answer_forever

Publish = Callable[..., Coroutine[Any, Any, None]]

GROUP = "all"
STAMP = 20  # characters of the moment at the front of a frame


def frame(size: int) -> str:
    return f"{time.monotonic():<{STAMP}.9f}" + "x" * (size - STAMP)


async def publish_by_group(*, frames: int, size: int, every_s: float) -> None:
    from channels.layers import get_channel_layer

    for _ in range(frames):
        await get_channel_layer().group_send(GROUP, {"type": "say", "text": frame(size)})
        await asyncio.sleep(every_s)


def daphne() -> None:
    """A consumer that does nothing but join a group, under daphne's own server, with the in-memory layer."""
    import django
    from django.conf import settings

    layers = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    settings.configure(CHANNEL_LAYERS=layers, ALLOWED_HOSTS=["*"])
    django.setup()
    from daphne.server import Server
    from twisted.internet import reactor

    loop = reactor._asyncioEventloop  # type: ignore[attr-defined]
    endpoints = ["tcp:port=0:interface=127.0.0.1"]
    server = Server(_application(), endpoints=endpoints, signal_handlers=False, verbosity=0)
    port: Future[int] = Future()

    def announce() -> None:
        port.set_result(server.listening_addresses[0][1])

    def answer() -> None:
        _answer(loop, port, publish_by_group)
        loop.call_soon_threadsafe(reactor.stop)  # type: ignore[attr-defined]

    server.ready_callable = announce
    threading.Thread(target=answer, daemon=True).start()
    asyncio.set_event_loop(loop)
    server.run()


def _application() -> Any:
    from channels.generic.websocket import AsyncWebsocketConsumer
    from channels.routing import ProtocolTypeRouter

    class Listener(AsyncWebsocketConsumer):
        groups = [GROUP]

        async def say(self, message: dict[str, Any]) -> None:
            await self.send(text_data=message["text"])

    return ProtocolTypeRouter({"websocket": Listener.as_asgi()})


async def websockets() -> None:
    """The least that a Python server can do: one frame, made once, written to every connection."""
    from websockets.asyncio.server import broadcast, serve

    loop, port = asyncio.get_running_loop(), Future[int]()

    async def listen(connection: Any) -> None:
        await connection.wait_closed()

    async def publish(*, frames: int, size: int, every_s: float) -> None:
        for _ in range(frames):
            broadcast(server.connections, frame(size))
            await asyncio.sleep(every_s)

    async with serve(listen, "127.0.0.1", 0, compression=None) as server:
        port.set_result(next(iter(server.sockets)).getsockname()[1])
        await asyncio.to_thread(_answer, loop, port, publish)


def _answer(loop: asyncio.AbstractEventLoop, port: Future[int], publish: Publish) -> None:
    """In a thread of its own, until standard input closes."""

    def run(**how: Any) -> None:
        asyncio.run_coroutine_threadsafe(publish(**how), loop).result()

    answer_forever({"port": port.result, "publish": run})


if __name__ == "__main__":
    if sys.argv[1] == "daphne":
        daphne()
    else:
        asyncio.run(websockets())
