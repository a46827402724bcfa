"""From a step that the engine publishes to the fragment at every socket, at 1, 50 and 500 sockets.

Ours is the whole way: engine, dispatcher, row, nudge, read, one render, every socket of the person. Beside it, with
frames of the same length at the same pace to as many sockets: a bare Channels consumer under daphne that passes on
what `group_send` gives it, timed from the call; for information also `websockets`' broadcast.

What would make it lie: frames so close that one waits for the one before (they are 0.6 s apart); a client that is
slower than the server (all three are read by the same client, so its share is in all figures, most of all in the
smallest); the moment of publishing (a second listener at the engine notes it, in its own process, so a little late,
which flatters ours by less than a millisecond); step one, which comes with the start (left out); compression (off
everywhere); and one busy minute (in turn, all sockets of all three stay open meanwhile).
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from statistics import median

from tests.benchmarks import machine
from tests.benchmarks.bare_channels import STAMP
from tests.benchmarks.child import Child, child
from tests.benchmarks.crowd import Crowd, crowd
from tests.benchmarks.figures import Findings, Goal, Line, compared, in_turn, percentile
from tests.benchmarks.ground import Ground, ground
from tests.site import Person

SIZES = (1, 50, 500)
STEPS, STEP_S = 10, 0.6
STEP = re.compile(r"step (\d+) of")
IDLE = 1000
WITHIN_S = 30.0

Latencies = list[float]  # milliseconds, of every frame at every socket


@dataclass(slots=True, kw_only=True)
class Bench:
    ground: Ground
    person: Person
    ear: Child
    channels: Child
    broadcast: Child

    def join(self, size: int) -> contextlib.AbstractAsyncContextManager[Crowd]:
        site = self.ground.site
        url = f"ws://localhost:{site.port}/live/?person=1"
        headers = {"Cookie": self.person.cookie_header, "Origin": site.url}
        return crowd(url, size, key_of=_step, headers=headers, says='{"have": {}}')

    async def step(self, here: Crowd) -> Latencies:
        here.forget()
        engine = self.ground.site.rows("SELECT base_url, token FROM generations_engine")[0]
        id = await asyncio.to_thread(self.person.create, "fan out", steps=STEPS, step_ms=int(STEP_S * 1000))
        asked = {"engine": engine["base_url"], "token": engine["token"], "id": id}
        published = {str(step): at for step, at in (await self.ear.ask("steps", **asked)).items()}
        late = [(at - published[step]) * 1000 for (step, _), at in here.arrivals.items() if step in published]
        assert len(late) >= (STEPS - 3) * here.size, f"{len(late)} frames for {here.size} sockets"
        return late


async def run(rounds: int = 3) -> Findings:
    with ground("safelight/echo", slots=8) as here:
        async with (
            child("tests.benchmarks.ear") as ear,
            child("tests.benchmarks.bare_channels", "daphne") as channels,
            child("tests.benchmarks.bare_channels", "websockets") as broadcast,
        ):
            person = await asyncio.to_thread(here.site.sign_up, "watcher@example.org")
            bench = Bench(ground=here, person=person, ear=ear, channels=channels, broadcast=broadcast)
            memory = await _memory(bench)  # first: what a busy server has freed would be taken for nothing
            return Findings([*[line for size in SIZES for line in await _at(bench, size, rounds)], memory])


async def _at(bench: Bench, size: int, rounds: int) -> list[Line]:
    async with (
        bench.join(size) as ours,
        _bare(bench.channels, size) as channels,
        _bare(bench.broadcast, size) as broadcast,
    ):
        await bench.step(ours)
        length = round(median(ours.lengths.values()))
        found = await in_turn(
            rounds,
            ours=lambda: bench.step(ours),
            channels=lambda: _published(bench.channels, channels, length=length, every_s=STEP_S),
            broadcast=lambda: _published(bench.broadcast, broadcast, length=length, every_s=0.2),
        )
    lines = []
    for share in (0.5, 0.99):
        by_arm = {arm: [percentile(each, share) for each in rounds_of] for arm, rounds_of in found.items()}
        crowd_of = "1 socket" if size == 1 else f"{size} sockets"
        name = f"step → fragment of {length / 1000:.1f} KB, {crowd_of}, p{share * 100:.0f}: site ÷ {{}}"
        goal = Goal(at_most=1.5)
        lines.append(
            compared(name.format("Channels"), by_arm["ours"], by_arm["channels"], form="{:.1f} ms", goal=goal)
        )
        lines.append(
            compared(name.format("broadcast"), by_arm["ours"], by_arm["broadcast"], form="{:.1f} ms")
        )
    return lines


@contextlib.asynccontextmanager
async def _bare(server: Child, size: int) -> AsyncIterator[Crowd]:
    port = await server.ask("port")
    async with crowd(f"ws://127.0.0.1:{port}/", size, key_of=lambda frame: frame[:STAMP]) as here:
        yield here


async def _published(server: Child, here: Crowd, *, length: int, every_s: float) -> Latencies:
    here.forget()
    await server.ask("publish", frames=STEPS, size=length, every_s=every_s)
    await here.hear(STEPS, within_s=WITHIN_S)
    return [(at - float(sent)) * 1000 for (sent, _), at in here.arrivals.items()]


async def _memory(bench: Bench) -> Line:
    """What the server holds for sockets that only wait, and what a bare consumer's server holds."""
    ours = await _held_mb(bench.ground.server, bench.join)
    bare = await _held_mb(bench.channels.pid, lambda size: _bare(bench.channels, size))
    goal = Goal(at_most=12)
    return Line(
        f"memory of the server for {IDLE:,} idle sockets, beside a bare consumer's",
        ours=f"{ours:.0f} MB",
        beside=f"{bare:.0f} MB",
        ratio=f"{ours / bare:.2f}",
        goal=f"{goal} MB",
        is_met=goal.holds(ours),
    )


async def _held_mb(pid: int, join: Callable[[int], contextlib.AbstractAsyncContextManager[Crowd]]) -> float:
    async with join(1):
        before = machine.resident_mb(pid)
    async with join(IDLE):
        await asyncio.sleep(1.0)
        return machine.resident_mb(pid) - before


def _step(frame: str) -> str:
    found = STEP.search(frame)
    return found[1] if found else ""
