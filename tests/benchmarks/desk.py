"""The next case of a moderator, with 100 cases that wait and with 10,000.

What would make it lie: one database for both, where the short queue would pay for the depth of the long one's indexes
(each has a database of its own); cases that all weigh the same (scores are spread); a queue that nobody works at
(the twenty gravest are claimed by others); the first request, which compiles templates (thrown
away); a server between, whose constant cost would flatter the ratio. "Next" is the whole act: the claim, and the page
that it leads to, with its list of thirty.
"""

import contextlib

from tests.benchmarks.child import Child
from tests.benchmarks.figures import Findings, Goal, compared, in_turn
from tests.benchmarks.ground import django_child

SIZES = (100, 10_000)
TIMES = 10


async def run(rounds: int = 7, sizes: tuple[int, int] = SIZES) -> Findings:
    async with contextlib.AsyncExitStack() as stack:
        desks = {size: await _desk(stack, size) for size in sizes}
        for desk in desks.values():
            await desk.ask("next_case", times=2)
        arms = {
            str(size): lambda desk=desk: desk.ask("next_case", times=TIMES) for size, desk in desks.items()
        }
        found = await in_turn(rounds, **arms)
    small, large = sizes
    ours, beside = ([spent_s * 1000 for spent_s in found[str(size)]] for size in (large, small))
    words = f"the next case, {large:,} ÷ {small:,} cases that wait"
    return Findings([compared(words, ours, beside, form="{:.1f} ms", goal=Goal(at_most=1.5))])


async def _desk(stack: contextlib.AsyncExitStack, size: int) -> Child:
    desk = await stack.enter_async_context(django_child())
    await desk.ask("desk", waiting=size)
    return desk
