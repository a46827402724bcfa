"""A site of a few lines behind the real server, with short limits; test_server.py starts it as a process of its own.

It prints its port; with a folder named it speaks TLS. `/tally` tells what the other addresses have done so far.
"""

import asyncio
import json
import resource
import signal
import socket
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from webapp import local_tls
from webapp.server import Limits, Server, loop

CHUNK = b"x" * 65_536
FRAME = "y" * 16_384
tally: Counter[str] = Counter()

LIMITS = Limits(
    body=100_000,
    bodies=((b"/v1/files", 80_000_000), (b"/v1/", 400_000)),
    headers_s=0.6,
    least_body_s=0.6,
    least_bytes_per_s=float("inf"),
    stall_s=0.6,
)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await PATHS[scope["path"]](scope, receive, send)


async def stream(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """?chunks=n: so many chunks of 64 KiB, as fast as they are taken."""
    query = parse_qs(scope["query_string"].decode())
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(int(query["chunks"][0])):
        await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
        tally["chunks"] += 1
    await send({"type": "http.response.body", "body": b""})
    tally["streams"] += 1


async def drip(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Events with long pauses: longer in all than any limit."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(5):
        await send({"type": "http.response.body", "body": b": ping\n\n", "more_body": True})
        await asyncio.sleep(0.4)
    await send({"type": "http.response.body", "body": b"event: end\n\n"})


async def length(scope: dict[str, Any], receive: Any, send: Any) -> None:
    size, is_more = 0, True
    while is_more:
        message = await receive()
        size, is_more = size + len(message.get("body", b"")), message.get("more_body", False)
    await _answer(send, str(size).encode())


async def show_peak(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The most memory that this process has taken so far, in kB."""
    await _answer(send, str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss).encode())


async def show_tally(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await _answer(send, json.dumps(tally).encode())


async def _answer(send: Any, body: bytes) -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def gush(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """A socket that sends and sends, until it hears that its peer has gone."""
    await receive()
    await send({"type": "websocket.accept"})
    gone = asyncio.ensure_future(receive())
    while not gone.done():
        await send({"type": "websocket.send", "text": FRAME})
        tally["frames"] += 1
        await asyncio.sleep(0)
    tally["gushes"] += 1


async def echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


async def deaf(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """A socket that never takes what it is sent."""
    await receive()
    await send({"type": "websocket.accept"})
    await asyncio.sleep(60)


PATHS: dict[str, Any] = {
    "/stream": stream,
    "/drip": drip,
    "/length": length,
    "/v1/length": length,
    "/v1/files": length,
    "/peak": show_peak,
    "/tally": show_tally,
    "/gush": gush,
    "/echo": echo,
    "/deaf": deaf,
}


async def until_told(server: Server, stop: asyncio.Event) -> None:
    from twisted.internet import reactor

    await stop.wait()
    await server.shut()
    reactor.stop()


def main() -> None:
    from twisted.internet import reactor

    server, stop = Server(application, limits=LIMITS), asyncio.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    tls = local_tls.context(local_tls.certificates(Path(sys.argv[1]), [])) if sys.argv[1:] else None
    print(listening.getsockname()[1], flush=True)
    server.open(listening, tls=tls)
    loop().add_signal_handler(signal.SIGTERM, stop.set)
    task = loop().create_task(until_told(server, stop))
    reactor.run(installSignalHandlers=False)
    task.result()


if __name__ == "__main__":
    main()
