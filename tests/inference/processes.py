"""A real engine process, started as the site starts it, and a client that speaks the wire."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from inference.protocol import Event, StreamParser, decode

TOKEN = "a-token-of-the-tests"


@dataclass
class Engine:
    process: subprocess.Popen
    url: str
    boot: str


@contextlib.contextmanager
def engine(
    *flags: str, models: str = "safelight/echo", token: str = TOKEN, stderr: int = subprocess.DEVNULL
) -> Iterator[Engine]:
    """An engine that listens (its models may still be loading); it is killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "inference", "--models", models, "--threads", "1", *flags],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env={**os.environ, "SAFELIGHT_ENGINE_TOKEN": token},
    )
    try:
        said = json.loads(process.stdout.readline())
        yield Engine(process, f"http://127.0.0.1:{said['port']}", said["boot"])
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def until(true: Callable[[], Any], *, within_s: float = 10.0) -> Any:
    """What `true` returns, as soon as that is something."""
    deadline = time.monotonic() + within_s
    while not (found := true()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)
    return found


@dataclass
class Client:
    session: aiohttp.ClientSession
    url: str
    headers: dict[str, str] = field(default_factory=lambda: {"Authorization": f"Bearer {TOKEN}"})

    def put(self, id: str, input: dict, **headers: str) -> Any:
        """The request; `Last_Event_ID="3"` and the like become headers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.put(
            f"{self.url}/predictions/{id}", json={"input": input}, headers={**self.headers, **named}
        )

    async def events(self, id: str, input: dict, **headers: str) -> AsyncIterator[tuple[int, Event]]:
        parser = StreamParser()
        async with self.put(id, input, Accept="text/event-stream", **headers) as answer:
            assert answer.status == 200, await answer.text()
            async for chunk in answer.content.iter_any():
                for number, name, data in parser.feed(chunk):
                    yield number, decode(name, data)

    async def draw(self, id: str, input: dict, **headers: str) -> list[Event]:
        return [event async for _, event in self.events(id, input, **headers)]

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        async with self.session.get(self.url + path, headers={**self.headers, **headers}) as answer:
            body = await answer.read()
            return answer.status, json.loads(body) if answer.content_type == "application/json" else body

    async def cancel(self, id: str) -> int:
        async with self.session.post(f"{self.url}/predictions/{id}/cancel", headers=self.headers) as answer:
            return answer.status

    async def ready(self) -> dict[str, Any]:
        """The health check, once the models are loaded."""
        while (health := (await self.get("/health-check"))[1])["status"] == "STARTING":
            pass
        return health


@contextlib.asynccontextmanager
async def client(url: str) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        one = Client(session, url)
        await one.ready()
        yield one
