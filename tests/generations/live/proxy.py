"""A bad wire between the dispatcher and a real engine: cuts, doubles, reorders and holds back the events of streams."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

Bend = Callable[[list[bytes]], list[bytes]]


class Proxy:
    """Passes everything on. `bend` rearranges each bunch of events; `cuts` streams end after so many events;
    `is_held`: nothing more is let through until `release` is set."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.url = ""
        self.bend: Bend = list
        self.bends = 10**6  # so many streams are rearranged, the later ones are not
        self.cuts: list[int] = []
        self.forgets = False  # what was heard already is asked for again
        self.bunch = 1  # events that are rearranged together
        self.holds = 0  # streams that go silent after their first events
        self.release = asyncio.Event()
        self.puts = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        if self.forgets:
            headers.pop("Last-Event-ID", None)
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(
                request.method, self.target + request.path_qs, headers=headers, data=await request.read()
            ) as answer,
        ):
            kept = {"Content-Type": answer.headers.get("Content-Type", "")}
            response = web.StreamResponse(status=answer.status, headers=kept)
            await response.prepare(request)
            if request.method == "PUT":
                self.puts += 1
                await self._stream(request, response, answer)
            else:
                await response.write(await answer.read())
            return response

    async def _stream(
        self, request: web.Request, response: web.StreamResponse, answer: aiohttp.ClientResponse
    ) -> None:
        left = self.cuts.pop(0) if self.cuts else 10**6
        is_held, self.holds = self.holds > 0, max(0, self.holds - 1)
        bend, self.bends = self.bend if self.bends else list, max(0, self.bends - 1)
        async for events in self._bunches(answer):
            for event in bend(events):
                if left == 0:
                    assert request.transport
                    request.transport.close()
                    return
                left -= 1
                await response.write(event)
            if is_held:
                await self.release.wait()

    async def _bunches(self, answer: aiohttp.ClientResponse) -> AsyncIterator[list[bytes]]:
        rest, waiting = b"", []
        async for chunk in answer.content.iter_any():
            *events, rest = (rest + chunk).split(b"\n\n")
            waiting += [event + b"\n\n" for event in events]
            while len(waiting) >= self.bunch:
                yield waiting[: self.bunch]
                waiting = waiting[self.bunch :]
        if waiting:
            yield waiting


@asynccontextmanager
async def proxying(target: str) -> AsyncIterator[Proxy]:
    proxy = Proxy(target)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", proxy.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    proxy.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield proxy
    finally:
        proxy.release.set()
        await runner.cleanup()
