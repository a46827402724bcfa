"""A page that is open when its person signs out, here or everywhere: its line ends with the sign-in."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.db import connections
from django.test import AsyncClient, Client

from accounts.models import User
from generations.live import hub as hubs
from tests.security.conftest import Things
from webapp.asgi import application

pytestmark = pytest.mark.django_db(transaction=True)

COME_BACK, REFUSED = 1011, 4403
COOKIE = settings.SESSION_COOKIE_NAME


@pytest.fixture(autouse=True)
async def quick_hub(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setattr(hubs, "SWEEP_S", 0.05)
    channel_layers.backends.clear()
    yield
    await hubs.hub().close()
    await sync_to_async(connections.close_all)()


@pytest.fixture
async def line(
    alice: User, things_of: Callable[..., Things], client_of: Callable[[User], Client]
) -> AsyncIterator[tuple[WebsocketCommunicator, Client]]:
    """The socket of alice's open page, which has been sent what she has waiting, and her browser."""
    await sync_to_async(things_of)(alice)
    browser = await sync_to_async(client_of)(alice)
    socket = open_line(browser.cookies[COOKIE].value)
    await socket.connect()
    await socket.send_to(text_data='{"have": {}}')
    assert json.loads(await socket.receive_from(timeout=5))["status"] == "starting"
    yield socket, browser
    await socket.disconnect()


def open_line(session: str) -> WebsocketCommunicator:
    headers = [(b"host", b"testserver"), (b"origin", b"http://testserver")]
    headers += [(b"cookie", f"{COOKIE}={session}".encode())]
    return WebsocketCommunicator(application, "/live/?person=1", headers=headers)


async def how_it_closes(socket: WebsocketCommunicator) -> int:
    message = await socket.receive_output(timeout=5)
    return message["code"]


def switch_off(browser: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


def sign_out(browser: Client, person: User) -> None:
    browser.post("/account/logout/")


def sign_out_elsewhere(browser: Client, person: User) -> None:
    other = Client()
    other.force_login(person)
    other.post("/account/sign-out-everywhere/")


def delete(browser: Client, person: User) -> None:
    User.objects.get(pk=person.pk).delete()


WAYS = [sign_out, sign_out_elsewhere, switch_off, delete]


@pytest.mark.parametrize("leave", WAYS, ids=lambda way: way.__name__)
async def test_line_ends_with_the_sign_in(
    line: tuple[WebsocketCommunicator, Client], alice: User, leave: Callable[[Client, User], None]
) -> None:
    """Within one sweep the socket of a page that is nobody's any more is closed, and its cookie opens no other."""
    socket, browser = line
    session = browser.cookies[COOKIE].value
    await sync_to_async(leave)(browser, alice)
    assert await how_it_closes(socket) == COME_BACK
    again = open_line(session)
    await again.connect()
    assert await how_it_closes(again) == REFUSED


async def test_line_of_who_stays_is_kept(line: tuple[WebsocketCommunicator, Client], bob: User) -> None:
    """Another person's sign-out closes nobody else's line."""
    socket, browser = line
    await sync_to_async(sign_out_elsewhere)(browser, bob)
    assert await socket.receive_nothing(timeout=0.3)


async def test_stream_ends_with_the_sign_in(alice: User, things_of: Callable[..., Things]) -> None:
    """The stand-in for the socket ends as well, without the word that nothing more is to come."""
    await sync_to_async(things_of)(alice)
    browser = AsyncClient()
    await browser.aforce_login(alice)
    pieces = aiter((await browser.get("/live/stream/?person=1")).streaming_content)
    heard = [await anext(pieces), await anext(pieces)]
    await sync_to_async(sign_out_elsewhere)(Client(), alice)
    async with asyncio.timeout(5):
        heard += [piece async for piece in pieces]
    assert [piece.partition(b"\n")[0] for piece in heard] == [b": here", b"event: prediction"]
