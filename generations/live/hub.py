"""The hub of one process: hears nudges, renders each prediction once for all who watch it, and hands the frame out.

However many sockets are open, a nudge costs one read and one render a process. A watcher that is slow keeps only the
newest frame of each prediction.
"""

import asyncio
import json
import logging
import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer
from django.db import DatabaseError
from django.template.loader import render_to_string

from generations import events, queries
from generations.ids import lower_bound, new_id
from generations.ledger import Ledger
from generations.live import shared, visits
from generations.live.frames import Frame
from generations.live.recent import Recent
from generations.live.visits import Visit
from generations.models import TERMINAL, Prediction

logger = logging.getLogger(__name__)

SWEEP_S = 10.0  # how long a page may be behind when a nudge was lost
AGAIN_S = 1.0  # and while the channel layer does not bring us our own messages
LATELY_S = 120.0  # how far back a sweep looks for what a person has made
OWN_VOICE = "hub.own_voice"
REST, REST_MOST_S = (
    2.0,
    0.1,
)  # pause after a round of rendering, in times of its length: what moves then is read once


@dataclass(eq=False)
class Watcher:
    """One open page: what it watches, what it has, what waits to be sent (the newest frame of each prediction)."""

    groups: list[str]
    sent: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, Frame] = field(default_factory=dict)
    has_news: asyncio.Event = field(default_factory=asyncio.Event)
    visit: Visit | None = None
    share_id: str = ""  # of a page that shows what a share shows; "" for an owner's page
    is_dismissed: bool = False  # its visit is over: it gets nothing more
    opened_id: str = field(default_factory=new_id)  # ids above it are of predictions made since

    def dismiss(self) -> None:
        self.is_dismissed = True
        self.has_news.set()

    def offer(self, frame: Frame) -> None:
        """Let it wait to be sent, unless the page has, or is about to have, as much already."""
        if frame.seq > self.known(frame.id):
            self.waiting[frame.id] = frame
            self.has_news.set()

    def known(self, id: str) -> int:
        """The newest seq of a prediction that was sent or waits; -1 when there is none."""
        waiting = self.waiting.get(id)
        return max(self.sent.get(id, -1), waiting.seq if waiting else -1)

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
    """`_watchers` is what shall be heard, `_tuned` what the channel layer has been told of it."""

    def __init__(self) -> None:
        self.ledger = Ledger("hub")
        self._watchers: dict[str, set[Watcher]] = defaultdict(set)
        self._tuned: set[str] = set()
        self._tuning = asyncio.Lock()
        self._dirty: set[str] = set()
        self._work = asyncio.Event()
        self._channel = ""
        self._has_channel = asyncio.Event()
        self._own_voice, self._hears = asyncio.Event(), True
        self._tasks: list[asyncio.Task[None]] = []

    async def join(self, watcher: Watcher) -> None:
        """From here on the watcher hears of what its groups name. Join first, read the row after: nothing is missed."""
        await self._start()
        for group in watcher.groups:
            self._watchers[group].add(watcher)
        await self._tune(watcher.groups)

    async def leave(self, watcher: Watcher) -> None:
        for group in watcher.groups:
            self._watchers[group].discard(watcher)
            if not self._watchers[group]:
                del self._watchers[group]
        await self._tune(watcher.groups)

    async def close(self) -> None:
        """The loop is about to end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.ledger.close()

    async def catch_up(self, watcher: Watcher, ids: Iterable[str]) -> None:
        """Offer the rows of `ids` as they stand, where the watcher has not seen them yet."""
        if watcher.share_id:
            frames, _ = await self.ledger.read(shared.frames_of, {watcher.share_id})
        else:
            wanted = {id: watcher.known(id) for id in ids}
            frames = await self.ledger.read(frames_newer_than, wanted)
        for frame in frames:
            watcher.offer(frame)

    async def _start(self) -> None:
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._listen_forever()),
                asyncio.create_task(self._render_forever()),
                asyncio.create_task(self._sweep_forever()),
            ]
        with suppress(TimeoutError):  # the layer is away: the sweep looks at the rows meanwhile
            async with asyncio.timeout(AGAIN_S):
                await self._has_channel.wait()

    async def _tune(self, groups: Collection[str], *, again: bool = False) -> None:
        """Tell the channel layer which of `groups` are watched now; `again`, also what it knew, and may have forgotten.

        One change at a time: a page that closes must not silence one that opens, and who is second at a group must not
        read the row before the first one's wish has arrived. A layer that is away is told by the sweep.
        """
        layer = get_channel_layer()
        async with self._tuning:
            for group in groups:
                is_wanted = group in self._watchers
                is_known = is_wanted == (group in self._tuned) and not (again and is_wanted)
                if is_known or not (self._channel and self._hears):
                    continue
                change = layer.group_add if is_wanted else layer.group_discard
                try:
                    async with asyncio.timeout(AGAIN_S):
                        await change(group, self._channel)
                except Exception:  # noqa: BLE001 - each layer has errors of its own
                    self._hears = False
                    continue
                (self._tuned.add if is_wanted else self._tuned.discard)(group)

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
        await self._tune(self._tuned | self._watchers.keys(), again=True)
        self._dirty |= await self.ledger.read(behind, self._watched())
        self._dirty |= self._unseen(await self.ledger.read(lately, self._people()))
        self._work.set()

    async def _sweep_forever(self) -> None:
        """A channel layer may lose nudges, forget its groups, go away: whatever it does, a page is behind for SWEEP_S.

        As long as the layer does not even bring us our own messages, a page is behind for AGAIN_S.
        """
        heard = True
        while True:
            await asyncio.sleep(SWEEP_S if self._hears else AGAIN_S)
            self._hears = await self._is_heard()
            if self._hears != heard:
                word = "answers again" if self._hears else "does not answer; pages live by the rows alone"
                logger.warning("The channel layer %s.", word)
            heard = self._hears
            try:
                await self._look_behind()
                await self._see_off()
            except Exception:  # noqa: BLE001 - the database is away, and the next round comes
                logger.warning("Could not look for nudges that were lost; looking again soon.")

    async def _is_heard(self) -> bool:
        """Does the layer bring us what we say to ourselves?"""
        self._own_voice.clear()
        with suppress(Exception):  # each layer has errors of its own
            async with asyncio.timeout(AGAIN_S):
                await get_channel_layer().send(self._channel, {"type": OWN_VOICE})
                await self._own_voice.wait()
        return self._own_voice.is_set()

    async def _see_off(self) -> None:
        """Pages whose person has signed out, or been switched off, since they opened."""
        watchers = [each for watchers in self._watchers.values() for each in watchers if each.visit]
        over = await self.ledger.read(visits.over, {each.visit for each in watchers if each.visit})
        for watcher in watchers:
            if watcher.visit in over:
                watcher.dismiss()
        await self._show(self._shares_on(None))

    def _hear(self, message: dict[str, object]) -> None:
        if message["type"] == OWN_VOICE:
            self._own_voice.set()
            return
        self._dirty.add(str(message["id"]))
        self._work.set()

    def _watched(self) -> dict[str, int]:
        """Of each prediction that is on some page the oldest seq that some page may still have."""
        found: dict[str, int] = {}
        for watcher in {each for watchers in self._watchers.values() for each in watchers}:
            for id in watcher.sent:
                seq = watcher.known(id)
                found[id] = min(seq, found.get(id, seq))
        return found

    def _people(self) -> list[int]:
        """Whose new predictions some page awaits."""
        return [id for group in self._watchers if (id := events.person_of(group)) is not None]

    def _unseen(self, made: Iterable[tuple[str, int]]) -> set[str]:
        """Of the predictions `made`, (id, person) each, those that some page of this person has never heard of."""
        return {
            id
            for id, user_id in made
            for watcher in self._watchers.get(events.person_group(user_id), ())
            if id > watcher.opened_id and watcher.known(id) < 0
        }

    async def _render_forever(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            dirty, self._dirty = self._dirty, set()
            began = asyncio.get_running_loop().time()
            try:
                frames = await self.ledger.read(frames_newer_than, dict.fromkeys(dirty, -1))
                await self._show(self._shares_on(dirty))
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
            if not watcher.share_id:
                watcher.offer(frame)

    async def _show(self, share_ids: set[str]) -> None:
        """Each of these shares to whoever watches it, rendered once; those who watch what is no more are seen off."""
        if not share_ids:
            return
        frames, alive = await self.ledger.read(shared.frames_of, share_ids)
        newest = {frame.share_id: frame for frame in frames}
        for watcher in {each for watchers in self._watchers.values() for each in watchers}:
            if watcher.share_id in newest:
                watcher.offer(newest[watcher.share_id])
            elif watcher.share_id in share_ids - alive:
                watcher.dismiss()

    def _shares_on(self, ids: set[str] | None) -> set[str]:
        """The shares that are watched of the predictions `ids`; None: of all."""
        groups = list(self._watchers) if ids is None else [events.prediction_group(id) for id in ids]
        watchers = (each for group in groups for each in self._watchers.get(group, ()))
        return {each.share_id for each in watchers if each.share_id}


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


def lately(people: Collection[int]) -> list[tuple[str, int]]:
    """(id, person) of what these people have made within LATELY_S."""
    since = lower_bound(time.time() - LATELY_S)
    rows = (
        Prediction.objects.filter(user_id__in=people, pk__gt=since) if people else Prediction.objects.none()
    )
    return list(rows.values_list("pk", "user_id"))


_recent = Recent[Frame]()


def frames_newer_than(wanted: dict[str, int]) -> list[Frame]:
    """Read and render those of the predictions `wanted` whose seq is above the given one.

    One that cannot be rendered is logged and left out: it must not keep all others waiting.
    """
    rows = Prediction.objects.filter(pk__in=wanted).values_list("pk", "seq")
    newer = {id: seq for id, seq in rows if seq > wanted[id]}
    frames = _recent.of(newer)
    left = newer.keys() - {frame.id for frame in frames}
    if left:
        shown = map(_frame_or_none, queries.snapshots(Prediction.objects.filter(pk__in=left)))
        rendered = [frame for frame in shown if frame]
        _recent.keep(rendered)
        frames += rendered
    return frames


def _frame_or_none(snapshot: queries.Snapshot) -> Frame | None:
    try:
        return _frame(snapshot)
    except DatabaseError:
        raise
    except Exception:  # whatever an engine has brought into the row
        logger.exception("Prediction %s cannot be shown.", snapshot.prediction.pk)
        return None


def _frame(snapshot: queries.Snapshot) -> Frame:
    row = snapshot.prediction
    html = render_to_string("generations/_prediction.html", {"snapshot": snapshot, "audience": "owner"})
    text = json.dumps({"id": row.pk, "seq": row.seq, "status": row.shown_status, "html": html.strip()})
    return Frame(row.pk, row.user_id, row.seq, is_last=row.status in TERMINAL, text=text)
