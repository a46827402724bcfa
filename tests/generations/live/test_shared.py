"""A share opened before its picture is ready, through the whole ASGI application: who may watch, and what they hear."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings as django_settings
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import User
from generations.live.consumers import ENDED, REFUSED, crowd
from generations.models import Prediction, Share, Status
from generations.services import doors, shares
from generations.services.shares import Options
from generations.signing import token_of
from tests.generations.live.conftest import Visit, closed_with, hear, move, say

pytestmark = pytest.mark.django_db(transaction=True)

NOBODY = "nothing=1"


@pytest.fixture(autouse=True)
def fragment(own_layer: None, tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "shares"
    folder.mkdir()
    (folder / "_exhibit.html").write_text("{{ exhibit.title }} {{ exhibit.seed }} {{ exhibit.seq }}")


@pytest.fixture
def share_of(alice: User) -> Callable[..., Any]:
    @sync_to_async
    def make(row: Prediction, **options: Any) -> Share:
        return shares.create(alice, row, Options(**options))

    return make


def watch(visit: Visit, share: Share, cookie: str = NOBODY) -> WebsocketCommunicator:
    return visit(f"share={token_of('share', share)}", cookie=cookie)


async def test_nobody_watches_it_develop(visit: Visit, alice: User, make, share_of) -> None:
    """Whoever holds the link sees each step, without an account, until a close with 1000 when it is done."""
    row = await sync_to_async(make)(alice, status=Status.PROCESSING, seq=3)
    share = await share_of(row, shows_prompt=False)
    socket = watch(visit, share)
    await socket.connect()
    await say(socket, **{share.pk: 0})
    first = await hear(socket)
    assert first == {"id": share.pk, "seq": 3, "status": "processing", "html": "None 3"}
    assert row.pk not in json.dumps(first)
    seq = await move(row, step=2)
    assert (await hear(socket))["seq"] == seq
    last = await move(row, status=Status.CANCELED, completed_at=row.created_at)
    assert (await hear(socket))["seq"] == last
    assert await closed_with(socket) == ENDED


async def test_many_watch_one_link(visit: Visit, alice: User, make, share_of, settings) -> None:
    """However many guests watch, each hears everything; only the number from one address is bounded."""
    settings.LIMITS = {**settings.LIMITS, "sockets": 1, "sockets_address": 12}
    row = await sync_to_async(make)(alice, seq=1)
    share = await share_of(row)
    sockets = [watch(visit, share) for _ in range(13)]
    for socket in sockets:
        await socket.connect()
    assert await closed_with(sockets[12]) == REFUSED
    for socket in sockets[:12]:
        await say(socket, **{share.pk: 1})
    seq = await move(row, status=Status.PROCESSING)
    assert {(await hear(socket))["seq"] for socket in sockets[:12]} == {seq}


async def test_watching_is_read_only(visit: Visit, alice: User, make, share_of) -> None:
    """A viewer hears nothing of other predictions, whatever it says that it has."""
    row, other = await sync_to_async(make)(alice, seq=1), await sync_to_async(make)(alice, seq=1)
    share = await share_of(row)
    socket = watch(visit, share)
    await socket.connect()
    await say(socket, **{share.pk: 1, other.pk: 0, row.pk: 0})
    await move(other, status=Status.PROCESSING)
    assert await socket.receive_nothing(timeout=0.3)


async def test_revoked_link_goes_dark(visit: Visit, alice: User, make, share_of) -> None:
    """Taken back, a link shows nothing more to those who are watching, and they cannot come back."""
    row = await sync_to_async(make)(alice, seq=1)
    share = await share_of(row)
    socket = watch(visit, share)
    await socket.connect()
    await say(socket, **{share.pk: 0})
    await hear(socket)
    await sync_to_async(shares.revoke)(share)
    assert await closed_with(socket) == 1011
    again = visit(f"share={share.pk}{'A' * 22}", cookie=NOBODY)
    await again.connect()
    assert await closed_with(again) == REFUSED


async def test_door_is_asked(visit: Visit, alice: User, make, share_of) -> None:
    """With a password the line opens only in a session that has given it."""
    row = await sync_to_async(make)(alice, seq=2)
    share = await share_of(row, password="open sesame")
    shut = watch(visit, share)
    await shut.connect()
    assert await closed_with(shut) == REFUSED
    session = SessionStore()

    @sync_to_async
    def enter() -> None:
        doors.open_door(session, share, password="open sesame", network="here")
        session.save()

    await enter()
    opened = watch(visit, share, cookie=f"{django_settings.SESSION_COOKIE_NAME}={session.session_key}")
    await opened.connect()
    await say(opened)
    assert (await hear(opened))["seq"] == 2


async def test_nothing_of_a_viewer_stays(visit: Visit, alice: User, make, share_of) -> None:
    """A viewer that leaves is counted no more."""
    before = (dict(crowd._people), dict(crowd._addresses))
    share = await share_of(await sync_to_async(make)(alice))
    socket = watch(visit, share)
    await socket.connect()
    await say(socket)
    await socket.disconnect()
    assert (dict(crowd._people), dict(crowd._addresses)) == before


async def test_a_lost_nudge_is_made_up_for(visit: Visit, alice: User, make, share_of, monkeypatch) -> None:
    """What moved unheard is shown with the next sweep."""
    monkeypatch.setattr("generations.live.hub.SWEEP_S", 0.1)
    row = await sync_to_async(make)(alice, seq=1)
    share = await share_of(row)
    socket = watch(visit, share)
    await socket.connect()
    await say(socket, **{share.pk: 1})
    await Prediction.objects.filter(pk=row.pk).aupdate(seq=9)
    assert (await hear(socket))["seq"] == 9
