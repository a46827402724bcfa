"""The socket of the desk: numbers for moderators who have shown their second factor, and for nobody else."""

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from accounts import roles
from accounts.models import User
from generations.live.consumers import REFUSED
from generations.models import Prediction, Version
from generations.services import cases
from tests.conftest import sign_in
from tests.generations.live.conftest import closed_with, hear
from webapp.asgi import application

pytestmark = pytest.mark.django_db(transaction=True)


def cookie(user: User, *, is_proved: bool = True) -> str:
    client = Client()
    if is_proved:
        sign_in(client, user)
    else:
        client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def socket_of(cookie: str, *, origin: str = "http://testserver") -> WebsocketCommunicator:
    headers = [(b"host", b"testserver"), (b"cookie", cookie.encode()), (b"origin", origin.encode())]
    socket = WebsocketCommunicator(application, "/live/desk/", headers=headers)
    socket.scope["client"] = ["203.0.113.9", 5000]
    return socket


@pytest.fixture
def moderator() -> User:
    # With the groups that a migration makes: between two tests of this kind the tables are emptied.
    roles.ensure_groups()
    person = User.objects.create_user("desk@example.org", "a quiet amber lamp")
    roles.give(person, roles.Role.MODERATOR, by="site")
    return person


async def test_the_numbers_come_and_move(moderator: User, alice: User, version: Version) -> None:
    """They come at once, and again when a case does."""
    socket = socket_of(await sync_to_async(cookie)(moderator))
    await socket.connect()
    assert (await hear(socket))["serious"] == 0
    row = await Prediction.objects.acreate(user=alice, version=version, input={}, prompt="a fox")
    await sync_to_async(cases.file_signal)(row, kind="report", category="hate")
    assert (await hear(socket))["serious"] == 1
    await socket.disconnect()


async def test_nobody_else_hears_them(moderator: User, alice: User) -> None:
    """Not a member, not a moderator without the second factor, not a page of another site."""
    told = [
        (await sync_to_async(cookie)(alice), "http://testserver"),
        (await sync_to_async(cookie)(moderator, is_proved=False), "http://testserver"),
        (await sync_to_async(cookie)(moderator), "https://elsewhere.example"),
    ]
    for each, origin in told:
        socket = socket_of(each, origin=origin)
        await socket.connect()
        assert await closed_with(socket) == REFUSED
        await socket.disconnect()
