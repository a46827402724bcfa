"""A text on its way: from an engine that writes to rows, through bad wires and second runs, to its readers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from generations import queries
from generations.live import flight
from generations.live.dispatcher import Dispatcher
from generations.models import Chunk, ChunkKind, Engine, Prediction, Status
from generations.services import invariants, predictions, running
from tests.generations.live.conftest import until
from tests.generations.live.proxy import Proxy, proxying

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@asynccontextmanager
async def dispatching() -> AsyncIterator[Dispatcher]:
    stop, dispatcher = asyncio.Event(), Dispatcher()
    task = asyncio.create_task(dispatcher.run(stop))
    try:
        yield dispatcher
    finally:
        stop.set()
        await asyncio.wait_for(task, 40)


@pytest.fixture
async def wire(scribe: str, db: None) -> AsyncIterator[Proxy]:
    async with proxying(scribe) as proxy:
        await Engine.objects.acreate(name="one", base_url=proxy.url, token="test-token")
        yield proxy


@pytest.fixture
async def dispatcher(wire: Proxy) -> AsyncIterator[Dispatcher]:
    async with dispatching() as running_one:
        await until(queries.default_version)
        yield running_one


async def send(user: User, **settings: int) -> Prediction:
    version = await sync_to_async(queries.default_version)()
    asked = {"prompt": "a fox", "words": 40, "pace": 200, "seed": 4, **settings}
    return await sync_to_async(predictions.create)(user, version, asked)


async def ended(row: Prediction) -> Prediction:
    await until(lambda: Prediction.objects.get(pk=row.pk).is_terminal)
    assert await sync_to_async(lambda: list(invariants.broken()))() == []
    return await Prediction.objects.aget(pk=row.pk)


async def pieces(row: Prediction) -> list[str]:
    chunks = Chunk.objects.filter(prediction=row, kind=ChunkKind.OUTPUT).order_by("pk")
    return [data async for data in chunks.values_list("data", flat=True)]


async def test_a_prompt_becomes_a_text(dispatcher: Dispatcher, alice: User) -> None:
    """Every word is a piece of its own, in order; the row has them all at the end, and the log a line a step."""
    row = await ended(await send(alice))
    assert (row.status, row.outputs_asked, len(row.output_json)) == (Status.SUCCEEDED, 0, 40)
    assert row.output_json == await pieces(row)
    log = (await sync_to_async(queries.logs_of)([row]))[row.pk]
    assert log.count("it/s]\n") == 40
    assert "100%|██████████| 40/40" in log.splitlines()[-1]


async def test_it_costs_no_more_writes_than_progress_does(dispatcher: Dispatcher, alice: User) -> None:
    """A word a write would be forty: they come together, four times a second at most, with their log."""
    row = await ended(await send(alice))
    assert row.seq < 12
    seqs = Chunk.objects.filter(prediction=row, kind=ChunkKind.LOG).values_list("seq", flat=True)
    assert len([seq async for seq in seqs]) < 8


async def test_it_can_be_read_while_it_is_written(dispatcher: Dispatcher, alice: User) -> None:
    """Long before the end a page has the beginning, in seq's own order."""
    row = await send(alice, words=400, pace=50)
    await until(lambda: len(queries.snapshot(Prediction.objects.get(pk=row.pk)).text) > 20)
    early = (await sync_to_async(queries.texts_of)([row]))[row.pk]
    assert not (await Prediction.objects.aget(pk=row.pk)).is_terminal
    await sync_to_async(predictions.cancel)(row)
    row = await ended(row)
    assert row.status == Status.CANCELED
    assert "".join(row.output_json).startswith(early)


BENT = {
    "doubled": {"bend": lambda events: [event for event in events for _ in range(2)]},
    "reordered": {"bend": lambda events: events[::-1], "bunch": 2, "bends": 1},
    "cut": {"cuts": [0, 4, 9, 30]},
    "cut and replayed": {"cuts": [3, 10, 25], "forgets": True},
}


@pytest.mark.parametrize("how", BENT.values(), ids=BENT.keys())
async def test_a_bad_wire_doubles_and_loses_no_word(
    wire: Proxy, dispatcher: Dispatcher, alice: User, how: dict
) -> None:
    """Events doubled, turned round, cut off, told again: the text is the one that a good wire brings."""
    whole = (await ended(await send(alice))).output_json
    vars(wire).update(how)
    row = await ended(await send(alice))
    assert (row.status, row.output_json, await pieces(row)) == (Status.SUCCEEDED, whole, whole)


async def test_a_second_run_goes_on_where_the_first_was_lost(dispatcher: Dispatcher, alice: User) -> None:
    """What readers have is never said again: the run that begins anew adds what comes next."""
    row = await send(alice, words=60, pace=40)
    await until(lambda: Chunk.objects.filter(prediction=row, kind=ChunkKind.OUTPUT).count() > 5)
    aloft = dispatcher.flights[row.pk]
    await sync_to_async(running.lose)(aloft.row, fault=True)
    row = await ended(row)
    assert (row.status, row.claim, row.failures) == (Status.SUCCEEDED, 2, 1)
    assert await pieces(row) == row.output_json
    assert len(row.output_json) == 60


async def test_a_text_without_end_is_stopped(dispatcher: Dispatcher, alice: User, monkeypatch) -> None:
    """More than is kept ends the prediction with a sentence; what there is can be read."""
    monkeypatch.setattr(flight, "TEXT_MAX", 60)
    row = await ended(await send(alice))
    assert (row.status, row.error_code) == (Status.FAILED, "text_too_long")
    assert 0 < len("".join(row.output_json)) <= 60


async def test_a_log_without_end_is_cut(dispatcher: Dispatcher, alice: User, monkeypatch) -> None:
    """The prediction goes on, and the log says that it ends early."""
    monkeypatch.setattr(flight, "LOG_MAX", 100)
    row = await ended(await send(alice))
    log = (await sync_to_async(queries.logs_of)([row]))[row.pk]
    assert row.status == Status.SUCCEEDED
    assert len(log) < 200
    assert log.endswith("The log is too long, and ends here.\n")
