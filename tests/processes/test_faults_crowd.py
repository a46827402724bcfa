"""Many pages come back at once after a restart: all of them catch up, and the site answers meanwhile."""

import asyncio
import json
import random
import time

import pytest
import websockets

from tests.site import Person, Site

pytestmark = pytest.mark.processes

PAGES = 150


async def _page(site: Site, person: Person, id: str, *, has: int) -> int:
    """A page that reconnects as live.js does, until it has the end: how often it tried."""
    pause_s = 0.5
    for tries in range(1, 20):
        try:
            return await _watch(site, person, id, has=has, tries=tries)
        except (OSError, websockets.WebSocketException):
            await asyncio.sleep(pause_s * (0.5 + random.random()))
            pause_s = min(5.0, pause_s * 2)
    raise AssertionError("the page never had the end")


async def _watch(site: Site, person: Person, id: str, *, has: int, tries: int) -> int:
    headers = {"Cookie": person.cookie_header}
    address = f"ws://localhost:{site.port}/live/?prediction={id}"
    async with websockets.connect(address, origin=site.url, additional_headers=headers) as socket:
        await socket.send(json.dumps({"have": {id: has}}))
        async for message in socket:
            frame = json.loads(message)
            assert frame["seq"] > has
            has = frame["seq"]
            if frame["status"] == "succeeded":
                return tries
    raise websockets.WebSocketException("closed before the end")


async def _meanwhile(person: Person, until: asyncio.Future) -> float:
    """The longest that a page took while the crowd came back."""
    longest = 0.0
    while not until.done():
        began = time.monotonic()
        try:
            await asyncio.to_thread(person.get, "/healthz")
        except OSError:
            began = time.monotonic()
        longest = max(longest, time.monotonic() - began)
        await asyncio.sleep(0.1)
    return longest


async def _come_back(site: Site, person: Person, id: str) -> tuple[list[int], float]:
    pages = asyncio.gather(*(_page(site, person, id, has=0) for _ in range(PAGES)))
    await asyncio.sleep(1.0)  # most are connected by then; whoever is not meets the kill in its handshake
    await asyncio.to_thread(site.kill_server)
    await asyncio.to_thread(site.restart)
    longest = await _meanwhile(person, pages)
    return await pages, longest


def test_a_crowd_comes_back(site: Site, person: Person) -> None:
    """Every page of a crowd has the end of its prediction after the server was killed, and no request starves."""
    id = person.create("for everyone", steps=100, step_ms=60)
    tries, longest_s = asyncio.run(_come_back(site, person, id))
    assert len(tries) == PAGES
    assert max(tries) > 1
    assert longest_s < 5.0
    site.check()
