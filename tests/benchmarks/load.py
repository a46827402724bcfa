"""Pictures a second of a site that is kept busy by people at their studios."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.browser import Browser
from tests.benchmarks.figures import rate
from tests.benchmarks.ground import Ground

IN_FLIGHT = 2  # predictions that each person keeps unfinished


@dataclass(frozen=True, slots=True)
class Burst:
    """`rate`: pictures a second. Of one picture: `server_ms`, `engine_ms` of processor time, `frames` at the socket."""

    rate: float
    server_ms: float
    engine_ms: float
    frames: float


async def burst(
    ground: Ground,
    people: Sequence[Browser],
    prompts: Iterator[str],
    *,
    input: Mapping[str, Any],
    total: int,
    skip: int,
) -> Burst:
    """Keep them busy until `total` pictures have been shown; the rate leaves out the first `skip`.

    Counted from page to page: a picture is done when the socket of its owner has brought the end of its prediction.
    """
    before, frames_before = ground.cpu_s(), _frames(people)
    starts = [len(person.done_at) for person in people]

    def done() -> list[float]:
        return [at for person, start in zip(people, starts, strict=True) for at in person.done_at[start:]]

    enough = asyncio.Event()
    busy = [
        asyncio.create_task(person.keep_busy(IN_FLIGHT, prompts, input, enough=enough)) for person in people
    ]
    while len(done()) < total:
        await _first_fault(busy)
    counted = sorted(done())[:total]
    enough.set()
    await asyncio.gather(*busy)
    for person in people:
        await person.settle()
    made = len(done())
    spent = [(after - first) * 1000 / made for after, first in zip(ground.cpu_s(), before, strict=True)]
    return Burst(
        rate=rate(counted, skip=skip),
        server_ms=spent[0],
        engine_ms=spent[1],
        frames=(_frames(people) - frames_before) / made,
    )


async def _first_fault(tasks: Sequence[asyncio.Task[None]]) -> None:
    """A little later; raises what a person's task has raised."""
    done, _ = await asyncio.wait(tasks, timeout=0.05)
    for task in done:
        task.result()


def _frames(people: Sequence[Browser]) -> int:
    return sum(person.frames for person in people)
