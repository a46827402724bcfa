"""What a stage says while it works, and the clock that ends it: one line every few seconds, with the time left.

    clock = Clock("denoiser", minutes=minutes, spent_s=checkpoint.spent_s)
    while clock.goes_on():
        loss = learn(rate=cosine(clock.share))
        clock.tell(loss=loss)
        if clock.save_due():
            save(spent_s=clock.spent_s)
    save(spent_s=clock.spent_s)

The time spent is stored with the checkpoint, so that a budget is of the whole, however often the stage was killed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

EVERY_S = 10.0  # between two lines
SAVE_EVERY_S = 60.0  # between two checkpoints: what a kill can cost

Item = TypeVar("Item")


class Clock:
    """The wall-clock budget of one stage. `spent_s`: what earlier runs of it took, from the checkpoint."""

    def __init__(
        self, stage: str, *, minutes: float, spent_s: float = 0.0, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.stage = stage
        self.budget_s = minutes * 60
        self.steps = 0
        self._now = now
        self._began = now() - spent_s
        self._told_at = -EVERY_S
        self._saved_at = now()

    @property
    def spent_s(self) -> float:
        return self._now() - self._began

    @property
    def share(self) -> float:
        """0 at the start, 1 when the budget is spent: what learning rates follow."""
        return min(1.0, self.spent_s / self.budget_s) if self.budget_s else 1.0

    def goes_on(self) -> bool:
        """Is there time for another step? Asked before each; it counts them."""
        self.steps += 1
        return self.spent_s < self.budget_s

    def save_due(self) -> bool:
        """True once a minute."""
        if self._now() - self._saved_at < SAVE_EVERY_S:
            return False
        self._saved_at = self._now()
        return True

    def tell(self, **figures: float) -> None:
        """One line: share, steps of this run, figures, time left. Called at will, it speaks every ten seconds."""
        if self._now() - self._told_at < EVERY_S:
            return
        self._told_at = self._now()
        parts = [f"{name} {value:.4g}" for name, value in figures.items()]
        left = max(0.0, self.budget_s - self.spent_s)
        say(self.stage, f"{self.share:4.0%}", f"step {self.steps}", *parts, f"{duration(left)} left")


def counted(stage: str, items: Iterable[Item], *, total: int) -> Iterator[Item]:
    """The items, with a line every ten seconds for a stage whose work is counted and not timed."""
    began = told_at = time.monotonic()
    for done, item in enumerate(items):
        now = time.monotonic()
        if done and now - told_at >= EVERY_S:
            told_at = now
            left = (now - began) / done * (total - done)
            say(stage, f"{done / total:4.0%}", f"{done:,} of {total:,}", f"{duration(left)} left")
        yield item


def say(stage: str, *parts: str) -> None:
    """One line of a stage."""
    sys.stdout.write(f"{stage:<14}" + " · ".join(parts) + "\n")
    sys.stdout.flush()


def duration(seconds: float) -> str:
    """45 s, 12 min, 3 h 20 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    whole = round(seconds / 60)
    return f"{whole} min" if whole < 90 else f"{whole // 60} h {whole % 60:02} min"
