"""Waiting in the event loop for a prediction: by its nudges, and by the rows where those are lost."""

import asyncio
import time

import pytest
from channels.layers import get_channel_layer

from generations import events, listening
from generations.events import prediction_group

ID = "0" * 26


@pytest.fixture(autouse=True)
def slow_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that only a nudge makes it look again soon."""
    monkeypatch.setattr(listening, "LOOK_S", 30.0)


class Row:
    def __init__(self) -> None:
        self.is_over = False
        self.looks = 0

    def look(self) -> bool:
        self.looks += 1
        return self.is_over


def wait_for(row: Row, *, within_s: float = 10.0) -> "asyncio.Task[str]":
    waiting = listening.until(
        ID, row.look, then=lambda: "ended" if row.is_over else "late", within_s=within_s
    )
    return asyncio.create_task(waiting)


async def looked(row: Row, times: int) -> None:
    async with asyncio.timeout(5):
        while row.looks < times:  # noqa: ASYNC110 - it is counted in another thread
            await asyncio.sleep(0.01)


async def test_a_nudge_ends_the_wait() -> None:
    row = Row()
    task = wait_for(row)
    await looked(row, 1)
    row.is_over = True
    began = time.monotonic()
    await events.nudge(ID, 1, seq=1)
    assert await task == "ended"
    assert time.monotonic() - began < 2


async def test_a_nudge_of_a_step_does_not() -> None:
    row = Row()
    task = wait_for(row, within_s=1.5)
    await looked(row, 1)
    await events.nudge(ID, 1, seq=1)
    await looked(row, 2)
    assert await task == "late"


async def test_without_nudges_the_row_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "LOOK_S", 0.1)
    row = Row()
    task = wait_for(row)
    await looked(row, 2)
    row.is_over = True
    assert await task == "ended"


async def test_what_is_over_waits_for_nothing() -> None:
    row = Row()
    row.is_over = True
    assert await wait_for(row) == "ended"
    assert row.looks == 1


async def test_a_crowd_waits_for_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where too many wait, the next is answered at once."""
    monkeypatch.setattr(listening, "MOST", 1)
    row = Row()
    first = wait_for(row)
    await looked(row, 1)
    began = time.monotonic()
    assert await wait_for(row) == "late"
    assert time.monotonic() - began < 2
    first.cancel()


async def test_who_leaves_leaves_nothing_behind() -> None:
    row = Row()
    task = wait_for(row)
    await looked(row, 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert prediction_group(ID) not in get_channel_layer().groups
    assert asyncio.get_running_loop() not in listening._rooms


async def test_a_layer_that_is_away_costs_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        async def new_channel(self, prefix: str) -> str:
            raise ConnectionError("away")

    monkeypatch.setattr(listening, "get_channel_layer", lambda: Away())
    monkeypatch.setattr(listening, "LOOK_S", 0.1)
    monkeypatch.setattr(listening, "JOIN_S", 0.05)
    row = Row()
    task = wait_for(row)
    await looked(row, 2)
    row.is_over = True
    assert await task == "ended"
