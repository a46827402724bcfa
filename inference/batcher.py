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

from inference import meter, protocol
from inference.errors import RunnerError
from inference.rotation import Rotation
from inference.runners.base import Runner, Sample

log = logging.getLogger(__name__)

DECODE_TOGETHER = 2  # a decode stalls every running slot, so only a little of it fits between two steps
NAP_S = 0.02  # while every output rests between two steps; who comes meanwhile waits no longer than that


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
    steps_logged: int = 0
    lines: list[str] = field(default_factory=list)  # of the log, not told yet
    words: list[str] = field(default_factory=list)  # text that it yielded, not told yet
    words_told: int = 0

    @property
    def step(self) -> int:
        return self.steps_done // self.count


@dataclass(slots=True, eq=False)
class Slot:
    """One output that is being drawn. `due_at`: when its next step may be; it rests until then."""

    prediction: Prediction
    index: int
    sample: Sample
    due_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What a runner raised, as a sentence."""

    sentence: str


@dataclass(slots=True, eq=False, kw_only=True)
class Batcher:
    """The loop's state. All of it belongs to one thread, but for `submit` and `Prediction.cancel_asked`."""

    max_slots: int
    clock: Callable[[], float] = time.monotonic
    nap: Callable[[float], None] = time.sleep
    live: list[Prediction] = field(default_factory=list)  # admitted or waiting, in order of arrival
    waiting: deque[tuple[Prediction, int]] = field(
        default_factory=deque
    )  # outputs without a slot, first come first
    slots: list[Slot] = field(default_factory=list)  # outputs that still have steps to go
    done: deque[Slot] = field(default_factory=deque)  # stepped to the end, waiting for the decoder
    caps: dict[str, int] = field(default_factory=dict)  # ref → slots worth having for that model
    step_ms: dict[str, dict[int, float]] = field(default_factory=dict)  # bucket → batch size → milliseconds
    _light: set[str] = field(default_factory=set)  # refs
    _inbox: deque[Prediction] = field(default_factory=deque)
    _rotation: Rotation = field(default_factory=Rotation)

    def submit(self, prediction: Prediction) -> None:
        """Queue a prediction. Safe from any thread: a deque's append and popleft are atomic."""
        prediction.arrived_at = self.clock()
        self._inbox.append(prediction)

    def cap(self, ref: str, slots: int, *, is_light: bool = False) -> None:
        """No more slots than these are worth having for one model; the engine has as many as the best of them.

        What is light has places of its own beside them.
        """
        self.caps[ref] = slots
        self._light |= {ref} if is_light else set()
        heavy = [slots for ref, slots in self.caps.items() if ref not in self._light]
        self.max_slots = max(heavy or self.caps.values())

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
        while place := self._first_that_fits():
            self.waiting.remove(place)
            self._begin(*place)

    def _free(self) -> bool:
        """A slot is free again once its steps are over, but a slow decoder must not pile up finished latents."""
        drawing = [slot for slot in self.slots if not slot.prediction.runner.card.is_light]
        return len(drawing) < self.max_slots and len(self.done) < self.max_slots

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
        if not prediction.runner.card.is_light and not self._free():
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
        self._tell_text(prediction)
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
        began = self.clock()
        due = [slot for slot in self.slots if slot.due_at <= began]
        if not due:
            self._rest(began)
            return
        bucket = self._rotation.pick([slot.sample.bucket for slot in due])
        sharing = [slot for slot in due if slot.sample.bucket == bucket]
        self._advance(sharing)
        self._learn(bucket, len(sharing), spent_ms=(self.clock() - began) * 1000)
        stepped = [slot for slot in sharing if slot in self.slots]
        for slot in stepped:
            slot.due_at = began + slot.sample.pause_s
            self._write_down(slot)
        self._report(stepped, batch=len(sharing))
        self.done.extend(slot for slot in self.slots if slot.sample.step == slot.sample.steps)
        self.slots = [slot for slot in self.slots if slot.sample.step < slot.sample.steps]

    def _rest(self, now: float) -> None:
        """Nothing is due: wait for what is due next, unless there is a picture to finish."""
        if self.slots and not self.done:
            self.nap(min(NAP_S, min(slot.due_at for slot in self.slots) - now))

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

    def _write_down(self, slot: Slot) -> None:
        """A line of the log for each step, and the text that the step yielded; both are told with the progress."""
        prediction, sample = slot.prediction, slot.sample
        prediction.words += sample.said
        sample.said = []
        if prediction.step > prediction.steps_logged:
            prediction.steps_logged = prediction.step
            spent_s = self.clock() - (prediction.started_at or 0.0)
            prediction.lines.append(meter.line(prediction.step, prediction.steps, spent_s=spent_s))

    def _tell_text(self, prediction: Prediction) -> None:
        for word in prediction.words:
            prediction.tell(protocol.Produced(chunk=word, index=prediction.words_told))
            prediction.words_told += 1
        if prediction.lines:
            prediction.tell(protocol.Logged(data="".join(prediction.lines), source="stderr"))
        prediction.words, prediction.lines = [], []

    def _report(self, stepped: Sequence[Slot], *, batch: int) -> None:
        """What was written down, progress and previews, at most EVENTS_PER_S a prediction: the first step at once, the
        last one always."""
        now = self.clock()
        for prediction in dict.fromkeys(slot.prediction for slot in stepped):
            if not self._due(prediction, now):
                continue
            prediction.reported_at = now
            own = [slot for slot in stepped if slot.prediction is prediction]
            self._tell_text(prediction)
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
        step_s = max(own[0].sample.pause_s, rivals * self.step_ms[bucket][batch] / 1000)
        return round(rounds * step_s, 2)

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

    def _hand_over(self, slot: Slot, picture: bytes | None) -> None:
        prediction = slot.prediction
        prediction.drawn += 1
        if picture is not None:
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
