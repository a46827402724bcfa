"""`python -m tests.benchmarks [name …]`: measure, print one table and, when nothing was left out, write the page.

`--rounds n` makes every comparison n rounds long, for a quick look; the page is then left alone, too.
"""

import argparse
import asyncio
import inspect
import sys
import time
from types import ModuleType

from tests.benchmarks import (
    batching,
    claims,
    desk,
    fan_out,
    gallery,
    machine,
    report,
    returning,
    starting,
    throughput,
)
from tests.benchmarks.figures import Findings

BENCHMARKS: dict[str, ModuleType] = {
    module.__name__.rpartition(".")[2]: module
    for module in (throughput, fan_out, gallery, claims, returning, starting, desk, batching)
}


def main() -> None:
    options = _options()
    began, busy = time.monotonic(), machine.load_a_core()
    findings: dict[ModuleType, Findings] = {}
    for name in options.names or BENCHMARKS:
        sys.stderr.write(f"{name} …\n")
        findings[BENCHMARKS[name]] = asyncio.run(_measure(BENCHMARKS[name], rounds=options.rounds))
    print(report.printed(findings))
    for found in findings.values():
        for note in found.notes:
            print("\n" + note)
    if not options.names and options.rounds is None:
        report.write(report.page(findings, busy=busy, minutes=(time.monotonic() - began) / 60))


async def _measure(module: ModuleType, *, rounds: int | None) -> Findings:
    takes_rounds = rounds is not None and "rounds" in inspect.signature(module.run).parameters
    found: Findings = await (module.run(rounds=rounds) if takes_rounds else module.run())
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the site beside its bare parts.")
    parser.add_argument("names", nargs="*", help="all when none is given")
    parser.add_argument("--rounds", type=int, help="of every comparison; the page is not written then")
    return parser.parse_args()


if __name__ == "__main__":
    main()
