"""The socket of a page, through the whole ASGI application: who may open it, what it is sent, when it ends."""

import json
from collections.abc import Callable

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings

from accounts.models import User
from generations.ids import new_id
from generations.live.consumers import ENDED, MESSAGES_BURST, REFUSED, TEXT_MAX, crowd
from generations.models import Prediction, Status
from tests.generations.live.conftest import Visit, closed_with, cookie_of, hear, move, say

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Prediction]


@pytest.mark.parametrize(
    "origin", ["http://elsewhere.example", "", "null", "http://testserver.example", "http://["]
)
async def test_a_page_of_another_site_is_refused(visit: Visit, origin: str) -> None:
    """A socket whose Origin is not this very site, or is missing, is closed for good."""
    socket = visit("person=1", origin=origin)
    await socket.connect()
    assert await closed_with(socket) == REFUSED


async def test_a_listed_origin_is_welcome(visit: Visit, settings, alice: User, make: Make) -> None:
    """A page of an origin that the settings list is served like one of our own."""
    settings.CSRF_TRUSTED_ORIGINS = ["https://studio.example"]
    await sync_to_async(make)(alice)
    socket = visit("person=1", origin="https://studio.example")
    await socket.connect()
    await say(socket)
    assert (await hear(socket))["status"] == "starting"


@pytest.mark.parametrize(
    "cookie", ["nothing=1", f"{django_settings.SESSION_COOKIE_NAME}=of-a-deleted-session"]
)
async def test_nobody_watches_nothing(visit: Visit, cookie: str) -> None:
    """Who has no session, or one that is gone, is refused for good."""
    socket = visit("person=1", cookie=cookie)
    await socket.connect()
    assert await closed_with(socket) == REFUSED


async def test_somebody_elses_prediction_is_refused(visit: Visit, bob: User, make: Make) -> None:
    """Another person's prediction cannot be watched."""
    theirs = await sync_to_async(make)(bob)
    socket = visit(f"prediction={theirs.pk}")
    await socket.connect()
    assert await closed_with(socket) == REFUSED


WISHES = {
    "nothing": "",
    "another word": "person=2",
    "not there": f"prediction={new_id()}",
    "no id": "prediction=..%2F",
    "too many": "prediction=" + "&prediction=".join("a" * 51),
    "too many words": "a&" * 1001,
}


@pytest.mark.parametrize("query", WISHES.values(), ids=WISHES.keys())
async def test_a_wish_that_cannot_be_met_is_refused(visit: Visit, query: str) -> None:
    """An address that asks for nothing, for too much or for what is not there closes the socket for good."""
    socket = visit(query)
    await socket.connect()
    assert await closed_with(socket) == REFUSED


WRONG = {
    "binary": {"bytes_data": b"\x00\x01"},
    "oversized": {"text_data": json.dumps({"have": {"a" * TEXT_MAX: 1}})},
    "no json": {"text_data": "{have"},
    "a list": {"text_data": "[]"},
    "no have": {"text_data": '{"want": {}}'},
    "have a list": {"text_data": '{"have": ["a"]}'},
    "seq a word": {"text_data": '{"have": {"a": "1"}}'},
    "seq a truth": {"text_data": '{"have": {"a": true}}'},
    "seq too long": {"text_data": '{"have": {"a": %s}}' % ("9" * 5000)},
    "deep": {"text_data": "[" * 8000 + "]" * 8000},
    "too many": {"text_data": json.dumps({"have": {str(n): 1 for n in range(201)}})},
    "blank": {"text_data": " "},
}


@pytest.mark.parametrize("message", WRONG.values(), ids=WRONG.keys())
async def test_a_message_of_another_shape_ends_the_socket(visit: Visit, message: dict) -> None:
    """Whatever is not {"have": {id: seq}} closes the socket for good, and breaks nothing."""
    socket = visit("person=1")
    await socket.connect()
    await socket.send_to(**message)
    assert await closed_with(socket) == REFUSED


async def test_a_flood_ends_the_socket(visit: Visit) -> None:
    """A socket that says far more than a page has to say is closed for good."""
    socket = visit("person=1")
    await socket.connect()
    for _ in range(MESSAGES_BURST + 20):
        await say(socket)
    assert await closed_with(socket) == REFUSED


async def test_a_page_catches_up(visit: Visit, alice: User, make: Make) -> None:
    """What the page has in an older state comes at once, as a frame of the newest."""
    row = await sync_to_async(make)(alice, seq=7)
    socket = visit(f"prediction={row.pk}")
    await socket.connect()
    await say(socket, **{row.pk: 3})
    frame = await hear(socket)
    assert frame == {"id": row.pk, "seq": 7, "status": "starting", "html": f"{row.pk} 7"}


async def test_what_a_page_has_is_not_sent(visit: Visit, alice: User, make: Make) -> None:
    """A frame that is not newer than what the page has is never sent."""
    row = await sync_to_async(make)(alice, seq=7)
    socket = visit("person=1")
    await socket.connect()
    await say(socket, **{row.pk: 7})
    assert await socket.receive_nothing(timeout=0.3)


async def test_a_page_that_says_nothing_is_sent_all(visit: Visit, alice: User, make: Make) -> None:
    """Who does not say what it has is sent what is under way."""
    row = await sync_to_async(make)(alice)
    socket = visit("person=1")
    await socket.connect()
    assert (await hear(socket))["id"] == row.pk


async def test_a_nudge_brings_the_next_state(visit: Visit, alice: User, make: Make) -> None:
    """As soon as a row moves, its page has the new state."""
    row = await sync_to_async(make)(alice)
    socket = visit(f"prediction={row.pk}")
    await socket.connect()
    await say(socket, **{row.pk: 0})
    seq = await move(row, status=Status.PROCESSING)
    assert (await hear(socket))["seq"] == seq


async def test_a_new_prediction_reaches_the_studio(visit: Visit, alice: User, make: Make) -> None:
    """A page about a person hears of a prediction that was made after it was opened."""
    socket = visit("person=1")
    await socket.connect()
    await say(socket)
    row = await sync_to_async(make)(alice)
    await move(row)
    assert (await hear(socket))["id"] == row.pk


async def test_others_hear_nothing(visit: Visit, alice: User, bob: User, make: Make) -> None:
    """A page hears nothing of what another person makes, whatever it says it has."""
    theirs = await sync_to_async(make)(bob)
    socket = visit("person=1")
    await socket.connect()
    await say(socket, **{theirs.pk: 0})
    await move(theirs, status=Status.PROCESSING)
    assert await socket.receive_nothing(timeout=0.3)


@pytest.mark.parametrize("has", [0, 5])
async def test_the_socket_ends_with_its_prediction(visit: Visit, alice: User, make: Make, has: int) -> None:
    """Once the page has the last state of what it is about, the socket is closed and need not come back."""
    row = await sync_to_async(make)(alice, seq=5, status=Status.SUCCEEDED)
    socket = visit(f"prediction={row.pk}")
    await socket.connect()
    await say(socket, **{row.pk: has})
    last = [await socket.receive_output(timeout=5)]
    last += [await socket.receive_output(timeout=5)] if has < 5 else []
    assert (last[-1]["type"], last[-1]["code"]) == ("websocket.close", ENDED)


async def test_the_studio_stays_open(visit: Visit, alice: User, make: Make) -> None:
    """A page about a person stays open when everything has ended."""
    row = await sync_to_async(make)(alice)
    socket = visit("person=1")
    await socket.connect()
    await say(socket, **{row.pk: 0})
    await move(row, status=Status.CANCELED, completed_at=row.created_at)
    assert (await hear(socket))["status"] == "canceled"
    assert await socket.receive_nothing(timeout=0.3)


@pytest.mark.parametrize("limit", ["sockets", "sockets_address"])
async def test_too_many_sockets_are_refused(visit: Visit, settings, limit: str) -> None:
    """An account, and an address, has so many sockets and no more; one that is closed makes room."""
    settings.LIMITS = {**settings.LIMITS, limit: 2}
    first, second, third, fourth = (visit("person=1") for _ in range(4))
    await first.connect()
    await second.connect()
    await third.connect()
    assert await closed_with(third) == REFUSED
    await first.disconnect()
    await fourth.connect()
    assert await fourth.receive_nothing(timeout=0.2)


async def test_nothing_of_a_socket_stays(visit: Visit, alice: User, make: Make) -> None:
    """A socket that ends, however it does, is counted no more."""
    before = (dict(crowd._people), dict(crowd._addresses))
    row = await sync_to_async(make)(alice)
    good, wrong = visit(f"prediction={row.pk}"), visit("person=1")
    await good.connect()
    await wrong.connect()
    await wrong.send_to(text_data="{")
    await closed_with(wrong)
    await good.disconnect()
    await wrong.disconnect()
    assert (dict(crowd._people), dict(crowd._addresses)) == before


async def test_bobs_cookie_opens_bobs_pages(visit: Visit, bob: User, make: Make) -> None:
    """The session of the socket says whose pages it may watch."""
    row = await sync_to_async(make)(bob, seq=2)
    socket = visit(f"prediction={row.pk}", cookie=await sync_to_async(cookie_of)(bob))
    await socket.connect()
    await say(socket)
    assert (await hear(socket))["seq"] == 2
