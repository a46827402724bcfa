"""The hub of one process: hears nudges, renders each prediction once for all who watch it, and hands the frame out.

However many sockets are open, a nudge costs one read and one render a process. A watcher that is slow keeps only the
newest frame of each prediction.
"""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer
from django.template.loader import render_to_string

from generations import events, queries
from generations.live import visits
from generations.live.ledger import Ledger
from generations.live.visits import Visit
from generations.models import TERMINAL, Prediction

logger = logging.getLogger(__name__)

SWEEP_S = 10.0  # how long a page may be behind when a nudge was lost
AGAIN_S = 1.0
REST, REST_MOST_S = (
    2.0,
    0.1,
)  # pause after a round of rendering, in times of its length: what moves then is read once


@dataclass(frozen=True, slots=True)
class Frame:
    """A prediction as it goes over the wire to its owner: `text` is the JSON of id, seq, status and html."""

    id: str
    user_id: int
    seq: int
    is_last: bool
    text: str


@dataclass(eq=False)
class Watcher:
    """One open page: what it watches, what it has, what waits to be sent (the newest frame of each prediction)."""

    groups: list[str]
    sent: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, Frame] = field(default_factory=dict)
    has_news: asyncio.Event = field(default_factory=asyncio.Event)
    visit: Visit | None = None
    is_dismissed: bool = False  # its visit is over: it gets nothing more

    def dismiss(self) -> None:
        self.is_dismissed = True
        self.has_news.set()

    def offer(self, frame: Frame) -> None:
        if frame.seq > self.sent.get(frame.id, -1):
            self.waiting[frame.id] = frame
            self.has_news.set()

    async def take(self) -> list[Frame]:
        """The frames that wait, once there are any; none for a page that is dismissed."""
        await self.has_news.wait()
        self.has_news.clear()
        # What the page has said meanwhile may be newer than what waited for it.
        frames = [frame for frame in self.waiting.values() if frame.seq > self.sent.get(frame.id, -1)]
        frames = [] if self.is_dismissed else frames
        self.waiting = {}
        for frame in frames:
            self.sent[frame.id] = frame.seq
        return frames


class Hub:
    def __init__(self) -> None:
        self.ledger = Ledger("hub")
        self._watchers: dict[str, set[Watcher]] = defaultdict(set)
        self._dirty: set[str] = set()
        self._work = asyncio.Event()
        self._channel = ""
        self._has_channel = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def join(self, watcher: Watcher) -> None:
        """From here on the watcher hears of what its groups name. Join first, read the row after: nothing is missed."""
        await self._start()
        for group in watcher.groups:
            is_first = not self._watchers[group]
            self._watchers[group].add(watcher)
            if is_first:
                await get_channel_layer().group_add(group, self._channel)

    async def leave(self, watcher: Watcher) -> None:
        empty = []
        for group in watcher.groups:
            self._watchers[group].discard(watcher)
            if not self._watchers[group]:
                del self._watchers[group]
                empty.append(group)
        for group in empty:
            await get_channel_layer().group_discard(group, self._channel)

    async def close(self) -> None:
        """The loop is about to end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.ledger.close()

    async def catch_up(self, watcher: Watcher, ids: Iterable[str]) -> None:
        """Offer the rows of `ids` as they stand, where the watcher has not seen them yet."""
        wanted = {id: watcher.sent.get(id, -1) for id in ids}
        for frame in await self.ledger.read(frames_newer_than, wanted):
            watcher.offer(frame)

    async def _start(self) -> None:
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._listen_forever()),
                asyncio.create_task(self._render_forever()),
                asyncio.create_task(self._sweep_forever()),
            ]
        await self._has_channel.wait()

    async def _listen_forever(self) -> None:
        layer = get_channel_layer()
        while True:
            try:
                self._channel = self._channel or await layer.new_channel("hub")
                self._has_channel.set()
                await self._look_behind()
                while True:
                    self._hear(await layer.receive(self._channel))
            except Exception:  # noqa: BLE001 - each layer has errors of its own; pages catch up from the rows after it
                logger.warning("The channel layer does not answer; listening again in a second.")
                await asyncio.sleep(AGAIN_S)

    async def _look_behind(self) -> None:
        """Listen to all that is watched, and find what has moved unheard."""
        for group in list(self._watchers):
            await get_channel_layer().group_add(group, self._channel)
        self._dirty |= await self.ledger.read(behind, self._watched())
        self._work.set()

    async def _sweep_forever(self) -> None:
        """A channel layer may lose nudges, and forget its groups: whatever it does, a page is behind for SWEEP_S."""
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                await self._look_behind()
                await self._see_off()
            except Exception:  # noqa: BLE001 - as above: layer or database are away, and the next round comes
                logger.warning("Could not look for nudges that were lost; looking again in %d s.", SWEEP_S)

    async def _see_off(self) -> None:
        """Pages whose person has signed out, or been switched off, since they opened."""
        watchers = [each for watchers in self._watchers.values() for each in watchers if each.visit]
        over = await self.ledger.read(visits.over, {each.visit for each in watchers if each.visit})
        for watcher in watchers:
            if watcher.visit in over:
                watcher.dismiss()

    def _hear(self, message: dict[str, object]) -> None:
        self._dirty.add(str(message["id"]))
        self._work.set()

    def _watched(self) -> dict[str, int]:
        """Of each prediction that is on some page the oldest seq that some page may still have."""
        found: dict[str, int] = {}
        for watcher in {each for watchers in self._watchers.values() for each in watchers}:
            for id, seq in watcher.sent.items():
                seq = max(seq, watcher.waiting[id].seq) if id in watcher.waiting else seq
                found[id] = min(seq, found.get(id, seq))
        return found

    async def _render_forever(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            dirty, self._dirty = self._dirty, set()
            began = asyncio.get_running_loop().time()
            try:
                frames = await self.ledger.read(frames_newer_than, dict.fromkeys(dirty, -1))
            except Exception:  # the hub must outlive a database that is away, and then shows the rows
                logger.exception("Pages could not be brought up to date; trying again in a second.")
                self._dirty |= dirty
                self._work.set()
                await asyncio.sleep(AGAIN_S)
                continue
            for frame in frames:
                self._hand_out(frame)
            spent_s = asyncio.get_running_loop().time() - began
            await asyncio.sleep(min(REST * spent_s, REST_MOST_S))

    def _hand_out(self, frame: Frame) -> None:
        groups = (events.prediction_group(frame.id), events.person_group(frame.user_id))
        for watcher in {each for group in groups for each in self._watchers.get(group, ())}:
            watcher.offer(frame)


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop: a server process has one."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


def behind(watched: dict[str, int]) -> set[str]:
    """Those of the predictions `watched` whose row has a seq above the given one."""
    rows = Prediction.objects.filter(pk__in=watched).values_list("pk", "seq")
    return {id for id, seq in rows if seq > watched[id]}


def frames_newer_than(wanted: dict[str, int]) -> list[Frame]:
    """Read and render those of the predictions `wanted` whose seq is above the given one."""
    known = {id: seq for id, seq in wanted.items() if seq >= 0}
    newer = (wanted.keys() - known.keys()) | (behind(known) if known else set())
    rows = Prediction.objects.filter(pk__in=newer) if newer else []
    return [_frame(snapshot) for snapshot in queries.snapshots(rows)] if newer else []


def _frame(snapshot: queries.Snapshot) -> Frame:
    row = snapshot.prediction
    html = render_to_string("generations/_prediction.html", {"snapshot": snapshot, "audience": "owner"})
    text = json.dumps({"id": row.pk, "seq": row.seq, "status": row.shown_status, "html": html.strip()})
    return Frame(row.pk, row.user_id, row.seq, is_last=row.status in TERMINAL, text=text)
