"""The dispatcher against a real engine process, over a good wire and over a bad one."""

import asyncio
import errno
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from generations import queries, storage
from generations.engines import client
from generations.live import dispatcher as dispatchers
from generations.live import reaper
from generations.live.dispatcher import Dispatcher
from generations.models import Engine, Output, Prediction, Preview, Status
from generations.services import claims, invariants, predictions, running
from tests.generations.live.conftest import until
from tests.generations.live.proxy import Proxy, proxying

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

QUICK = {"steps": 6, "step_ms": 20, "width": 64, "height": 64}


@asynccontextmanager
async def dispatching(**how: Any) -> AsyncIterator[Dispatcher]:
    stop, dispatcher = asyncio.Event(), Dispatcher(**how)
    task = asyncio.create_task(dispatcher.run(stop))
    try:
        yield dispatcher
    finally:
        stop.set()
        await asyncio.wait_for(task, 40)


@pytest.fixture
async def wire(echo: str, db: None) -> AsyncIterator[Proxy]:
    """A proxy before the engine, and the engine's row, which names the proxy."""
    async with proxying(echo) as proxy:
        await Engine.objects.acreate(name="one", base_url=proxy.url, token="test-token")
        yield proxy


@pytest.fixture
async def dispatcher(wire: Proxy) -> AsyncIterator[Dispatcher]:
    async with dispatching() as running_one:
        await until(queries.default_version)
        yield running_one


async def send(user: User, **settings: Any) -> Prediction:
    version = await sync_to_async(queries.default_version)()
    asked = {"prompt": "a fox", **QUICK, **settings}
    return await sync_to_async(predictions.create)(user, version, asked)


async def ended(row: Prediction, *, within_s: float = 20.0) -> Prediction:
    """The row at its end, with every promise kept."""
    await until(lambda: Prediction.objects.get(pk=row.pk).is_terminal, within_s=within_s)
    assert await sync_to_async(lambda: list(invariants.broken()))() == []
    return await Prediction.objects.aget(pk=row.pk)


async def test_a_prompt_becomes_outputs(dispatcher: Dispatcher, alice: User) -> None:
    """A prediction in the queue is drawn, stored and published, with every output it asked for."""
    row = await ended(await send(alice, num_outputs=3))
    outputs = [output async for output in Output.objects.filter(prediction=row).order_by("index")]
    assert (row.status, [output.index for output in outputs]) == (Status.SUCCEEDED, [0, 1, 2])
    assert all(default_storage.exists(f"{output.key}/master.png") for output in outputs)
    assert outputs[0].seed == row.seed


BENT = {
    "doubled": {"bend": lambda events: [event for event in events for _ in range(2)]},
    "reordered": {"bend": lambda events: events[::-1], "bunch": 2, "bends": 1},
    "reordered at large": {"bend": lambda events: events[::-1], "bunch": 5, "bends": 1},
    "cut": {"cuts": [0, 1, 2, 3]},
    "cut and replayed": {"cuts": [1, 2, 3, 4], "forgets": True},
    "cut before the end": {"cuts": [9, 1]},
}


@pytest.mark.parametrize("how", BENT.values(), ids=BENT.keys())
async def test_a_bad_wire_changes_nothing(
    wire: Proxy, dispatcher: Dispatcher, alice: User, how: dict
) -> None:
    """Events that come doubled, out of order, again after a cut, or late: the prediction succeeds once, whole."""
    vars(wire).update(how)
    row = await ended(await send(alice, num_outputs=2))
    assert (row.status, row.failures) == (Status.SUCCEEDED, 0)
    assert await Output.objects.filter(prediction=row, is_published=True).acount() == 2
    assert await row.journal.filter(kind=Status.SUCCEEDED).acount() == 1


async def test_a_silent_stream_is_given_up(
    wire: Proxy, dispatcher: Dispatcher, alice: User, monkeypatch
) -> None:
    """A stream that says nothing for too long is given up; what comes late on it changes nothing."""
    monkeypatch.setattr(client, "SILENCE_S", 0.4)
    monkeypatch.setattr(dispatchers, "STUCK_S", 0.1)
    wire.holds = 1
    row = await send(alice)
    await until(lambda: Prediction.objects.filter(pk=row.pk, claim=2).exists())
    wire.release.set()
    row = await ended(row)
    assert (row.status, row.claim, row.failures) == (Status.SUCCEEDED, 2, 1)
    assert await Output.objects.filter(prediction=row).acount() == 1


async def test_a_canceled_one_ends_between_two_steps(dispatcher: Dispatcher, alice: User) -> None:
    """Cancel ends a running prediction soon, without an output."""
    row = await send(alice, steps=100, step_ms=50)
    await until(lambda: Prediction.objects.get(pk=row.pk).step > 0)
    await sync_to_async(predictions.cancel)(row)
    assert (await ended(row, within_s=5)).status == Status.CANCELED


async def test_an_engine_that_does_not_cancel_is_not_waited_for(
    wire: Proxy, dispatcher: Dispatcher, alice: User, monkeypatch
) -> None:
    """When the engine does not answer a cancel, the row ends without it."""
    monkeypatch.setattr(dispatchers, "CANCEL_S", 0.3)
    wire.holds = 1
    row = await send(alice)
    await until(lambda: Prediction.objects.get(pk=row.pk).status == Status.PROCESSING)
    await sync_to_async(predictions.cancel)(row)
    assert (await ended(row, within_s=5)).status == Status.CANCELED


async def test_a_lost_one_that_was_canceled_is_not_run_again(alice: User, engine: Engine, make) -> None:
    """A prediction that a person has canceled ends when its engine is lost; it does not go back to the queue."""
    row = await sync_to_async(make)(alice)
    [row] = await sync_to_async(claims.claim)("north", engine, outputs=4, predictions=1)
    await sync_to_async(predictions.cancel)(await Prediction.objects.aget(pk=row.pk))
    await sync_to_async(running.lose)(row)
    assert (await Prediction.objects.aget(pk=row.pk)).status == Status.CANCELED


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EACCES])
async def test_what_cannot_be_stored_fails_with_a_sentence(
    dispatcher: Dispatcher, alice: User, monkeypatch, number: int
) -> None:
    """A full or broken disk fails the prediction with a sentence, leaves no file, and the next one may succeed."""
    sync, faults = storage.os.fsync, [OSError(number, "no")]

    def broken(descriptor: int) -> None:
        if faults:
            raise faults.pop()
        sync(descriptor)

    monkeypatch.setattr(storage.os, "fsync", broken)
    row = await ended(await send(alice))
    assert row.status == Status.FAILED
    assert "ell whoever runs this site" in row.error
    assert not await sync_to_async(_files)()
    assert (await ended(await send(alice))).status == Status.SUCCEEDED


def _files() -> list[str]:
    folder = default_storage.path("")
    return [str(path) for path in storage.Path(folder).rglob("*") if path.is_file()]


async def test_a_dead_dispatchers_work_is_adopted(wire: Proxy, alice: User, settings, monkeypatch) -> None:
    """When a dispatcher dies and the engine lives on, another resumes the stream: nothing is drawn or counted twice."""
    settings.LEASE_S = 1
    async with dispatching():
        await until(queries.default_version)
    first = Dispatcher()
    task = asyncio.create_task(first.run(asyncio.Event()))
    row = await send(alice, steps=60, step_ms=50)
    await until(lambda: Prediction.objects.get(pk=row.pk).step > 0)
    task.cancel()  # as suddenly as a process ends: nothing is handed over
    await asyncio.gather(task, return_exceptions=True)
    async with dispatching():
        row = await ended(row)
    assert (row.status, row.claim, row.failures) == (Status.SUCCEEDED, 2, 0)
    assert [each.kind async for each in row.journal.order_by("id")] == [
        "created",
        "started",
        "output",
        "succeeded",
    ]


async def test_previews_that_are_none_cost_nothing(wire: Proxy, dispatcher: Dispatcher, alice: User) -> None:
    """An engine whose previews are too large, or no JPEG, still gives its picture; nobody is shown such a preview."""

    def swell(events: list[bytes]) -> list[bytes]:
        return [re.sub(rb'"b64":"[^"]*"', b'"b64":"' + b"QUJD" * 5000 + b'"', event) for event in events]

    wire.bend = swell
    row = await send(alice, steps=8, step_ms=60)
    await until(lambda: Prediction.objects.get(pk=row.pk).step > 2)
    assert not await Preview.objects.filter(prediction=row).aexists()
    row = await ended(row)
    assert (row.status, row.claim, row.failures) == (Status.SUCCEEDED, 1, 0)
    assert not (await Output.objects.aget(prediction=row)).has_timelapse


async def test_an_ordered_stop_returns_what_it_cannot_end(wire: Proxy, alice: User, monkeypatch) -> None:
    """What still runs when the time of a stop is over goes back to the queue, and nothing is counted."""
    monkeypatch.setattr(dispatchers, "STOP_S", 0.2)
    async with dispatching():
        await until(queries.default_version)
        row = await send(alice, steps=100, step_ms=50)
        await until(lambda: Prediction.objects.get(pk=row.pk).step > 0)
    row = await Prediction.objects.aget(pk=row.pk)
    assert (row.status, row.owner, row.failures) == (Status.STARTING, "", 0)


async def test_a_stop_in_the_middle_of_a_claim_leaves_no_lease(wire: Proxy, alice: User, monkeypatch) -> None:
    """What is being claimed at the moment of the stop goes back to the queue too, instead of waiting for a reaper."""
    monkeypatch.setattr(dispatchers, "STOP_S", 0.1)
    claim, is_claiming, may_claim = claims.claim, threading.Event(), threading.Event()

    def late(*args: Any, **how: Any) -> list[Prediction]:
        rows = claim(*args, **how)
        if rows:
            is_claiming.set()
            may_claim.wait(10)
        return rows

    monkeypatch.setattr(claims, "claim", late)
    async with dispatching():
        await until(queries.default_version)
        row = await send(alice, steps=100, step_ms=50)
        await until(is_claiming.is_set)
        asyncio.get_running_loop().call_later(0.3, may_claim.set)
    row = await Prediction.objects.aget(pk=row.pk)
    assert (row.status, row.owner, row.failures) == (Status.STARTING, "", 0)


async def test_a_clock_that_jumps_expires_no_lease(
    wire: Proxy, dispatcher: Dispatcher, alice: User, monkeypatch
) -> None:
    """A wall clock that steps an hour back or forth while a prediction runs costs nothing, and no time is negative."""
    real = timezone.now
    row = await send(alice, steps=20, step_ms=30)
    await until(lambda: Prediction.objects.get(pk=row.pk).step > 0)
    monkeypatch.setattr(timezone, "now", lambda: real() - timedelta(hours=1))
    row = await ended(row)
    assert (row.status, row.claim, row.failures) == (Status.SUCCEEDED, 1, 0)
    assert row.created_at <= row.started_at <= row.completed_at


def test_no_lease_looks_at_the_wall_clock() -> None:
    """The code of leases and of the dispatcher asks no wall clock at all."""
    sources = [storage.Path(module.__file__).read_text() for module in (claims, dispatchers, reaper)]
    assert not [
        word for word in ("time.time", "timezone", "datetime") for source in sources if word in source
    ]


async def test_a_guest_who_signs_in_loses_nothing(dispatcher: Dispatcher, alice: User, guest: User) -> None:
    """A prediction whose guest becomes somebody while it runs ends in that person's gallery."""
    from generations.services import people

    row = await send(guest, steps=20, step_ms=30)
    await until(lambda: Prediction.objects.get(pk=row.pk).step > 0)
    await sync_to_async(people.merge_guest)(guest, into=alice)
    row = await ended(row)
    output = await Output.objects.aget(prediction=row)
    assert (row.status, row.failures, output.user_id) == (Status.SUCCEEDED, 0, alice.pk)


async def test_a_deleted_person_leaves_nothing(dispatcher: Dispatcher, guest: User) -> None:
    """Deleting a person while their prediction runs leaves no row, no file and no error behind."""
    from generations.services import people

    row = await send(guest, steps=10, step_ms=30)
    await until(lambda: Prediction.objects.get(pk=row.pk).step > 0)
    await sync_to_async(people.delete_person)(guest)
    await until(lambda: not dispatcher.flights)
    assert not await sync_to_async(_files)()
