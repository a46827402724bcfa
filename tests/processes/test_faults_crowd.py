"""Many pages come back at once after a restart: all of them catch up, and the site answers meanwhile."""

import asyncio
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

import pytest
import websockets

from tests.site import Person, Site

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]

PAGES = 500
CHEAP = "/account/login/"
QUIET_LOOKS = 30
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


async def _looks(person: Person, *, are_enough: Callable[[list[float]], bool]) -> list[float]:
    """Seconds that a cheap page takes, again and again."""
    found: list[float] = []
    while not are_enough(found):
        began = time.monotonic()
        await asyncio.to_thread(person.get, CHEAP)
        found.append(time.monotonic() - began)
        await asyncio.sleep(0.05)
    return found


async def _come_back(crowd: Crowd) -> tuple[list[float], list[float]]:
    """The looks at a cheap page while it is quiet, and while the crowd comes back."""
    quiet = await _looks(crowd.person, are_enough=lambda found: len(found) == QUIET_LOOKS)
    crowd.id = await asyncio.to_thread(crowd.person.create, "for everyone", steps=100, step_ms=200)
    pages = [asyncio.create_task(crowd.page(number)) for number in range(PAGES)]
    await crowd.all_heard.wait()
    crowd.forget()
    await asyncio.to_thread(crowd.site.kill_server)
    await asyncio.to_thread(crowd.site.restart)
    busy = await _looks(crowd.person, are_enough=lambda found: crowd.all_heard.is_set())
    await asyncio.gather(*pages)
    return quiet, busy


def test_a_crowd_comes_back(site: Site, person: Person) -> None:
    """All of 500 pages have the end of their prediction after the server was killed, and a cheap page stays quick.

    While they come back it takes less than five times of what it takes when nobody is here, and never seconds.
    """
    crowd = Crowd(site, person, id="")
    quiet, busy = asyncio.run(_come_back(crowd))
    assert len(crowd.tries) == PAGES
    assert min(crowd.tries) > 1
    assert median(busy) < 5 * median(quiet)
    assert max(busy) < 5.0
    site.check()
