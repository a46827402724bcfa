"""Claims a second with 20,000 predictions waiting, of which one person owns nine tenths.

What would make it lie: claiming many at once (here one at a time, as slots come free one by one), a queue that has
become short (the share is taken over the first claims, while everybody still has rows waiting), an empty table of
ended rows (they pile up as in life, since every claim is also started and ended), and a database in memory (it is the
SQLite file of the site, with its settings).
"""

from tests.benchmarks.figures import Findings, Goal, Line, alone
from tests.benchmarks.ground import django_child

QUEUED, HEAVY, OTHERS = 20_000, 0.9, 10
CLAIMS, ROUNDS = 200, 5


async def run() -> Findings:
    async with django_child() as site:
        await site.ask("queue", total=QUEUED, heavy_share=HEAVY, others=OTHERS)
        found = [await site.ask("claim", total=CLAIMS) for _ in range(ROUNDS)]
    share = sum(each["of_heavy"] for each in found) / (CLAIMS * ROUNDS)
    fair = 1 / (OTHERS + 1)
    goal = Goal(at_most=1.5)
    return Findings(
        [
            alone(
                f"claims a second, {QUEUED:,} waiting",
                [CLAIMS / each["claim_s"] for each in found],
                form="{:.0f}",
                goal=Goal(at_least=100),
            ),
            alone(
                "claimed, started and ended, a second",
                [CLAIMS / each["whole_s"] for each in found],
                form="{:.0f}",
            ),
            Line(
                "share of the person who owns 90 % of the queue ÷ a fair share",
                ours=f"{share:.1%}",
                beside=f"{fair:.1%}",
                ratio=f"{share / fair:.2f}",
                goal=str(goal),
                is_met=goal.holds(share / fair),
            ),
        ]
    )
