"""The sender of webhooks in a loop of its own, against a receiver on this machine."""

import asyncio
import ipaddress
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.models import User
from generations.live import sender as senders
from generations.live.sender import Sender
from generations.models import Delivery, Prediction, Version
from tests.contract.receiver import Receiver, receiver

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ear(settings: Any) -> Any:
    settings.OUTGOING_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]
    with receiver() as found:
        yield found


@pytest.fixture
def plan(version: Version) -> Callable[..., Delivery]:
    """plan(user, url): the end of a prediction, to be told."""

    def make(user: User, url: str, **fields: Any) -> Delivery:
        row = Prediction.objects.create(
            user=user,
            version=version,
            source="api",
            input={},
            status="succeeded",
            completed_at=timezone.now(),
            webhook=url,
            api_origin="http://testserver",
        )
        return Delivery.objects.create(prediction=row, user=user, event="completed", url=url, **fields)

    return make


@asynccontextmanager
async def sending(name: str = "one", *, embedded: bool = True) -> AsyncIterator[Sender]:
    sender = Sender(name, embedded=embedded)
    task = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(what: Callable[[], Any], *, within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not await sync_to_async(what)():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_slow_receiver_holds_up_nobody(
    alice: User, bob: User, plan: Callable[..., Delivery], ear: Receiver
) -> None:
    """While one person's receiver says nothing, another's is told; when it is given up is written down."""
    with receiver() as deaf:
        deaf.gate.clear()
        for _ in range(8):
            await sync_to_async(plan)(alice, deaf.url)
        his = await sync_to_async(plan)(bob, ear.url)
        async with sending():
            await until(lambda: Delivery.objects.get(pk=his.pk).status == "delivered")
        assert len(deaf.received) == 4
        deaf.gate.set()


async def test_silence_is_a_failed_try(
    alice: User, plan: Callable[..., Delivery], ear: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver has so many seconds; then the next try is due later."""
    monkeypatch.setattr(senders, "SEND_S", 0.3)
    ear.gate.clear()
    made = await sync_to_async(plan)(alice, ear.url)
    async with sending():
        await until(lambda: "in time" in Delivery.objects.get(pk=made.pk).error)
    made = await Delivery.objects.aget(pk=made.pk)
    assert (made.status, made.sender, made.tries) == ("pending", "", 1)


async def test_ordered_stop_gives_back_what_is_under_way(
    alice: User, plan: Callable[..., Delivery], ear: Receiver
) -> None:
    """It waits for the next sender, and the try does not count."""
    ear.gate.clear()
    made = await sync_to_async(plan)(alice, ear.url)
    async with sending():
        await until(lambda: ear.received)
    made = await Delivery.objects.aget(pk=made.pk)
    assert (made.status, made.sender, made.tries) == ("pending", "", 0)


async def test_what_a_dead_sender_held_is_taken_over(
    alice: User, plan: Callable[..., Delivery], ear: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once where there is one sender; else when nobody has touched it for a while."""
    monkeypatch.setattr(senders, "LOOK_S", 0.1)
    monkeypatch.setattr(senders, "TAKEN_S", 2.5)
    made = await sync_to_async(plan)(alice, ear.url, sender="dead", tries=1)
    async with sending(embedded=False):
        await asyncio.sleep(0.3)
        assert ear.received == []
        await until(lambda: Delivery.objects.get(pk=made.pk).status == "delivered")
    assert [each.id for each in ear.received] == [made.pk]


async def test_what_cannot_be_put_together_stops_nothing(
    alice: User, bob: User, plan: Callable[..., Delivery], ear: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One row that the site cannot show is logged and tried again; the others go."""
    bad = await sync_to_async(plan)(alice, ear.url)
    good = await sync_to_async(plan)(bob, ear.url)
    put_together = senders.deliveries.message

    def message(delivery: Delivery) -> Any:
        if delivery.pk == bad.pk:
            raise ValueError("broken")
        return put_together(delivery)

    monkeypatch.setattr(senders.deliveries, "message", message)
    async with sending():
        await until(lambda: Delivery.objects.get(pk=good.pk).status == "delivered")
        await until(lambda: "could not put" in Delivery.objects.get(pk=bad.pk).error)


@pytest.mark.parametrize("turns", range(4))
async def test_stop_that_comes_with_a_wake_up_is_heard(turns: int) -> None:
    """Something to send, and the order to stop a few turns of the loop later: it stops, unless it was up already."""
    sender = senders.Sender("s", embedded=True)
    resting = asyncio.create_task(sender._rest(60))
    await asyncio.sleep(0)
    sender.wake()
    for _ in range(turns):
        await asyncio.sleep(0)
    is_told = resting.cancel()
    await asyncio.wait([resting])
    assert resting.cancelled() == is_told
