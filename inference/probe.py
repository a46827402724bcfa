"""How many slots are worth having: steps are timed once at batch 1, 2, 4 and 8, in the quiet after start-up.

Batching gains where a pass leaves the device idle, and costs latency where it does not, so the cap is the smallest
batch within a tenth of the best throughput, and one more slot so that a newcomer sees a first preview early.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping

from inference.batcher import Batcher
from inference.inputs import settle
from inference.runners.base import Runner

BATCHES = (1, 2, 4, 8)
WITHIN = 0.9


def chores(runner: Runner, batcher: Batcher, *, set_cap: bool) -> list[Callable[[], None]]:
    """One small piece of work for each batch size, then the decision. A runner with a cap of its own has none."""
    if runner.card.max_slots is not None:
        return []
    found: dict[int, float] = {}

    def time_one(batch: int) -> None:
        found[batch] = step_ms(runner, batch)
        batcher.step_ms.setdefault(runner.card.buckets[0], {})[batch] = found[batch]

    def decide() -> None:
        if set_cap:
            batcher.cap(runner.card.ref, knee(found) + 1)

    return [*(lambda batch=batch: time_one(batch) for batch in BATCHES), decide]


def step_ms(runner: Runner, batch: int) -> float:
    """Milliseconds of one step of `batch` samples: the better of two, as the first may allocate."""
    sample = runner.begin(settle(runner.card.schema, {"prompt": runner.card.examples[0]}), seed=0)
    samples = [copy.copy(sample) for _ in range(batch)]
    return round(min(_timed_ms(lambda: runner.step(samples)) for _ in range(2)), 2)


def knee(found: Mapping[int, float]) -> int:
    """The smallest batch whose throughput is within a tenth of the best. `found`: batch → milliseconds."""
    rate = {batch: batch / spent for batch, spent in found.items()}
    return min(batch for batch in rate if rate[batch] >= WITHIN * max(rate.values()))


def _timed_ms(call: Callable[[], None]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000
