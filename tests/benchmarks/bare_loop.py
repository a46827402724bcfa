"""The bare loop over a runner, in a process of its own: nothing but begin, step and decode.

Beside it the batcher without a site, to tell what of a loss is the engine's and what is the site's.
"""

import sys
import time
from collections.abc import Sequence
from itertools import count
from typing import Any

from inference import batcher, device, probe
from inference.inputs import settle
from inference.runners import shelf
from inference.runners.base import Runner, Sample
from tests.benchmarks.child import answer_forever
from tests.benchmarks.words import prompts


def main() -> None:
    runner = shelf.load(sys.argv[1], threads=device.default_threads())
    answer_forever(
        {
            "bare": lambda **how: _timed(bare, runner, **how),
            "batcher": lambda **how: _timed(batched, runner, **how),
            "cap": lambda: _cap(runner),
        }
    )


def bare(runner: Runner, *, cap: int, total: int, input: dict[str, Any], seed: int = 0) -> list[float]:
    """Draw `total` pictures, always `cap` of them at a time, as if more were waiting; when each was done."""
    words, numbers = prompts(seed), count(seed * 10_000)
    live: list[Sample] = []
    done_at: list[float] = []
    while len(done_at) < total:
        while len(live) < cap:
            live.append(_begin(runner, {**input, "prompt": next(words)}, seed=next(numbers)))
        runner.step(live)
        for sample in live:
            sample.step += 1
        ended = [sample for sample in live if sample.step == sample.steps]
        live = [sample for sample in live if sample.step < sample.steps]
        done_at += _decode(runner, ended)
    return done_at[:total]


def batched(
    runner: Runner, *, cap: int, total: int, input: dict[str, Any], waiting: int = 16, seed: int = 0
) -> list[float]:
    """The same through the engine's batcher, previews and all, with `waiting` predictions always unfinished."""
    words, numbers = prompts(seed), count(seed * 10_000)
    loop = batcher.Batcher(max_slots=cap)
    done_at: list[float] = []

    def submit() -> None:
        number, settled = next(numbers), settle(runner.card.schema, {**input, "prompt": next(words)})
        loop.submit(batcher.Prediction(id=str(number), runner=runner, input=settled, seed=number, tell=hear))

    def hear(told: batcher.Told) -> None:
        if isinstance(told, batcher.Drawn):
            done_at.append(time.monotonic())
            submit()

    for _ in range(waiting):
        submit()
    while len(done_at) < total:
        loop.turn()
    return done_at[:total]


def _cap(runner: Runner) -> int:
    """The slots that an engine would give this runner here, by the same probe."""
    if runner.card.max_slots is not None:
        return runner.card.max_slots
    return probe.knee({batch: probe.step_ms(runner, batch) for batch in probe.BATCHES}) + 1


def _begin(runner: Runner, input: dict[str, Any], *, seed: int) -> Sample:
    return runner.begin(settle(runner.card.schema, input), seed=seed)


def _decode(runner: Runner, samples: Sequence[Sample]) -> list[float]:
    """Two at a time, as the engine does."""
    done_at: list[float] = []
    for start in range(0, len(samples), batcher.DECODE_TOGETHER):
        pair = samples[start : start + batcher.DECODE_TOGETHER]
        runner.decode(pair)
        done_at += [time.monotonic()] * len(pair)
    return done_at


def _timed(call: Any, *args: Any, **how: Any) -> dict[str, Any]:
    before = time.process_time()
    done_at = call(*args, **how)
    return {"done_at": done_at, "cpu_s": time.process_time() - before}


if __name__ == "__main__":
    main()
