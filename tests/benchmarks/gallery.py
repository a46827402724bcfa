"""The gallery page of somebody with 100, 10,000 and 100,000 pictures.

What would make it lie: one database for all three, where the small gallery would pay for the depth of the large one's
indexes (each has a database of its own); the first request, which compiles templates (thrown away); a server between,
whose constant cost would flatter the ratio (the page is taken by Django's test client, through all middleware); and
pages of different length (all three show sixty pictures, and the bytes are compared). The last stretch of each
gallery is measured as well as the first.

Word search: a word that stands in as many prompts of each gallery, spread over all of it, and one that is in every
fourth prompt, where the small gallery has fewer than sixty pictures to show and is therefore not compared with; ten
times the pictures are ten times the finds, which the index gives and the page counts up to its bound: no goal.
"""

import contextlib
from statistics import median
from typing import Any

from tests.benchmarks.child import Child
from tests.benchmarks.figures import Findings, Goal, Line, compared, in_turn
from tests.benchmarks.ground import django_child

SIZES = (100, 10_000, 100_000)
TIMES = 10
MARKED = 20  # prompts with the rare word, in each gallery
RARE, COMMON = "/gallery/?q=lighthouse", "/gallery/?q=hills"


async def run(rounds: int = 7, sizes: tuple[int, ...] = SIZES) -> Findings:
    async with contextlib.AsyncExitStack() as stack:
        sites = {size: await _site(stack, size) for size in sizes}
        deepest = {size: await site.ask("deepest") for size, site in sites.items()}
        first = await _measured(rounds, {size: (site, "/gallery/") for size, site in sites.items()})
        last = await _measured(rounds, {size: (site, deepest[size]) for size, site in sites.items()})
        rare = await _measured(rounds, {size: (site, RARE) for size, site in sites.items()})
        common = await _measured(rounds, {size: (site, COMMON) for size, site in sites.items()})
    small, large = sizes[0], sizes[-1]
    lines = [_line(f"gallery page, {size:,} ÷ {small:,} pictures", first, size, small) for size in sizes[1:]]
    lines.append(_line(f"its last stretch, {large:,} ÷ {small:,} pictures", last, large, small))
    words = f"search for a word in {MARKED} prompts, {large:,} ÷ {small:,} pictures"
    lines.append(_line(words, rare, large, small, most=1.5))
    words = f"search for a word in every fourth prompt, {large:,} ÷ {sizes[-2]:,} pictures"
    lines.append(_line(words, common, large, sizes[-2], most=None))
    return Findings([*lines, _queries(first, sizes)])


async def _site(stack: contextlib.AsyncExitStack, size: int) -> Child:
    site = await stack.enter_async_context(django_child())
    await site.ask("gallery", outputs=size, marked=MARKED)
    return site


async def _measured(rounds: int, pages: dict[int, tuple[Child, str]]) -> dict[int, list[dict[str, Any]]]:
    for site, path in pages.values():
        await site.ask("page", path=path, times=2)
    arms = {
        str(size): lambda site=site, path=path: site.ask("page", path=path, times=TIMES)
        for size, (site, path) in pages.items()
    }
    return {int(size): found for size, found in (await in_turn(rounds, **arms)).items()}


def _line(
    measure: str, found: dict[int, list[dict[str, Any]]], size: int, small: int, *, most: float | None = 1.3
) -> Line:
    ours, beside = ([median(each["spent_s"]) * 1000 for each in found[n]] for n in (size, small))
    return compared(measure, ours, beside, form="{:.1f} ms", goal=Goal(at_most=most) if most else None)


def _queries(found: dict[int, list[dict[str, Any]]], sizes: tuple[int, ...]) -> Line:
    counts = [found[size][0]["queries"] for size in sizes]
    return Line(
        "queries of that page, smallest and largest gallery",
        ours=str(counts[-1]),
        beside=str(counts[0]),
        ratio=f"{counts[-1] / counts[0]:.2f}",
        goal="the same",
        is_met=len(set(counts)) == 1,
    )
