"""One claimed prediction on its way: reads the engine's stream and turns each event into the row."""

import asyncio
import logging
from collections import defaultdict
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from generations import events
from generations.engines.client import Batch, EngineClient
from generations.engines.trust import is_believable, is_plain_json
from generations.errors import (
    BadPicture,
    EngineAway,
    EngineError,
    EngineSilent,
    EngineUnavailable,
    NotFound,
    StorageFull,
)
from generations.ledger import Darkroom, Ledger
from generations.models import Output, Prediction, Status
from generations.services import blocklist, outputs, running, sources
from inference.protocol import (
    Completed,
    Event,
    Logged,
    Metric,
    Previewed,
    Produced,
    Progressed,
    Started,
    name_of,
)

logger = logging.getLogger(__name__)

TOO_LONG = "The model wrote more than is kept here, so it was stopped. Ask it for less."
RESUME_FOR_S = 15.0  # how long a cut stream is taken up again before the claim is given up
FRAMES_MAX = 16  # previews kept for the time-lapse of one output
LOG_MAX = 1024 * 1024  # characters that one run may print
TEXT_MAX = 1024 * 1024  # and yield


class Tower(Protocol):
    """What a flight needs of the dispatcher."""

    ledger: Ledger
    darkroom: Darkroom

    async def same_boot(self, flight: "Flight") -> bool: ...

    def slots_changed(self) -> None: ...


@dataclass(eq=False)
class Flight:
    row: Prediction
    client: EngineClient
    is_accepted: bool = False  # the engine has it, and may have begun before it could say so
    has_started: bool = False
    is_replayed: bool = False  # its events were asked for a second time
    produced: set[int] = field(default_factory=set)  # indexes of the outputs that the engine has finished
    stored: set[int] = field(default_factory=set)  # indexes of the outputs published by this flight
    engine_seq: int = 0  # the newest event that is dealt with
    metrics: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)  # of the input, as data URIs
    frames: dict[int, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    printed: int = 0  # characters
    yielded: int = 0

    def __post_init__(self) -> None:
        self.engine_seq = self.row.engine_seq
        self.metrics = dict(self.row.metrics)
        self.has_started = self.row.status == Status.PROCESSING

    @property
    def outputs_left(self) -> int:
        """How many slots of the engine it holds or waits for."""
        return max(1, self.row.outputs_asked) - len(self.produced)

    @property
    def makes_text(self) -> bool:
        return self.row.makes_text

    def replay(self) -> None:
        """Forget what was heard, to hear all of it again; what is in the row stays there."""
        self.is_replayed, self.engine_seq = True, 0
        self.metrics.clear()
        self.frames.clear()

    def told(self, index: int) -> dict[str, Any]:
        """What the engine said of one output: {"seed": …, "read_as": {…}}."""
        found: dict[str, Any] = {}
        for name in ("seed", "read_as"):
            for each in self.metrics.get(name) or []:
                if isinstance(each, dict) and each.get("index") == index:
                    found[name] = each["seed"] if name == "seed" else each
        return found


@dataclass
class Pending:
    """Events of one batch that may be written as one: what was printed and yielded, the newest progress, the newest
    preview of each output."""

    log: str = ""
    yields: dict[int, str] = field(default_factory=dict)
    progress: Progressed | None = None
    previews: dict[int, Previewed] = field(default_factory=dict)
    has_metrics: bool = False
    engine_seq: int = 0


async def follow(flight: Flight, tower: Tower) -> None:
    """Run it to its end. A cut stream is resumed while the same engine process lives; else EngineUnavailable."""
    give_up = None
    if not await _load_pictures(flight, tower):
        return
    while True:
        before = flight.engine_seq
        try:
            if await _listen(flight, tower):
                return
        except EngineSilent:
            raise
        except EngineUnavailable as error:
            # It may have died of this very prediction before it could answer.
            flight.is_accepted = flight.is_accepted or not isinstance(error, EngineAway)
            now = asyncio.get_running_loop().time()
            give_up = now + RESUME_FOR_S if give_up is None or flight.engine_seq > before else give_up
            if now > give_up or not await tower.same_boot(flight):
                raise
            await asyncio.sleep(0.3)


async def _load_pictures(flight: Flight, tower: Tower) -> bool:
    """False when a picture of the input cannot be had and the prediction has therefore failed."""
    try:
        paths = await tower.ledger.write(sources.locate, flight.row)
        flight.pictures = await tower.darkroom.do(sources.encode, paths) if paths else {}
    except (BadPicture, NotFound) as error:
        await end(flight.row, Status.FAILED, tower, error=error.sentence, code=error.code)
        return False
    return True


async def _listen(flight: Flight, tower: Tower) -> bool:
    row = flight.row
    stream = flight.client.stream(
        row.pk,
        input={**row.input, **flight.pictures},
        version=row.version_id,
        claim=row.claim,
        solo=row.is_suspect,
        after=flight.engine_seq,
    )
    async with aclosing(stream):
        async for batch in stream:
            flight.is_accepted = True
            if await _apply(flight, batch, tower):
                return True
    raise EngineUnavailable("The engine's stream ended before the prediction did.")


async def _apply(flight: Flight, batch: Batch, tower: Tower) -> bool:
    """True when the prediction has ended."""
    pending = Pending()
    for id, event in batch:
        number = id or flight.engine_seq + 1  # a stock Cog engine gives no numbers
        if number <= flight.engine_seq:
            continue
        if not is_believable(event, outputs=flight.row.outputs_asked):
            logger.warning("The engine said of %s what cannot be: %s.", flight.row.pk, name_of(event))
            continue
        if _collect(flight, event, pending):
            flight.engine_seq = pending.engine_seq = number
            continue
        await _flush(flight, pending, tower)
        pending = Pending()
        if await _handle(flight, event, tower, number=number):
            return True
        flight.engine_seq = number  # only now: an output that could not be fetched is asked for again
    await _flush(flight, pending, tower)
    return False


def _collect(flight: Flight, event: Event, pending: Pending) -> bool:
    match event:
        case Progressed():
            pending.progress = event
        case Previewed():
            pending.previews[event.index] = event
            _keep_frame(flight.frames[event.index], event.data)
        case Metric():
            _measure(flight.metrics, event)
            pending.has_metrics = True
        case Logged():
            pending.log += _within(event.data, LOG_MAX - flight.printed)
            flight.printed += len(event.data)
        case Produced() if flight.makes_text and flight.yielded + len(event.chunk) <= TEXT_MAX:
            pending.yields[event.index] = event.chunk
            flight.yielded += len(event.chunk)
        case _:
            return False
    return True


def _within(text: str, most: int) -> str:
    """What still fits of it, and a word where it is cut."""
    if len(text) <= most:
        return text
    return f"{text[:most]}\nThe log is too long, and ends here.\n" if most > 0 else ""


def _keep_frame(frames: list[bytes], frame: bytes) -> None:
    frames.append(frame)
    if len(frames) > 2 * FRAMES_MAX:
        del frames[1::2]


def _measure(metrics: dict[str, Any], event: Metric) -> None:
    """A mode that does not fit what is there replaces it."""
    before = metrics.get(event.name)
    if event.mode == "append":
        metrics[event.name] = [*(before if isinstance(before, list) else []), event.value]
    elif event.mode == "increment" and isinstance(before, int | float):
        metrics[event.name] = before + event.value
    else:
        metrics[event.name] = event.value


async def _flush(flight: Flight, pending: Pending, tower: Tower) -> None:
    if not pending.engine_seq:
        return
    seq = await tower.ledger.write(
        running.advance,
        flight.row,
        engine_seq=pending.engine_seq,
        progress=pending.progress,
        previews=list(pending.previews.values()),
        log=pending.log,
        yields=pending.yields,
        metrics=flight.metrics if pending.has_metrics else None,
    )
    await tell(flight.row, seq)


async def _handle(flight: Flight, event: Event, tower: Tower, *, number: int) -> bool:
    row = flight.row
    match event:
        case Started():
            flight.has_started = True
            await tell(row, await tower.ledger.write(running.start, row, engine_seq=number))
        case Produced() if flight.makes_text:
            await _give_up(flight, tower, error=TOO_LONG, code="text_too_long")
            return True
        case Produced() if event.index not in flight.stored:
            return not await _store(flight, event, tower, number=number)
        case Completed():
            await _complete(flight, event, tower)
            return True
    return False


async def _store(flight: Flight, event: Produced, tower: Tower, *, number: int) -> bool:
    """False when the output cannot be kept and the prediction has therefore failed."""
    flight.produced.add(event.index)
    tower.slots_changed()
    frames = _spread(flight.frames[event.index], most=FRAMES_MAX)
    try:
        data = await flight.client.fetch(event.chunk)
        if await _is_withheld(flight, event.index, data, tower, number=number):
            return True
        output = await tower.darkroom.do(
            outputs.develop, flight.row, event.index, data, frames=frames, told=flight.told(event.index)
        )
    except (BadPicture, StorageFull) as error:
        await _give_up(flight, tower, error=error.sentence, code=error.code)
        return False
    except OSError as error:
        logger.error("An output of %s could not be stored: %s", flight.row.pk, error.strerror)
        sentence = (
            "The picture was made but could not be stored. Tell whoever runs this site; then try again."
        )
        await _give_up(flight, tower, error=sentence, code="storage_failed")
        return False
    await _publish(flight, output, tower, number=number)
    return True


async def _is_withheld(flight: Flight, index: int, data: bytes, tower: Tower, *, number: int) -> bool:
    """Is it on the block-list? Then no file of it is written, and its siblings go on."""
    if await tower.ledger.write(blocklist.is_empty):
        return False
    probes = await tower.darkroom.do(blocklist.probes, data)
    blocked = await tower.ledger.write(blocklist.match, probes)
    if blocked is None:
        return False
    seq = await tower.ledger.write(running.withhold, flight.row, index, blocked=blocked, engine_seq=number)
    if seq is not None:
        how = "A model made for them what is on the block-list."
        await tower.ledger.write(blocklist.note_hit, blocked, person_id=flight.row.user_id, how=how)
    flight.stored.add(index)
    flight.frames.pop(index, None)
    await tell(flight.row, seq)
    return True


async def _publish(flight: Flight, output: Output, tower: Tower, *, number: int) -> None:
    seq = await tower.ledger.write(running.publish, flight.row, output, engine_seq=number)
    if seq is None:
        await tower.darkroom.do(outputs.discard, output)
        return
    flight.stored.add(output.index)
    del flight.frames[output.index]
    await tell(flight.row, seq)


async def _give_up(flight: Flight, tower: Tower, *, error: str, code: str) -> None:
    """The row has failed here, whatever the engine may still make of it."""
    await end(flight.row, Status.FAILED, tower, error=error, code=code)
    with suppress(EngineError):
        await flight.client.cancel(flight.row.pk)


def _spread(frames: list[bytes], *, most: int) -> list[bytes]:
    """At most `most` of them, evenly, the last one always."""
    if len(frames) <= most:
        return frames
    return [frames[round(n * (len(frames) - 1) / (most - 1))] for n in range(most)]


async def _complete(flight: Flight, event: Completed, tower: Tower) -> None:
    row, metrics = flight.row, {**flight.metrics, **event.metrics}
    if event.status == Status.CANCELED:
        await end(row, Status.CANCELED, tower, metrics=metrics)
    elif event.status == Status.FAILED:
        sentence = event.error or "The model failed without saying why. Try again."
        await end(row, Status.FAILED, tower, error=sentence, code="model_error", metrics=metrics)
    elif not await end(row, Status.SUCCEEDED, tower, metrics=metrics, output=_said(flight, event)):
        await _end_short(flight, tower, metrics=metrics)


def _said(flight: Flight, event: Completed) -> Any:
    """What the engine says that the text is, in the end: a list of pieces, or whatever else a model returns."""
    if not flight.makes_text or not is_plain_json(event.output, most=TEXT_MAX):
        return None
    return event.output


async def _end_short(flight: Flight, tower: Tower, *, metrics: dict[str, Any]) -> None:
    """The engine calls it a success, but the row may not: asked to cancel before it began, or outputs are missing."""
    row = flight.row
    if await tower.ledger.write(running.is_cancel_asked, row):
        await end(row, Status.CANCELED, tower, metrics=metrics)
        return
    if not flight.is_replayed:
        flight.replay()
        raise EngineUnavailable("Something was missing in the engine's stream.")
    sentence = "The engine finished without all the pictures that were asked for. Try again."
    await end(row, Status.FAILED, tower, error=sentence, code="outputs_missing", metrics=metrics)


async def end(row: Prediction, status: str, tower: Tower, **how: Any) -> bool:
    seq = await tower.ledger.write(running.finish, row, status, **how)
    await tell(row, seq)
    return seq is not None


async def tell(row: Prediction, seq: int | None) -> None:
    if seq is not None:
        await events.nudge(row.pk, row.user_id, seq=seq)
