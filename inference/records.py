"""What the engine remembers of each prediction: its events for replay, its pictures, its end. Lives in the server's
event loop; the batcher's thread never sees it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from inference import protocol
from inference.batcher import Drawn, Prediction, Told
from inference.protocol import EVENTS_KEPT, FINISHED_KEPT_S

PICTURE_BYTES_KEPT = 256 * 2**20  # over all finished predictions; the oldest go first


@dataclass(frozen=True, slots=True)
class Kept:
    """One event as it goes over the wire. `replaces` is set where a newer event of the same key makes it useless."""

    id: int
    wire: bytes
    replaces: tuple[str, int] | None


@dataclass(slots=True, eq=False, kw_only=True)
class Record:
    """One run of one prediction. A later run of the same id counts its events on from `last_id`."""

    prediction: Prediction
    claim: int
    last_id: int = 0
    status: str = "starting"
    error: str | None = None
    metrics: dict[str, Any] = field(default_factory=dict)
    pictures: dict[int, bytes] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)  # what a model that writes has yielded
    logs: list[str] = field(default_factory=list)
    events: list[Kept] = field(default_factory=list)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    started_at: datetime | None = None
    completed_at: datetime | None = None
    ended: float | None = None  # on the monotonic clock
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def id(self) -> str:
        return self.prediction.id

    @property
    def output(self) -> list[str] | None:
        """What it has written so far; else addresses of the pictures, in order, and None unless it succeeded."""
        if self.texts:
            return list(self.texts)
        if self.status != "succeeded":
            return None
        return [picture_url(self.id, index) for index in sorted(self.pictures)]

    def take(self, told: Told) -> None:
        """Add what the batcher said, and wake the readers."""
        self._keep(self._note(told))
        self.changed.set()
        self.changed = asyncio.Event()

    def since(self, after: int) -> list[Kept]:
        return [event for event in self.events if event.id > after]

    def as_object(self) -> dict[str, Any]:
        """The prediction as Cog answers it."""
        return {
            "id": self.id,
            "status": self.status,
            "input": {**self.prediction.input},
            "output": self.output,
            "error": self.error,
            "metrics": self.metrics,
            "logs": "".join(self.logs),
            "created_at": self.created_at.isoformat(),
            "started_at": self.started_at and self.started_at.isoformat(),
            "completed_at": self.completed_at and self.completed_at.isoformat(),
        }

    def _note(self, told: Told) -> protocol.Event:
        """Follow the state, and turn what the batcher means into what the wire says."""
        match told:
            case protocol.Started():
                self.status, self.started_at = told.status, datetime.now(UTC)
            case protocol.Produced():
                self.texts.append(told.chunk)
            case protocol.Logged():
                self.logs.append(told.data)
            case Drawn():
                self.pictures[told.index] = told.data
                return protocol.Produced(chunk=picture_url(self.id, told.index), index=told.index)
            case protocol.Completed():
                return self._finish(told)
        return told

    def _finish(self, told: protocol.Completed) -> protocol.Completed:
        self.status, self.error, self.metrics = told.status, told.error, told.metrics
        self.completed_at, self.ended = datetime.now(UTC), time.monotonic()
        self.events = newest(self.events)
        if self.status != "succeeded":
            self.pictures.clear()
        return protocol.Completed(
            id=told.id, status=told.status, output=self.output, error=told.error, metrics=told.metrics
        )

    def _keep(self, event: protocol.Event) -> None:
        self.last_id += 1
        self.events.append(Kept(self.last_id, protocol.encode(event, id=self.last_id), _replaces(event)))
        if len(self.events) > EVENTS_KEPT:
            self.events = newest(self.events)


class Records:
    """All that are running, and those that ended within the last ten minutes, while there is room."""

    def __init__(self) -> None:
        self._by_id: dict[str, Record] = {}

    def __iter__(self) -> Iterator[Record]:
        return iter(self._by_id.values())

    def get(self, id: str) -> Record | None:
        self.forget_old()
        return self._by_id.get(id)

    def add(self, record: Record) -> None:
        self._by_id.pop(record.id, None)  # so that the order is that of the last start
        self._by_id[record.id] = record

    def unfinished(self) -> int:
        return sum(record.ended is None for record in self)

    async def settled(self) -> None:
        """Returns when everything that is here now has ended."""
        for record in list(self):
            while record.ended is None:
                await record.changed.wait()

    def take(self, told: list[tuple[str, Told]]) -> None:
        """Hand out what one turn of the batcher said."""
        for id, what in told:
            self._by_id[id].take(what)

    def forget_old(self) -> None:
        """Drop what ended too long ago, and the oldest when the pictures of all have grown too large."""
        horizon = time.monotonic() - FINISHED_KEPT_S
        ended = sorted((r for r in self if r.ended is not None), key=lambda record: record.ended or 0.0)
        held = sum(_weight(record) for record in ended)
        for record in ended:
            if (record.ended or 0.0) >= horizon and held <= PICTURE_BYTES_KEPT:
                return
            held -= _weight(record)
            del self._by_id[record.id]


async def read(
    record: Record, *, after: int, keep_alive_s: float, alive: Callable[[], bool]
) -> AsyncIterator[bytes]:
    """The events of a record after id `after`, as wire bytes, to its end.

    The first read is the whole replay. Later ones skip what was replaced meanwhile, so a slow reader loses old
    previews and progress, never a start, an output or the end. A silence is broken by a comment while `alive`.
    """
    live = False
    while True:
        changed = record.changed
        events = newest(record.since(after)) if live else record.since(after)
        live = True
        if events:
            after = events[-1].id
            yield b"".join(event.wire for event in events)
        elif record.ended is not None:
            return
        elif not await _within(changed, keep_alive_s) and alive():
            yield b": keep-alive\n\n"


async def _within(changed: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await changed.wait()
    except TimeoutError:
        return False
    return True


def newest(events: list[Kept]) -> list[Kept]:
    """The events without those that a later one replaces."""
    last = {event.replaces: event.id for event in events if event.replaces}
    return [event for event in events if event.replaces is None or last[event.replaces] == event.id]


def picture_url(id: str, index: int) -> str:
    return f"/outputs/{id}/{index}.png"


def _replaces(event: protocol.Event) -> tuple[str, int] | None:
    match event:
        case protocol.Progressed():
            return "progress", 0
        case protocol.Previewed(index=index):
            return "preview", index
    return None


def _weight(record: Record) -> int:
    return sum(map(len, record.pictures.values())) + sum(len(event.wire) for event in record.events)
