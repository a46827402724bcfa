"""One person at an open studio: sends prompts, reads the socket as the page does, fetches the pictures it is shown."""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.site import Site

CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
KEY = re.compile(r'name="composer-key" value="([^"]+)"')
MODEL = re.compile(r'name="composer-model" value="([^"]+)"')
MADE = re.compile(r'data-prediction="([0-9a-z]{26})" data-seq="(\d+)"')
PICTURE = re.compile(r'type="image/avif" srcset="([^" ]+)')
HAVE_MAX = 200
SETTLE_S = 30.0
ENDED = {"succeeded", "failed", "canceled"}


class Browser:
    """`done_at`: when the page showed the end of each prediction of ours (monotonic seconds)."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url
        self._shown: dict[str, int] = {}
        self._open: set[str] = set()
        self._ended = asyncio.Queue[str]()
        self._fetches: set[asyncio.Task[None]] = set()
        self._headers: dict[str, str] = {}
        self.done_at: list[float] = []
        self.frames = 0

    async def open_studio(self) -> None:
        page = await self._get("/")
        self._key, self._model = _first(KEY, page), _first(MODEL, page)
        self._shown = {id: int(seq) for id, seq in MADE.findall(page)}
        self._headers = {"Origin": self._url, "X-CSRFToken": _first(CSRF, page), "HX-Request": "true"}
        host = urlsplit(self._url).netloc
        self._socket = await self._session.ws_connect(f"ws://{host}/live/?person=1", origin=self._url)
        self._reader = asyncio.create_task(self._read())
        await self._tell()

    async def close(self) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, *self._fetches, return_exceptions=True)
        await self._socket.close()

    async def send(self, prompt: str, input: Mapping[str, Any]) -> str:
        """Press the button: the id of what was made."""
        form = {"composer-key": self._key, "composer-model": self._model, "prompt": prompt}
        form |= {name: str(value) for name, value in input.items()}
        async with self._session.post(f"{self._url}/", data=form, headers=self._headers) as answer:
            text = await answer.text()
            assert answer.status == 200, f"{answer.status}: {text[:500]}"
        self._key = _first(KEY, text)
        ((id, seq),) = MADE.findall(text)
        self._shown[id] = max(int(seq), self._shown.get(id, 0))
        self._open.add(id)
        await self._tell()
        return str(id)

    async def keep_busy(
        self, in_flight: int, prompts: Iterator[str], input: Mapping[str, Any], *, enough: asyncio.Event
    ) -> None:
        """Always as many predictions unfinished, until there are enough.

        Asked to stop, never cancelled: a form that is cut off on its way may have made a prediction that nobody here
        knows of, and its key, sent again, brings back that one, whose end has been shown already.
        """
        for _ in range(in_flight):
            await self.send(next(prompts), input)
        while not enough.is_set():
            self._open.discard(await self._end())
            await self.send(next(prompts), input)

    async def settle(self) -> None:
        """Until every prediction that was sent has shown its end."""
        async with asyncio.timeout(SETTLE_S):
            while self._open:
                self._open.discard(await self._end())

    async def _end(self) -> str:
        """The next prediction that ends. Raises what the page's reader has met."""
        end = asyncio.ensure_future(self._ended.get())
        await asyncio.wait([end, self._reader], return_when=asyncio.FIRST_COMPLETED)
        if not end.done():
            end.cancel()
            self._reader.result()
        return end.result()

    async def _read(self) -> None:
        async for message in self._socket:
            self._take(json.loads(message.data))
        raise AssertionError(f"The site closed the socket of a page ({self._socket.close_code}).")

    def _take(self, frame: dict[str, Any]) -> None:
        self.frames += 1
        id, is_end = frame["id"], frame["status"] in ENDED
        if frame["seq"] <= self._shown.get(id, -1):
            return
        self._shown[id] = frame["seq"]
        if is_end:
            self.done_at.append(time.monotonic())
            assert frame["status"] == "succeeded", frame["html"]
            self._ended.put_nowait(id)
            self._fetch(_first(PICTURE, frame["html"]))

    def _fetch(self, path: str) -> None:
        task = asyncio.create_task(self._look(path))
        self._fetches.add(task)
        task.add_done_callback(self._fetches.discard)

    async def _look(self, path: str) -> None:
        async with self._session.get(self._url + path) as answer:
            assert answer.status == 200, answer.status
            await answer.read()

    async def _get(self, path: str) -> str:
        async with self._session.get(self._url + path) as answer:
            assert answer.status == 200, answer.status
            return await answer.text()

    async def _tell(self) -> None:
        have = dict(sorted(self._shown.items(), reverse=True)[:HAVE_MAX])
        await self._socket.send_str(json.dumps({"have": have}))


@contextlib.asynccontextmanager
async def browsers(site: Site, count: int, *, name: str) -> AsyncIterator[list[Browser]]:
    """So many people with accounts, each at an open studio."""
    async with contextlib.AsyncExitStack() as stack:
        found = []
        for number in range(count):
            person = site.sign_up(f"{name}{number}@example.org")
            session = aiohttp.ClientSession(
                headers={"Cookie": person.cookie_header}, cookie_jar=aiohttp.DummyCookieJar()
            )
            browser = Browser(await stack.enter_async_context(session), site.url)
            await browser.open_studio()
            stack.push_async_callback(browser.close)
            found.append(browser)
        yield found


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    assert found, f"{pattern.pattern} is not in: {text[:300]}"
    return found[1]
