"""A cheap page while 500 pages come back at once after a restart, beside the same page when nobody is here.

The server is killed under 500 open sockets and started again; the pages reconnect as live.js does, with a jittered
back-off. A process of its own opens the sign-in page again and again until every page has been told where its
prediction is.

What would make it lie: the looker sharing an interpreter with the crowd (it does not, but it shares the two cores, to
our loss); a crowd that is back before anybody looked (each look of that time counts, the first while Python is still
importing).
"""

import asyncio
import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.figures import Findings, Goal, compared, percentile
from tests.crowd import PAGES, Crowd, come_back
from tests.site import running_site


async def run(rounds: int = 3) -> Findings:
    quiet, busy, worst = [], [], []
    for _ in range(rounds):
        before, during = await _round()
        quiet.append(median(before))
        busy.append(median(during))
        worst.append(percentile(during, 0.99))
    name = f"a cheap page, {PAGES} pages coming back ÷ nobody here"
    milliseconds = [[1000 * each for each in arm] for arm in (busy, quiet, worst)]
    return Findings(
        [
            compared(
                name + ", p50", milliseconds[0], milliseconds[1], form="{:.1f} ms", goal=Goal(at_most=5)
            ),
            compared(name + ", its slowest", milliseconds[2], milliseconds[1], form="{:.1f} ms"),
        ]
    )


async def _round() -> tuple[list[float], list[float]]:
    with tempfile.TemporaryDirectory(prefix="bench") as folder, running_site(Path(folder) / "data") as site:
        await asyncio.to_thread(site.until_engine)
        return await come_back(Crowd(site, site.guest(), id=""))
