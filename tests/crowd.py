"""Five hundred open pages that all come back after the server was killed, and somebody who looks on meanwhile."""

import asyncio
import json
import random
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import websockets

from tests.site import Person, Site

PAGES = 500
LOOKER = Path(__file__).with_name("looker.py")
CHEAP = "/account/login/"
QUIET_S = 3.0
TRIES_MOST = 40


@dataclass
class Crowd:
    """`tries`: of each page that has the end, how often it connected; `heard`: who had a frame since forget()."""

    site: Site
    person: Person
    id: str
    heard: set[int] = field(default_factory=set)
    tries: list[int] = field(default_factory=list)
    all_heard: asyncio.Event = field(default_factory=asyncio.Event)

    def forget(self) -> None:
        self.heard.clear()
        self.all_heard.clear()

    async def page(self, number: int) -> None:
        """A page that reconnects as live.js does, until it has the end."""
        pause_s = 0.5
        for tries in range(1, TRIES_MOST):
            try:
                await self._watch(number)
            except (OSError, websockets.WebSocketException):
                await asyncio.sleep(pause_s * (0.5 + random.random()))
                pause_s = min(5.0, pause_s * 2)
            else:
                self.tries.append(tries)
                return

    async def _watch(self, number: int) -> None:
        headers, has = {"Cookie": self.person.cookie_header}, 0
        address = f"ws://localhost:{self.site.port}/live/?prediction={self.id}"
        async with websockets.connect(
            address, origin=self.site.url, additional_headers=headers, compression=None
        ) as socket:
            await socket.send(json.dumps({"have": {self.id: has}}))
            async for message in socket:
                frame = json.loads(message)
                assert frame["seq"] > has
                has = frame["seq"]
                self._hear(number)
                if frame["status"] == "succeeded":
                    return
        raise websockets.WebSocketException("closed before the end")

    def _hear(self, number: int) -> None:
        self.heard.add(number)
        if len(self.heard) == PAGES:
            self.all_heard.set()


class Looks:
    """Seconds that a cheap page takes, as a process beside us finds them."""

    def __init__(self, person: Person) -> None:
        self.seconds: list[float] = []
        command = [sys.executable, str(LOOKER), person.site.url + CHEAP, person.cookie_header]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._process.stdout:
            self.seconds.append(float(line))

    def end(self) -> list[float]:
        """Those found. Raises CalledProcessError when a look was refused."""
        self._process.stdin.close()
        self._reader.join(timeout=60)
        if code := self._process.wait(timeout=10):
            raise subprocess.CalledProcessError(code, "looker")
        return self.seconds


async def come_back(crowd: Crowd) -> tuple[list[float], list[float]]:
    """Kill the server under 500 open pages: looks at a cheap page while it is quiet, and while the crowd comes back."""
    quiet = Looks(crowd.person)
    await asyncio.sleep(QUIET_S)
    await asyncio.to_thread(quiet.end)
    crowd.id = await asyncio.to_thread(crowd.person.create, "for everyone", steps=100, step_ms=200)
    pages = [asyncio.create_task(crowd.page(number)) for number in range(PAGES)]
    await crowd.all_heard.wait()
    crowd.forget()
    await asyncio.to_thread(crowd.site.kill_server)
    await asyncio.to_thread(crowd.site.restart)
    busy = Looks(crowd.person)
    await crowd.all_heard.wait()
    found = await asyncio.to_thread(busy.end)
    await asyncio.gather(*pages)
    return quiet.seconds, found
