"""A version, predictions in any state, pages that watch them, and a real engine for the dispatcher."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.db import connections
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.models import User
from generations import events
from generations.live import hub as hubs
from generations.models import TERMINAL, Engine, Prediction, RegisteredModel, Version
from webapp.asgi import application

FRAGMENT = """{{ snapshot.prediction.pk }} {{ snapshot.prediction.seq }}"""
TREE = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def own_layer(plain_site: None, settings: Any, tmp_path: Path) -> None:
    """A channel layer of this test, and a fragment that says no more than the promise needs."""
    folder = tmp_path / "templates" / "generations"
    folder.mkdir(parents=True)
    (folder / "_prediction.html").write_text(FRAGMENT)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [folder.parent]}]
    channel_layers.backends.clear()


@pytest.fixture(autouse=True)
async def own_hub() -> AsyncIterator[None]:
    yield
    await hubs.hub().close()
    await sync_to_async(connections.close_all)()


@pytest.fixture
def version(db: None) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name="test")
    return Version.objects.create(id="a" * 64, model=model, schema={"type": "object", "properties": {}})


@pytest.fixture
def engine(version: Version) -> Engine:
    engine = Engine.objects.create(name="one", base_url="http://127.0.0.1:9", boot="b1", slots_max=4)
    engine.versions.add(version)
    return engine


@pytest.fixture
def make(version: Version) -> Callable[..., Prediction]:
    """make(user, **fields): a prediction, waiting unless the fields say otherwise."""

    def build(user: User, **fields: Any) -> Prediction:
        ended = {"completed_at": timezone.now()} if fields.get("status") in TERMINAL else {}
        told = {"input": {"prompt": "a fox"}, "prompt": "a fox", **ended, **fields}
        return Prediction.objects.create(user=user, version=version, **told)

    return build


def cookie_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


Visit = Callable[..., WebsocketCommunicator]


@pytest.fixture
async def visit(alice: User) -> AsyncIterator[Visit]:
    """visit(query, user=alice, origin=…): a page's socket, not connected yet; every one is closed after the test."""
    opened: list[WebsocketCommunicator] = []
    cookies = {alice.pk: await sync_to_async(cookie_of)(alice)}

    def build(
        query: str, *, origin: str = "http://testserver", cookie: str | None = None
    ) -> WebsocketCommunicator:
        headers = [(b"host", b"testserver"), (b"cookie", (cookie or cookies[alice.pk]).encode())]
        headers += [(b"origin", origin.encode())] if origin else []
        socket = WebsocketCommunicator(application, f"/live/?{query}", headers=headers)
        socket.scope["client"] = ["203.0.113.9", 5000]
        opened.append(socket)
        return socket

    yield build
    for socket in opened:
        await socket.disconnect()


async def say(socket: WebsocketCommunicator, **have: int) -> None:
    """What a page says at once: what it has."""
    await socket.send_to(text_data=json.dumps({"have": have}))


async def hear(socket: WebsocketCommunicator) -> dict[str, Any]:
    return json.loads(await socket.receive_from(timeout=5))


async def closed_with(socket: WebsocketCommunicator) -> int:
    """The code of the close that comes next."""
    message = await socket.receive_output(timeout=5)
    assert message["type"] == "websocket.close"
    return message["code"]


async def move(row: Prediction, **changes: Any) -> int:
    """Change a row as a service does: its seq rises, and whoever watches is nudged. The new seq."""
    await Prediction.objects.filter(pk=row.pk).aupdate(seq=F("seq") + 1, **changes)
    seq = await Prediction.objects.values_list("seq", flat=True).aget(pk=row.pk)
    await events.nudge(row.pk, row.user_id, seq=seq)
    return seq


async def until(what: Callable[[], Any], *, within_s: float = 20.0) -> Any:
    """What `what` gives, a function that reads rows, as soon as it is true."""
    deadline = asyncio.get_running_loop().time() + within_s
    while not (found := await sync_to_async(what)()):
        assert asyncio.get_running_loop().time() < deadline, f"not within {within_s} s"
        await asyncio.sleep(0.02)
    return found


@pytest.fixture(scope="session")
def echo() -> Iterator[str]:
    """The address of an engine process that has loaded `safelight/echo`."""
    with _engine("safelight/echo") as address:
        yield address


@pytest.fixture(scope="session")
def scribe() -> Iterator[str]:
    """And of one whose model writes."""
    with _engine("safelight/scribe") as address:
        yield address


@contextmanager
def _engine(models: str) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "inference", "--models", models, "--die-with-stdin"],
        cwd=TREE,
        env={**os.environ, "SAFELIGHT_ENGINE_TOKEN": "test-token"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
    process.stdin.close()
    process.wait(timeout=10)
    process.stdout.close()
