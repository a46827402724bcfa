"""The same frames as server-sent events, for people whose network blocks sockets."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.test import AsyncClient

from accounts.models import User
from generations.live.consumers import crowd
from generations.models import Prediction, Status
from tests.generations.live.conftest import cookie_of, move, until
from webapp.asgi import application

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Prediction]


@pytest.fixture
async def visitor(alice: User) -> AsyncClient:
    client = AsyncClient()
    await client.aforce_login(alice)
    return client


async def _open(visitor: AsyncClient, query: str) -> AsyncIterator[bytes]:
    response = await visitor.get(f"/live/stream/?{query}")
    assert (response.status_code, response["Content-Type"]) == (200, "text/event-stream")
    return aiter(response.streaming_content)


async def _events(stream: AsyncIterator[bytes]) -> list[tuple[str, Any]]:
    """What the stream says until its end, comments left out."""
    found = []
    async for chunk in stream:
        fields = dict(line.split(": ", 1) for line in chunk.decode().splitlines() if line and line[0] != ":")
        found += [(fields["event"], json.loads(fields["data"]))] if fields else []
    return found


async def _first(stream: AsyncIterator[bytes]) -> dict[str, Any]:
    async for chunk in stream:
        if chunk.startswith(b"event: prediction"):
            return json.loads(chunk.decode().split("data: ", 1)[1])
    raise AssertionError("the stream ended without a frame")


async def test_a_stream_sends_the_newest_state_and_ends(
    visitor: AsyncClient, alice: User, make: Make
) -> None:
    """A stream about a prediction that has ended sends its last state and says that it was the last."""
    row = await sync_to_async(make)(alice, seq=5, status=Status.SUCCEEDED)
    found = await _events(await _open(visitor, f"prediction={row.pk}&have={row.pk}:2"))
    frame = {"id": row.pk, "seq": 5, "status": "succeeded", "html": f"{row.pk} 5"}
    assert found == [("prediction", frame), ("end", {})]


async def test_what_a_page_has_is_not_sent(visitor: AsyncClient, alice: User, make: Make) -> None:
    """A page that has the last state is told the end, and nothing else."""
    row = await sync_to_async(make)(alice, seq=5, status=Status.SUCCEEDED)
    assert await _events(await _open(visitor, f"prediction={row.pk}&have={row.pk}:5")) == [("end", {})]


async def test_a_nudge_brings_the_next_state(visitor: AsyncClient, alice: User, make: Make) -> None:
    """As soon as a row moves, its page has the new state."""
    row = await sync_to_async(make)(alice)
    stream = await _open(visitor, f"person=1&have={row.pk}:0")
    assert await anext(stream) == b": here\n\n"
    seq = await move(row, status=Status.PROCESSING)
    assert (await _first(stream))["seq"] == seq
    await stream.aclose()


async def test_foreign_ids_are_never_shown(visitor: AsyncClient, alice: User, bob: User, make: Make) -> None:
    """What a page says it has of somebody else is passed over."""
    theirs = await sync_to_async(make)(bob, seq=9)
    mine = await sync_to_async(make)(alice, seq=3)
    stream = await _open(visitor, f"person=1&have={theirs.pk}:0,{mine.pk}:1")
    assert (await _first(stream))["id"] == mine.pk
    await move(theirs)
    seq = await move(mine)
    assert (await _first(stream))["seq"] == seq
    await stream.aclose()


@pytest.mark.parametrize("have", ["nonsense", ":", "a:b:c", "x:-1", "x:99999999999999999999", ",,,"])
async def test_a_strange_have_is_passed_over(
    visitor: AsyncClient, alice: User, make: Make, have: str
) -> None:
    """What a page says it has in another shape counts as having nothing."""
    row = await sync_to_async(make)(alice, seq=1, status=Status.SUCCEEDED)
    found = await _events(await _open(visitor, f"prediction={row.pk}&have={have}"))
    assert [name for name, _ in found] == ["prediction", "end"]


@pytest.mark.parametrize("query", ["", "person=2", "prediction=nothing"])
async def test_there_is_nothing_else_to_watch(visitor: AsyncClient, query: str) -> None:
    """An address that names nothing of the one who asks is not there."""
    assert (await visitor.get(f"/live/stream/?{query}")).status_code == 404


async def test_other_peoples_predictions_are_not_there(visitor: AsyncClient, bob: User, make: Make) -> None:
    """Another person's prediction and a prediction that does not exist are the same answer."""
    theirs = await sync_to_async(make)(bob)
    assert (await visitor.get(f"/live/stream/?prediction={theirs.pk}")).status_code == 404


async def test_a_stream_needs_somebody() -> None:
    """Who has no session watches nothing."""
    assert (await AsyncClient().get("/live/stream/?person=1")).status_code == 404


async def _request(cookie: str) -> ApplicationCommunicator:
    """A stream as the server asks for it, begun."""
    headers = [(b"host", b"testserver"), (b"cookie", cookie.encode())]
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/live/stream/",
        "query_string": b"person=1",
        "headers": headers,
    }
    request = ApplicationCommunicator(application, {**scope, "http_version": "1.1", "scheme": "http"})
    await request.send_input({"type": "http.request", "body": b""})
    return request


async def test_too_many_streams_are_refused(alice: User, settings) -> None:
    """An account has so many pages open and no more; one whose reader goes away makes room."""
    settings.LIMITS = {**settings.LIMITS, "sockets": 1}
    cookie = await sync_to_async(cookie_of)(alice)
    first = await _request(cookie)
    assert (await first.receive_output(timeout=5))["status"] == 200
    assert (await first.receive_output(timeout=5))["body"] == b": here\n\n"
    refused = await (await _request(cookie)).receive_output(timeout=5)
    assert refused["status"] == 429
    await first.send_input({"type": "http.disconnect"})
    await until(lambda: not crowd._people)
