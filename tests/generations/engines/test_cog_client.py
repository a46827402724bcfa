"""A stock Cog server, as this project has seen one behave, driven as an engine."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from generations.engines.client import open_session
from generations.engines.cog_client import CogClient
from generations.errors import EngineAway, EngineBusy, EngineRefused, EngineUnavailable
from inference.protocol import Completed, Event, Logged, Produced, Started

PICTURE = "data:image/png;base64,AAAA"


class Cog:
    """One slot, no word until the end; a connection that is cut ends the run."""

    def __init__(self) -> None:
        self.cancels: dict[str, asyncio.Event] = {}
        self.cut: list[str] = []
        self.began = asyncio.Event()

    async def put(self, request: web.Request) -> web.StreamResponse:
        id, prompt = request.match_info["id"], (await request.json())["input"]["prompt"]
        refusals = {"busy": 409, "away": 503, "wrong": 422, "still": 202}
        if prompt in refusals:
            return web.json_response({"detail": f"It is {prompt}."}, status=refusals[prompt])
        if prompt == "nonsense":
            return web.Response(text="<html>")
        if prompt == "slow":
            return await self._slow(id)
        body: dict[str, Any] = {
            "id": id,
            "status": "succeeded",
            "logs": "50%|#| 1/2\n",
            "metrics": {"predict_time": 1},
        }
        if prompt == "fail":
            return web.json_response({**body, "status": "failed", "error": "It says no.", "output": None})
        outputs = {"one": PICTURE, "data": {"a": 1}, "words": ["a", " fox"]}
        return web.json_response({**body, "output": outputs.get(prompt, [PICTURE, PICTURE])})

    async def _slow(self, id: str) -> web.StreamResponse:
        event = self.cancels[id] = asyncio.Event()
        self.began.set()
        try:
            await asyncio.wait_for(event.wait(), 20)
        except asyncio.CancelledError:
            self.cut.append(id)
            raise
        return web.json_response({"id": id, "status": "canceled", "output": None, "logs": ""})

    async def cancel(self, request: web.Request) -> web.Response:
        event = self.cancels.get(request.match_info["id"])
        if event is None:
            return web.json_response({}, status=404)
        event.set()
        return web.json_response({})

    async def health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "READY", "setup": {"started_at": "2026-01-31T12:00:00+00:00"}})


@pytest.fixture
def cog() -> Cog:
    return Cog()


@pytest.fixture
async def client(cog: Cog) -> AsyncIterator[CogClient]:
    app = web.Application()
    app.add_routes(
        [
            web.put("/predictions/{id}", cog.put),
            web.post("/predictions/{id}/cancel", cog.cancel),
            web.get("/health-check", cog.health),
        ]
    )
    server = TestServer(app, handler_cancellation=True)
    await server.start_server()
    async with open_session() as session:
        yield CogClient(session, str(server.make_url("/")), token="")
    await server.close()


async def run(client: CogClient, prompt: str) -> list[tuple[int, Event]]:
    stream = client.stream("p1", input={"prompt": prompt}, version="v", claim=1, solo=False, after=0)
    return [event async for batch in stream for event in batch]


async def test_a_run_is_told_as_our_own_engine_tells_it(client: CogClient) -> None:
    """Numbers rise by one: it starts, what it printed, its pictures in their order, the end."""
    assert await run(client, "two") == [
        (1, Started("p1")),
        (2, Logged("50%|#| 1/2\n", "stderr")),
        (3, Produced(PICTURE, 0)),
        (4, Produced(PICTURE, 1)),
        (5, Completed("p1", "succeeded", [PICTURE, PICTURE], None, {"predict_time": 1})),
    ]


@pytest.mark.parametrize(("prompt", "chunks"), [("one", [PICTURE]), ("words", ["a", " fox"]), ("data", [])])
async def test_outputs_of_every_shape(client: CogClient, prompt: str, chunks: list[str]) -> None:
    """One address, a list of words, or data that is neither, which stands in the end alone."""
    events = [event for _, event in await run(client, prompt)]
    assert [each.chunk for each in events if isinstance(each, Produced)] == chunks
    assert isinstance(events[-1], Completed)
    assert events[-1].output is not None


async def test_a_failure_is_the_models(client: CogClient) -> None:
    """Cog answers 200 for it."""
    events = [event for _, event in await run(client, "fail")]
    assert events[-1] == Completed("p1", "failed", None, "It says no.", {"predict_time": 1})


@pytest.mark.parametrize(
    ("prompt", "error"),
    [
        ("busy", EngineBusy),
        ("still", EngineBusy),
        ("away", EngineAway),
        ("wrong", EngineRefused),
        ("nonsense", EngineUnavailable),
    ],
)
async def test_what_is_refused_never_starts(client: CogClient, prompt: str, error: type[Exception]) -> None:
    """A full or absent server, one that still has it, an input that it does not take, an answer that is none."""
    stream = client.stream("p1", input={"prompt": prompt}, version="v", claim=1, solo=False, after=0)
    with pytest.raises(error):
        await anext(stream)


async def test_cancel_ends_a_run(client: CogClient, cog: Cog) -> None:
    """It is told by another call; the first one answers that it was canceled. What it does not know says so."""
    running = asyncio.create_task(run(client, "slow"))
    await cog.began.wait()
    assert await client.cancel("p1") is True
    assert (await running)[-1][1] == Completed("p1", "canceled", None, None, {})
    assert await client.cancel("p2") is False


async def test_who_stops_listening_stops_the_run(client: CogClient, cog: Cog) -> None:
    """The connection is cut, so that the server is free again."""
    stream = client.stream("p1", input={"prompt": "slow"}, version="v", claim=1, solo=False, after=0)
    assert await anext(stream) == []
    assert await anext(stream) == [(1, Started("p1"))]
    await stream.aclose()
    for _ in range(200):
        if cog.cut:
            break
        await asyncio.sleep(0.02)
    assert cog.cut == ["p1"]


async def test_a_process_is_known_by_its_setup(client: CogClient) -> None:
    assert (await client.health())["boot"] == "2026-01-31T12:00:00+00:00"
