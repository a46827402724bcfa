"""The hub: one read and one render for all who look on, and nothing missed when nudges get lost."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import DatabaseError

from accounts.models import User
from generations import events
from generations.live import hub as hubs
from generations.live.hub import Frame, Watcher, hub
from generations.live.recent import FRESH_S, Recent
from generations.models import Prediction, Status
from tests.generations.live.conftest import move, until

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Prediction]


async def _watch(row: Prediction) -> Watcher:
    watcher = Watcher([events.prediction_group(row.pk)], sent={row.pk: row.seq})
    await hub().join(watcher)
    return watcher


async def _next(watcher: Watcher) -> Frame:
    [frame] = await asyncio.wait_for(watcher.take(), 5)
    return frame


async def test_one_nudge_is_rendered_once(alice: User, make: Make, monkeypatch) -> None:
    """However many pages look on, a nudge is rendered once, and all are given the same frame."""
    row = await sync_to_async(make)(alice)
    rendered = []
    render = hubs.render_to_string
    monkeypatch.setattr(hubs, "render_to_string", lambda *args: rendered.append(args) or render(*args))
    watchers = [await _watch(row) for _ in range(50)]
    await move(row, status=Status.PROCESSING)
    frames = [await _next(watcher) for watcher in watchers]
    assert (len(rendered), len(set(map(id, frames)))) == (1, 1)


async def test_a_slow_page_keeps_the_newest_only(alice: User, make: Make) -> None:
    """A page that does not read holds one frame of each prediction, the newest."""
    row = await sync_to_async(make)(alice)
    slow, quick = await _watch(row), await _watch(row)
    for step in range(1, 6):
        await move(row, step=step)
        await _next(quick)
    assert [frame.seq for frame in slow.waiting.values()] == [5]
    assert (await _next(slow)).seq == 5


async def test_a_lost_nudge_costs_a_moment(alice: User, make: Make, monkeypatch) -> None:
    """A row that moved without a nudge reaches its page all the same."""
    monkeypatch.setattr(hubs, "SWEEP_S", 0.05)
    row = await sync_to_async(make)(alice)
    watcher = await _watch(row)
    await Prediction.objects.filter(pk=row.pk).aupdate(seq=4)
    assert (await _next(watcher)).seq == 4


async def test_a_layer_that_forgot_its_groups_is_told_again(alice: User, make: Make, monkeypatch) -> None:
    """When the channel layer was emptied, nudges are heard again soon."""
    monkeypatch.setattr(hubs, "SWEEP_S", 0.05)
    row = await sync_to_async(make)(alice)
    watcher = await _watch(row)
    await get_channel_layer().flush()
    await until(lambda: events.prediction_group(row.pk) in get_channel_layer().groups)
    await move(row)
    assert (await _next(watcher)).seq == 1


async def test_a_layer_that_breaks_is_listened_to_again(alice: User, make: Make, monkeypatch) -> None:
    """When the channel layer raises, the hub goes on listening."""
    monkeypatch.setattr(hubs, "AGAIN_S", 0.01)
    row = await sync_to_async(make)(alice)
    watcher = await _watch(row)
    layer = get_channel_layer()
    receive, faults = layer.receive, [ConnectionError("gone")]

    async def broken(channel: str) -> dict:
        if faults:
            raise faults.pop()
        return await receive(channel)

    monkeypatch.setattr(layer, "receive", broken)
    await move(row)
    await _next(watcher)
    await move(row)
    assert (await _next(watcher)).seq == 2


async def test_a_database_that_is_away_delays_the_frame(alice: User, make: Make, monkeypatch) -> None:
    """When the rows cannot be read, the frame comes as soon as they can."""
    monkeypatch.setattr(hubs, "AGAIN_S", 0.01)
    row = await sync_to_async(make)(alice)
    watcher = await _watch(row)
    read, faults = hubs.frames_newer_than, [DatabaseError("locked")]

    def broken(wanted: dict[str, int]) -> list[Frame]:
        if faults:
            raise faults.pop()
        return read(wanted)

    monkeypatch.setattr(hubs, "frames_newer_than", broken)
    await move(row)
    assert (await _next(watcher)).seq == 1


async def test_who_leaves_is_forgotten(alice: User, make: Make) -> None:
    """A page that is closed leaves nothing behind, in the hub or in the channel layer."""
    row = await sync_to_async(make)(alice)
    watcher = await _watch(row)
    await hub().leave(watcher)
    assert not hub()._watchers
    assert not get_channel_layer().groups


async def test_what_a_page_has_meanwhile_is_not_sent() -> None:
    """A frame that waited while the page said that it has as much already is dropped."""
    watcher = Watcher([])
    watcher.offer(Frame("a", 1, 3, is_last=False, text=""))
    watcher.sent["a"] = 3
    assert await watcher.take() == []


async def test_an_older_frame_never_replaces_a_newer_one() -> None:
    """A page that catches up from an older read keeps the end that waits for it already."""
    watcher = Watcher([])
    end = Frame("a", 1, 9, is_last=True, text="")
    watcher.offer(end)
    watcher.offer(Frame("a", 1, 8, is_last=False, text=""))
    assert await watcher.take() == [end]


class Slow:
    """A channel layer whose changes of groups take a while, as over a network."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gate = asyncio.Event()
        for name in ("group_add", "group_discard"):
            monkeypatch.setattr(get_channel_layer(), name, self._late(getattr(get_channel_layer(), name)))

    def _late(self, change: Callable[..., Any]) -> Callable[..., Any]:
        async def late(*args: Any) -> None:
            await self.gate.wait()
            await asyncio.sleep(0)  # others have their turn
            await change(*args)

        return late


async def test_the_second_at_a_group_waits_until_it_is_heard(alice: User, make: Make, monkeypatch) -> None:
    """Who joins a group that is just being listened to reads the row only when nudges arrive."""
    row = await sync_to_async(make)(alice)
    await hub().join(Watcher([]))
    slow = Slow(monkeypatch)
    joining = [asyncio.create_task(_watch(row)) for _ in range(2)]
    await asyncio.sleep(0.05)
    assert not any(task.done() for task in joining)
    slow.gate.set()
    watchers = [await task for task in joining]
    await move(row)
    assert [(await _next(watcher)).seq for watcher in watchers] == [1, 1]


async def test_who_leaves_does_not_silence_who_comes(alice: User, make: Make, monkeypatch) -> None:
    """A page that opens while the last one of its groups closes hears of the next step."""
    other, row = [await sync_to_async(make)(alice) for _ in range(2)]
    last = Watcher([events.prediction_group(each.pk) for each in (other, row)])
    await hub().join(last)
    slow = Slow(monkeypatch)
    leaving = asyncio.create_task(hub().leave(last))
    await asyncio.sleep(0.01)
    joining = asyncio.create_task(_watch(row))
    await asyncio.sleep(0.01)
    slow.gate.set()
    await leaving
    watcher = await joining
    await move(row)
    assert (await _next(watcher)).seq == 1


async def test_a_row_that_cannot_be_shown_holds_up_no_other(alice: User, make: Make, monkeypatch) -> None:
    """When one prediction cannot be rendered, the frames of the others arrive."""
    bad, good = [await sync_to_async(make)(alice) for _ in range(2)]
    render = hubs.render_to_string

    def broken(name: str, context: dict[str, Any]) -> str:
        if context["snapshot"].prediction.pk == bad.pk:
            raise ValueError("what the engine said makes no sense")
        return render(name, context)

    monkeypatch.setattr(hubs, "render_to_string", broken)
    await _watch(bad)
    watcher = await _watch(good)
    await move(bad)
    await move(good)
    assert (await _next(watcher)).id == good.pk


async def test_pages_live_by_the_rows_while_the_layer_is_away(alice: User, make: Make, monkeypatch) -> None:
    """Without a channel layer pages stay open, new ones open, and all are brought up to date soon."""
    monkeypatch.setattr(hubs, "AGAIN_S", 0.05)
    monkeypatch.setattr(hubs, "SWEEP_S", 0.05)
    row = await sync_to_async(make)(alice)
    before = await _watch(row)

    async def away(*args: object) -> None:
        raise ConnectionError("gone")

    for name in ("send", "group_send", "group_add", "group_discard"):
        monkeypatch.setattr(get_channel_layer(), name, away)
    after = await _watch(row)
    studio = Watcher([events.person_group(alice.pk)])
    await hub().join(studio)
    await move(row)
    new = await sync_to_async(make)(alice)
    assert [(await _next(watcher)).seq for watcher in (before, after)] == [1, 1]
    seen = {frame.id for frame in await studio.take()}
    assert new.pk in seen or (await _next(studio)).id == new.pk
    monkeypatch.undo()
    await hub().leave(before)
    await hub().leave(after)
    await until(lambda: list(get_channel_layer().groups) == [events.person_group(alice.pk)])


async def test_a_crowd_that_comes_back_is_rendered_for_once(alice: User, make: Make, monkeypatch) -> None:
    """Many pages that catch up with one prediction at once share one render; each has its newest state."""
    row = await sync_to_async(make)(alice, seq=3)
    rendered = []
    render = hubs.render_to_string
    monkeypatch.setattr(hubs, "render_to_string", lambda *args: rendered.append(args) or render(*args))
    pages = [Watcher([events.prediction_group(row.pk)]) for _ in range(50)]
    await asyncio.gather(*(hub().catch_up(page, [row.pk]) for page in pages))
    assert [(await _next(page)).seq for page in pages] == [3] * 50
    assert len(rendered) == 1
    await Prediction.objects.filter(pk=row.pk).aupdate(seq=4)
    await hub().catch_up(pages[0], [row.pk])
    assert (await _next(pages[0])).seq == 4


def test_what_was_rendered_is_forgotten_in_a_moment() -> None:
    """A frame is used again only at its very seq, and only for a moment."""
    now = [0.0]
    recent = Recent[Frame](clock=lambda: now[0])
    frame = Frame("a", 1, 3, is_last=False, text="")
    recent.keep([frame])
    assert recent.of({"a": 3, "b": 1}) == [frame]
    assert recent.of({"a": 4}) == []
    now[0] = FRESH_S + 0.1
    assert recent.of({"a": 3}) == []
