"""Pictures a second of the shipped model with several slots beside one, without a site.

What would make it lie: prompts that the runner remembers (no two are alike), the first pass of a graph, which
allocates (a round is thrown away), the end of a run, when slots stand empty (they are always full), and another
process in between (in turn, five rounds).
"""

from tests.benchmarks.child import child
from tests.benchmarks.figures import Findings, Goal, compared, in_turn, rate

PICTURES = 24


async def run(rounds: int = 5) -> Findings:
    async with child("tests.benchmarks.bare_loop", "safelight/picto") as loop:
        seeds = iter(range(1, 1000))
        cap = await loop.ask("cap")

        async def draw(slots: int) -> float:
            asked = {"cap": slots, "total": PICTURES, "input": {}, "seed": next(seeds)}
            return rate((await loop.ask("bare", **asked))["done_at"], skip=slots)

        await draw(8)
        found = await in_turn(rounds, one=lambda: draw(1), cap=lambda: draw(cap), eight=lambda: draw(8))
    goal = Goal(at_least=1.4)
    name = "pictures a second, shipped model, no site: {} slots ÷ 1 slot"
    return Findings(
        [
            compared(name.format(8), found["eight"], found["one"], goal=goal),
            compared(name.format(f"{cap} (the probed cap)"), found["cap"], found["one"]),
        ]
    )
