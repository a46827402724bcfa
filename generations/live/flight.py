"""One claimed prediction on its way: reads the engine's stream and turns each event into the row."""

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Protocol

from generations import events
from generations.engines.client import Batch, EngineClient
from generations.errors import BadPicture, EngineSilent, EngineUnavailable, StorageFull
from generations.live.ledger import Darkroom, Ledger
from generations.models import Prediction, Status
from generations.services import outputs, running
from inference.protocol import Completed, Event, Logged, Metric, Previewed, Produced, Progressed, Started

logger = logging.getLogger(__name__)

RESUME_FOR_S = 15.0  # how long a cut stream is taken up again before the claim is given up
FRAMES_MAX = 16  # previews kept for the time-lapse of one output


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
    has_started: bool = False
    outputs_left: int = 0
    engine_seq: int = 0
    metrics: dict[str, Any] = field(default_factory=dict)
    frames: dict[int, list[bytes]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.outputs_left = self.row.outputs_asked
        self.engine_seq = self.row.engine_seq
        self.metrics = dict(self.row.metrics)
        self.has_started = self.row.status == Status.PROCESSING

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
    """Events of one batch that may be written as one: the newest progress, the newest preview of each output."""

    progress: Progressed | None = None
    previews: dict[int, Previewed] = field(default_factory=dict)
    has_metrics: bool = False
    engine_seq: int = 0


async def follow(flight: Flight, tower: Tower) -> None:
    """Run it to its end. A cut stream is resumed while the same engine process lives; else EngineUnavailable."""
    give_up = None
    while True:
        before = flight.engine_seq
        try:
            if await _listen(flight, tower):
                return
        except EngineSilent:
            raise
        except EngineUnavailable:
            now = asyncio.get_running_loop().time()
            give_up = now + RESUME_FOR_S if give_up is None or flight.engine_seq > before else give_up
            if now > give_up or not await tower.same_boot(flight):
                raise
            await asyncio.sleep(0.3)


async def _listen(flight: Flight, tower: Tower) -> bool:
    row = flight.row
    stream = flight.client.stream(
        row.pk,
        input=row.input,
        version=row.version_id,
        claim=row.claim,
        solo=row.is_suspect,
        after=flight.engine_seq,
    )
    async for batch in stream:
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
        flight.engine_seq = number
        if _collect(flight, event, pending):
            pending.engine_seq = number
            continue
        await _flush(flight, pending, tower)
        pending = Pending()
        if await _handle(flight, event, tower):
            return True
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
        case _:
            return False
    return True


def _keep_frame(frames: list[bytes], frame: bytes) -> None:
    frames.append(frame)
    if len(frames) > 2 * FRAMES_MAX:
        del frames[1::2]


def _measure(metrics: dict[str, Any], event: Metric) -> None:
    if event.mode == "append":
        metrics.setdefault(event.name, []).append(event.value)
    elif event.mode == "increment":
        metrics[event.name] = metrics.get(event.name, 0) + event.value
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
        metrics=flight.metrics if pending.has_metrics else None,
    )
    await tell(flight.row, seq)


async def _handle(flight: Flight, event: Event, tower: Tower) -> bool:
    row = flight.row
    match event:
        case Started():
            flight.has_started = True
            await tell(row, await tower.ledger.write(running.start, row, engine_seq=flight.engine_seq))
            row.status = Status.PROCESSING
        case Logged():
            write = tower.ledger.write(running.log, row, engine_seq=flight.engine_seq, text=event.data)
            await tell(row, await write)
        case Produced():
            return not await _store(flight, event, tower)
        case Completed():
            await _complete(flight, event, tower)
            return True
    return False


async def _store(flight: Flight, event: Produced, tower: Tower) -> bool:
    """False when the output cannot be kept and the prediction has therefore failed."""
    flight.outputs_left -= 1
    tower.slots_changed()
    frames = _spread(flight.frames.pop(event.index, []), most=FRAMES_MAX)
    try:
        data = await flight.client.fetch(event.chunk)
        output = await tower.darkroom.do(
            outputs.develop, flight.row, event.index, data, frames=frames, told=flight.told(event.index)
        )
    except (BadPicture, StorageFull) as error:
        await end(flight.row, Status.FAILED, tower, error=error.sentence, code=error.code)
        await flight.client.cancel(flight.row.pk)
        return False
    except OSError as error:
        logger.error("An output of %s could not be stored: %s", flight.row.pk, error.strerror)
        sentence = (
            "The picture was made but could not be stored. Tell whoever runs this site; then try again."
        )
        await end(flight.row, Status.FAILED, tower, error=sentence, code="storage_failed")
        await flight.client.cancel(flight.row.pk)
        return False
    seq = await tower.ledger.write(running.publish, flight.row, output, engine_seq=flight.engine_seq)
    if seq is None:
        await tower.darkroom.do(outputs.discard, output)
    await tell(flight.row, seq)
    return True


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
    elif not await end(row, Status.SUCCEEDED, tower, metrics=metrics):
        await _end_short(row, tower, metrics=metrics)


async def _end_short(row: Prediction, tower: Tower, *, metrics: dict[str, Any]) -> None:
    """The engine calls it a success, but the row may not: asked to cancel before it began, or outputs are missing."""
    if row.status == Status.STARTING and await end(row, Status.CANCELED, tower, metrics=metrics):
        return
    sentence = "The engine finished without all the pictures that were asked for. Try again."
    await end(row, Status.FAILED, tower, error=sentence, code="outputs_missing", metrics=metrics)


async def end(row: Prediction, status: str, tower: Tower, **how: Any) -> bool:
    seq = await tower.ledger.write(running.finish, row, status, **how)
    await tell(row, seq)
    return seq is not None


async def tell(row: Prediction, seq: int | None) -> None:
    if seq is not None:
        await events.nudge(row.pk, row.user_id, seq=seq)
