"""Which outputs share the next step: step-level continuous batching. worker.py runs it in a thread of its own.

Drawing a picture is a loop of steps, and each step is one forward pass through a network. A pass over eight samples
costs far less than eight passes, so the samples of different people should share one. Waiting until a batch is
full, or letting a newcomer wait until a running batch has ended, would trade one person's time for another's.
So the batch is made anew for every step:

    take in what arrived → cancel → admit to free slots → one step for one bucket, report → decode at most two

A Slot holds one output. Its Sample carries everything that belongs to that output alone (latents, step index, time
table, guidance, seed), so outputs at different steps, with different settings, can share a pass, and none changes a
bit of another's picture. Nothing here knows a tensor or a device: that is the runner's side.
"""

from __future__ import annotations

import base64
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inference import protocol
from inference.errors import RunnerError
from inference.rotation import Rotation
from inference.runners.base import Runner, Sample

log = logging.getLogger(__name__)

DECODE_TOGETHER = 2  # a decode stalls every running slot, so only a little of it fits between two steps


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished picture as a PNG file. The server keeps the bytes and tells the reader where they are."""

    index: int
    data: bytes


Told = protocol.Event | Drawn


@dataclass(slots=True, eq=False, kw_only=True)
class Prediction:
    """One prediction as the batcher sees it. `tell` is called in the batcher's thread, in order.

    `input` is valid and complete. `solo`: shares no step with another prediction. `cancel_asked` may be set from any
    thread; the batcher looks at it between two steps. The rest is the batcher's own account.
    """

    id: str
    runner: Runner
    input: Mapping[str, Any]
    seed: int
    tell: Callable[[Told], None]
    count: int = 1
    solo: bool = False
    cancel_asked: bool = False
    arrived_at: float = 0.0
    started_at: float | None = None
    reported_at: float | None = None
    steps: int = 0  # of one output
    steps_done: int = 0  # over all outputs
    rows_shared: int = 0  # slots that shared those steps, for the mean batch
    drawn: int = 0

    @property
    def step(self) -> int:
        return self.steps_done // self.count


@dataclass(slots=True, eq=False)
class Slot:
    """One output that is being drawn."""

    prediction: Prediction
    index: int
    sample: Sample


@dataclass(frozen=True, slots=True)
class Fault:
    """What a runner raised, as a sentence."""

    sentence: str


@dataclass(slots=True, eq=False, kw_only=True)
class Batcher:
    """The loop's state. All of it belongs to one thread, but for `submit` and `Prediction.cancel_asked`."""

    max_slots: int
    clock: Callable[[], float] = time.monotonic
    live: list[Prediction] = field(default_factory=list)  # admitted or waiting, in order of arrival
    waiting: deque[tuple[Prediction, int]] = field(
        default_factory=deque
    )  # outputs without a slot, first come first
    slots: list[Slot] = field(default_factory=list)  # outputs that still have steps to go
    done: deque[Slot] = field(default_factory=deque)  # stepped to the end, waiting for the decoder
    caps: dict[str, int] = field(default_factory=dict)  # ref → slots worth having for that model
    step_ms: dict[str, dict[int, float]] = field(default_factory=dict)  # bucket → batch size → milliseconds
    _inbox: deque[Prediction] = field(default_factory=deque)
    _rotation: Rotation = field(default_factory=Rotation)

    def submit(self, prediction: Prediction) -> None:
        """Queue a prediction. Safe from any thread: a deque's append and popleft are atomic."""
        prediction.arrived_at = self.clock()
        self._inbox.append(prediction)

    def cap(self, ref: str, slots: int) -> None:
        """No more slots than these are worth having for one model; the engine has as many as the best of them."""
        self.caps[ref] = slots
        self.max_slots = max(self.caps.values())

    def turn(self, *, flush: Callable[[], None] = lambda: None) -> bool:
        """One turn of the loop: at most one step and one decode. False when nothing is left to do.

        `flush` is called after each part, so that nobody hears of a start only when its first step is over.
        """
        for part in (self._join_and_leave, self._step, self._decode):
            part()
            flush()
        return bool(self.live or self._inbox)

    # ── joining and leaving, between two steps ──

    def _join_and_leave(self) -> None:
        self._take_in()
        self._cancel()
        self._admit()

    def _take_in(self) -> None:
        while self._inbox:
            prediction = self._inbox.popleft()
            self.live.append(prediction)
            self.waiting.extend((prediction, index) for index in range(prediction.count))

    def _cancel(self) -> None:
        for prediction in [each for each in self.live if each.cancel_asked]:
            self._end(prediction, "canceled")

    def _admit(self) -> None:
        """Fill the free slots, first come, first served. Who comes first is decided by the site, not here."""
        while self._free() and (place := self._first_that_fits()):
            self.waiting.remove(place)
            self._begin(*place)

    def _free(self) -> bool:
        """A slot is free again once its steps are over, but a slow decoder must not pile up finished latents."""
        return len(self.slots) < self.max_slots and len(self.done) < self.max_slots

    def _first_that_fits(self) -> tuple[Prediction, int] | None:
        """A model at its own cap is overtaken by others; a solo prediction is not, or it might wait for ever."""
        for place in self.waiting:
            if self._fits(place[0]):
                return place
            if place[0].solo:
                return None
        return None

    def _fits(self, prediction: Prediction) -> bool:
        running = [*self.slots, *self.done]
        others = [slot.prediction for slot in running if slot.prediction is not prediction]
        if others and (prediction.solo or any(other.solo for other in others)):
            return False
        cap = self.caps.get(prediction.runner.card.ref, self.max_slots)
        return sum(slot.prediction.runner is prediction.runner for slot in self.slots) < cap

    def _begin(self, prediction: Prediction, index: int) -> None:
        """Give an output its slot: read the prompt, draw the noise, say so."""
        if prediction.started_at is None:
            prediction.started_at = self.clock()
            prediction.tell(protocol.Started(id=prediction.id))
        seed = protocol.output_seed(prediction.seed, index)
        sample = _attempt(prediction.runner.begin, prediction.input, seed=seed)
        if isinstance(sample, Fault):
            self._end(prediction, "failed", error=sample.sentence)
            return
        prediction.steps = sample.steps
        self.slots.append(Slot(prediction, index, sample))
        for name, value in {"seed": {"seed": seed}, **sample.facts}.items():
            prediction.tell(protocol.Metric(name=name, value={"index": index, **value}, mode="append"))

    def _end(self, prediction: Prediction, status: str, *, error: str | None = None) -> None:
        """Take a prediction out of every list and say its last word. Its neighbours do not notice."""
        self.live.remove(prediction)
        self.waiting = deque(place for place in self.waiting if place[0] is not prediction)
        self.slots = [slot for slot in self.slots if slot.prediction is not prediction]
        self.done = deque(slot for slot in self.done if slot.prediction is not prediction)
        log.info("%s %s", prediction.id, status)
        prediction.tell(
            protocol.Completed(
                id=prediction.id, status=status, error=error, metrics=self._metrics(prediction)
            )
        )

    def _metrics(self, prediction: Prediction) -> dict[str, float]:
        now = self.clock()
        started = now if prediction.started_at is None else prediction.started_at
        return {
            "predict_time": round(now - started, 4),
            "wait_time": round(started - prediction.arrived_at, 4),
            "mean_batch": round(prediction.rows_shared / max(1, prediction.steps_done), 2),
        }

    # ── one step ──

    def _step(self) -> None:
        """One forward for every slot of the bucket whose turn it is."""
        if not self.slots:
            return
        bucket = self._rotation.pick([slot.sample.bucket for slot in self.slots])
        sharing = [slot for slot in self.slots if slot.sample.bucket == bucket]
        began = self.clock()
        self._advance(sharing)
        self._learn(bucket, len(sharing), spent_ms=(self.clock() - began) * 1000)
        self._report([slot for slot in sharing if slot in self.slots], batch=len(sharing))
        self.done.extend(slot for slot in self.slots if slot.sample.step == slot.sample.steps)
        self.slots = [slot for slot in self.slots if slot.sample.step < slot.sample.steps]

    def _advance(self, sharing: Sequence[Slot]) -> None:
        """Step them all together; if that fails, each alone, so only the one at fault pays for it."""
        fault = _attempt(sharing[0].prediction.runner.step, [slot.sample for slot in sharing])
        if fault is None:
            for slot in sharing:
                slot.sample.step += 1
                slot.prediction.steps_done += 1
                slot.prediction.rows_shared += len(sharing)
        elif len(sharing) > 1:
            for slot in sharing:
                if slot in self.slots:  # an earlier output of the same prediction may have failed already
                    self._advance([slot])
        else:
            self._end(sharing[0].prediction, "failed", error=fault.sentence)

    def _learn(self, bucket: str, batch: int, *, spent_ms: float) -> None:
        """Charge the bucket, and keep a slow running mean of what a step costs, for the time left and for health."""
        self._rotation.charge(bucket, spent_ms)
        known = self.step_ms.setdefault(bucket, {})
        known[batch] = round(known.get(batch, spent_ms) * 0.8 + spent_ms * 0.2, 2)

    # ── telling ──

    def _report(self, stepped: Sequence[Slot], *, batch: int) -> None:
        """Progress and previews, at most EVENTS_PER_S a prediction: the first step at once, the last one always."""
        now = self.clock()
        for prediction in dict.fromkeys(slot.prediction for slot in stepped):
            if not self._due(prediction, now):
                continue
            prediction.reported_at = now
            own = [slot for slot in stepped if slot.prediction is prediction]
            prediction.tell(
                protocol.Progressed(
                    step=prediction.step, steps=prediction.steps, eta=self._time_left(own, batch), batch=batch
                )
            )
            for slot in own:
                self._preview(slot)

    def _due(self, prediction: Prediction, now: float) -> bool:
        if prediction.reported_at is None or prediction.step == prediction.steps:
            return True
        return now - prediction.reported_at >= 1 / protocol.EVENTS_PER_S

    def _time_left(self, own: Sequence[Slot], batch: int) -> float:
        """Seconds until the last step, if the batch stays as it is: an estimate for people, nothing rests on it."""
        prediction, bucket = own[0].prediction, own[0].sample.bucket
        rounds = (prediction.steps * prediction.count - prediction.steps_done) / len(own)
        rivals = len({slot.sample.bucket for slot in self.slots})
        return round(rounds * rivals * self.step_ms[bucket][batch] / 1000, 2)

    def _preview(self, slot: Slot) -> None:
        picture = _attempt(slot.prediction.runner.preview, slot.sample)
        if isinstance(picture, bytes) and len(picture) <= protocol.PREVIEW_MAX_BYTES:
            b64 = base64.b64encode(picture).decode("ascii")
            slot.prediction.tell(
                protocol.Previewed(index=slot.index, step=slot.sample.step, mime="image/jpeg", b64=b64)
            )

    # ── the end of an output ──

    def _decode(self) -> None:
        """Turn at most DECODE_TOGETHER finished latents of one bucket into pictures."""
        if not self.done:
            return
        bucket = self.done[0].sample.bucket
        pair = [slot for slot in self.done if slot.sample.bucket == bucket][:DECODE_TOGETHER]
        for slot in pair:
            self.done.remove(slot)
        self._draw(pair)

    def _draw(self, pair: Sequence[Slot]) -> None:
        pictures = _attempt(pair[0].prediction.runner.decode, [slot.sample for slot in pair])
        if not isinstance(pictures, Fault):
            for slot, picture in zip(pair, pictures, strict=True):
                self._hand_over(slot, picture)
        elif len(pair) > 1:
            for slot in pair:
                if slot.prediction in self.live:
                    self._draw([slot])
        else:
            self._end(pair[0].prediction, "failed", error=pictures.sentence)

    def _hand_over(self, slot: Slot, picture: bytes) -> None:
        prediction = slot.prediction
        prediction.drawn += 1
        prediction.tell(Drawn(index=slot.index, data=picture))
        if prediction.drawn == prediction.count:
            self._end(prediction, "succeeded")


def _attempt(call: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """Call into a runner: its result, or a Fault. Model code can raise anything, and the loop must outlive it."""
    try:
        return call(*args, **named)
    except RunnerError as error:
        return Fault(error.sentence)
    except Exception as error:  # a loop that serves everyone cannot end with one picture's fault
        log.exception("%s raised", getattr(call, "__qualname__", call))
        return Fault(
            f"The model stopped with an error ({type(error).__name__}). Try again, or change the prompt."
        )


def run_all(runner: Runner, inputs: Sequence[Mapping[str, Any]], *, max_slots: int) -> list[dict[int, bytes]]:
    """Draw every input in this thread, all waiting from the start: the bare loop, for benchmarks and tests.

    `inputs` are valid and complete, seed included. Returns the PNG files by output index, in the order of `inputs`.
    Raises RunnerError with the sentence of the first that failed.
    """
    batcher = Batcher(max_slots=max_slots)
    pictures: list[dict[int, bytes]] = [{} for _ in inputs]
    for number, input in enumerate(inputs):
        batcher.submit(
            Prediction(
                id=str(number),
                runner=runner,
                input=input,
                seed=input["seed"],
                count=input.get("num_outputs", 1),
                tell=_collect(pictures[number]),
            )
        )
    while batcher.turn():
        pass
    return pictures


def _collect(pictures: dict[int, bytes]) -> Callable[[Told], None]:
    def tell(told: Told) -> None:
        if isinstance(told, Drawn):
            pictures[told.index] = told.data
        elif isinstance(told, protocol.Completed) and told.status != "succeeded":
            raise RunnerError(told.error or told.status)

    return tell
