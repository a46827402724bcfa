"""Pictures a second through the whole site beside the bare loop over the same runner.

The site is `manage.py up` as it is run: server, dispatcher, engine. People with accounts sit at open studios: each
posts the composer's form, reads the socket of the person's page, tells it what the page has, and fetches every
finished picture; each keeps two predictions unfinished. The bare loop is the runner alone in a process with the same
cap and the same threads, with work always waiting: no batcher, no previews, no wire.

What would make it lie: counting when the engine is done (a picture counts when its last fragment is at the page); a
run that begins or ends with empty slots (the first pictures are left out, and people stay busy past the last); a
prompt that the model remembers (no two are alike); one busy minute (in turn, five rounds); and clients that take the
cores (they do: with the shipped model they share the two cores, and that is left as it is, to our loss). An arm that
waits costs a little of the other's time, as the idle site polls its engine's health.
"""

import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from tests.benchmarks.browser import Browser, browsers
from tests.benchmarks.child import Child, child
from tests.benchmarks.figures import Findings, Goal, Line, alone, compared, in_turn, rate, table
from tests.benchmarks.ground import Ground, django_child, ground
from tests.benchmarks.load import IN_FLIGHT, Burst, burst
from tests.benchmarks.words import prompts

ECHO, PICTO = "safelight/echo", "safelight/picto"
ECHO_INPUT = {"steps": 20, "step_ms": 50}
PEOPLE = 8
PARTS = 30  # pictures that go through the parts alone


@dataclass(slots=True, kw_only=True)
class Rig:
    """A site and a bare loop over the same model, with the same `cap` of slots."""

    ground: Ground
    people: list[Browser]
    loop: Child
    cap: int
    input: dict[str, Any]
    words: Iterator[str] = field(default_factory=prompts)
    seeds: Iterator[int] = field(default_factory=lambda: iter(range(1, 10_000)))

    async def site(self, people: int, *, total: int, skip: int) -> Burst:
        chosen = self.people[:people]
        return await burst(self.ground, chosen, self.words, input=self.input, total=total, skip=skip)

    async def bare(self, *, total: int, skip: int, cap: int = 0, how: str = "bare") -> float:
        asked = {"cap": cap or self.cap, "total": total, "input": self.input, "seed": next(self.seeds)}
        return rate((await self.loop.ask(how, **asked))["done_at"], skip=skip)


async def run(rounds: int = 5) -> Findings:
    echo, (picto, server_ms) = await _echo(rounds), await _picto(rounds)
    return Findings([*echo, *picto], [await _explained(server_ms)])


async def _echo(rounds: int) -> list[Line]:
    async with _rig(ECHO, ECHO_INPUT) as rig:
        found = await in_turn(
            rounds,
            site=lambda: rig.site(PEOPLE, total=64, skip=16),
            bare=lambda: rig.bare(total=56, skip=8),
            batcher=lambda: rig.bare(total=56, skip=8, how="batcher"),
            one=lambda: rig.site(1, total=10, skip=2),
            bare_two=lambda: rig.bare(total=10, skip=2, cap=IN_FLIGHT),
        )
    name = "pictures a second, echo at 20 × 50 ms, {}"
    return [
        _rates(
            name.format("8 people: site ÷ bare loop"), found["site"], found["bare"], goal=Goal(at_least=0.95)
        ),
        _rates(
            name.format("1 person: site ÷ bare loop"),
            found["one"],
            found["bare_two"],
            goal=Goal(at_least=0.93),
        ),
        compared(name.format("no site: batcher ÷ bare loop"), found["batcher"], found["bare"]),
        *_costs("echo", found["site"]),
    ]


async def _picto(rounds: int) -> tuple[list[Line], float]:
    """The lines, and the server's milliseconds a picture."""
    async with _rig(PICTO, {}) as rig:
        await rig.site(PEOPLE, total=16, skip=8)
        await rig.bare(total=16, skip=8)
        found = await in_turn(
            rounds,
            site=lambda: rig.site(PEOPLE, total=40, skip=8),
            bare=lambda: rig.bare(total=40, skip=8),
            batcher=lambda: rig.bare(total=40, skip=8, how="batcher"),
        )
    name = f"pictures a second, shipped model, {rig.cap} slots, {{}}"
    lines = [
        _rates(
            name.format("8 people: site ÷ bare loop"), found["site"], found["bare"], goal=Goal(at_least=0.7)
        ),
        compared(name.format("no site: batcher ÷ bare loop"), found["batcher"], found["bare"]),
        *_costs("shipped model", found["site"]),
    ]
    return lines, median(each.server_ms for each in found["site"])


async def _explained(server_ms: float) -> str:
    """The server's processor time a picture, by what it is spent on: the parts alone, and the rest."""
    async with django_child("tests.benchmarks.parts") as site:
        found = await site.ask("parts", pictures=PARTS)
    rest = server_ms - sum(found.values())
    rows = [*found.items(), ("event loop, HTTP, sockets, changes of threads (the rest)", rest)]
    return table(
        ("processor time of the server, a picture of the shipped model", "ms"),
        [(part, f"{spent:.1f}") for part, spent in rows],
    )


@contextlib.asynccontextmanager
async def _rig(model: str, input: dict[str, Any]) -> AsyncIterator[Rig]:
    async with child("tests.benchmarks.bare_loop", model) as loop:
        cap = await loop.ask("cap")
        with ground(model, slots=cap) as here:
            async with browsers(here.site, PEOPLE, name="crowd") as people:
                yield Rig(ground=here, people=people, loop=loop, cap=cap, input=input)


def _rates(measure: str, site: Sequence[Burst], bare: Sequence[float], *, goal: Goal) -> Line:
    return compared(measure, [each.rate for each in site], bare, goal=goal)


def _costs(model: str, bursts: Sequence[Burst]) -> list[Line]:
    name = f"processor time a picture, {model}, {{}}"
    return [
        alone(name.format("server"), [each.server_ms for each in bursts], form="{:.0f} ms"),
        alone(name.format("engine"), [each.engine_ms for each in bursts], form="{:.0f} ms"),
        alone(f"frames a picture at the socket, {model}", [each.frames for each in bursts], form="{:.1f}"),
    ]
