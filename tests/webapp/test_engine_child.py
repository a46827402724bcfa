"""The engine as a child: started again with growing pauses, reported when it crashes on and on."""

import asyncio
import sys
from typing import Any

import pytest
from channels.db import database_sync_to_async

from generations.models import Engine
from generations.services import engines
from webapp import engine_child, env

ENDS = "pass"
SAYS_NONSENSE = "print('hello')"
LIVES = "import json, sys; print(json.dumps({'port': 4711, 'boot': 'b'}), flush=True); sys.stdin.read()"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses are noted and cut short; the list of them."""
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def note(pause_s: float) -> None:
        pauses.append(pause_s)
        await sleep(0)

    monkeypatch.setattr(engine_child.asyncio, "sleep", note)
    return pauses


def program(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(engine_child, "COMMAND", (sys.executable, "-c", code))


async def status() -> str:
    return (await Engine.objects.aget(name=engines.EMBEDDED)).status


async def until(is_so: Any) -> None:
    async with asyncio.timeout(20):
        while not await is_so():  # noqa: ASYNC110 - rows tell nobody when they change
            await asyncio.sleep(0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", [ENDS, SAYS_NONSENSE])
async def test_engine_that_ends_again_and_again_is_reported(
    monkeypatch: pytest.MonkeyPatch, quick: list[float], code: str
) -> None:
    """After five ends within a minute its row says CRASHING; the pauses between grow from half a second on."""
    await database_sync_to_async(engines.record)(name=engines.EMBEDDED, base_url="http://x", token="t")
    program(monkeypatch, code)
    child = engine_child.EngineChild()
    running = asyncio.create_task(child.run())

    async def is_crashing() -> bool:
        return await status() == "CRASHING"

    await until(is_crashing)
    await child.stop()
    await running
    assert [pause_s for pause_s in quick if pause_s][:4] == [0.5, 1.0, 2.0, 4.0]


@pytest.mark.django_db(transaction=True)
async def test_engine_is_made_known_and_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it listens becomes its row, with a token; stop() ends the process."""
    program(monkeypatch, LIVES)
    known = asyncio.Event()
    child = engine_child.EngineChild(changed=known.set)
    running = asyncio.create_task(child.run())
    await asyncio.wait_for(known.wait(), 20)
    row = await Engine.objects.aget(name=engines.EMBEDDED)
    await child.stop()
    await asyncio.wait_for(running, 20)
    assert (row.base_url, row.boot, len(row.token) > 30) == ("http://127.0.0.1:4711", "b", True)


def test_engine_gets_no_secret_of_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child's environment has its token, and none of the site's secrets."""
    for name in env.SECRETS:
        monkeypatch.setenv(name, "secret")
    found = engine_child._environment("token")
    assert found["SAFELIGHT_ENGINE_TOKEN"] == "token"
    assert "secret" not in found.values()
