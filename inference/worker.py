"""The thread that owns the models and the batcher's loop; the server talks to it across this line and no other."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from inference.batcher import Batcher, Prediction, Told
from inference.errors import InferenceError
from inference.runners.base import Runner

log = logging.getLogger(__name__)

QUIET_S = 1.0  # chores wait for this much silence, so they never stand before a person's first picture

Deliver = Callable[[list[tuple[str, Told]]], None]
Chore = Callable[[], None]


class Worker(threading.Thread):
    """Loads the models, then turns the batcher whenever there is something to do.

    `deliver` is called with everything that a part of a turn told, as (prediction id, what). `beat_at` is
    when the last turn began, and `idle` says that there is nothing to turn for.
    """

    def __init__(
        self,
        batcher: Batcher,
        *,
        load: Callable[[], list[Runner]],
        deliver: Deliver,
        plan: Callable[[list[Runner], Batcher], list[Chore]],
    ) -> None:
        super().__init__(name="batcher", daemon=True)
        self.batcher = batcher
        self.runners: dict[str, Runner] = {}
        self.state = "STARTING"
        self.setup: dict[str, str | None] = {
            "started_at": _now(),
            "completed_at": None,
            "status": "starting",
            "logs": "",
        }
        self.beat_at = time.monotonic()
        self.idle = False
        self._load = load
        self._deliver = deliver
        self._plan = plan
        self._told: list[tuple[str, Told]] = []
        self._wake = threading.Event()

    def submit(self, prediction: Prediction) -> None:
        self.batcher.submit(prediction)
        self._wake.set()

    def cancel(self, prediction: Prediction) -> None:
        """Ask for the end; it comes between two steps."""
        prediction.cancel_asked = True
        self._wake.set()

    def alive(self, *, within_s: float) -> bool:
        """Idle, or in a turn that began not long ago. A step that never ends makes this false."""
        return self.idle or time.monotonic() - self.beat_at < within_s

    def tell_of(self, id: str) -> Callable[[Told], None]:
        """The `tell` of one prediction: collects, so that threads are crossed once for many."""
        return lambda told: self._told.append((id, told))

    def run(self) -> None:
        try:
            if self._set_up():
                self._turn_for_ever(deque(self._plan(list(self.runners.values()), self.batcher)))
        except Exception:  # the process's loop: a server without its thread would only look alive
            log.exception("The batcher's loop ended. The process ends too, so that it is started anew.")
            os._exit(1)

    def _set_up(self) -> bool:
        try:
            runners = self._load()
        except InferenceError as error:  # a sentence that says all there is to know
            log.error("The model could not be loaded. %s", error.sentence)
            return self._failed(error)
        except Exception as error:  # whatever a model's files raise: the engine lives on to say so
            log.exception("A model could not be loaded.")
            return self._failed(error)
        self.runners = {runner.card.ref: runner for runner in runners}
        self.setup |= {"completed_at": _now(), "status": "succeeded"}
        self.state = "READY"
        return True

    def _failed(self, error: Exception) -> bool:
        self.setup |= {"completed_at": _now(), "status": "failed", "logs": str(error)}
        self.state = "SETUP_FAILED"
        return False

    def _turn_for_ever(self, chores: deque[Chore]) -> None:
        while True:
            self._wake.clear()
            self.beat_at = time.monotonic()
            busy = self.batcher.turn(flush=self._flush)
            if not busy:
                self._rest(chores)

    def _flush(self) -> None:
        if self._told:
            told, self._told = self._told, []
            self._deliver(told)

    def _rest(self, chores: deque[Chore]) -> None:
        """Sleep until there is work. In a long silence, do one chore at a time."""
        self.idle = True
        woken = self._wake.wait(timeout=QUIET_S if chores else None)
        self.idle = False
        if not woken and chores:
            chores.popleft()()


def by_ref_or_version(runners: Mapping[str, Runner], wanted: str | None) -> Runner | None:
    """The runner of a ref ("owner/name") or a version id; the first loaded when nothing is wanted."""
    if not wanted:
        return next(iter(runners.values()), None)
    found = runners.get(wanted)
    return found or next((runner for runner in runners.values() if runner.card.version == wanted), None)


def _now() -> str:
    return datetime.now(UTC).isoformat()
