"""The table on the terminal, and docs/performance.md."""

import inspect
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from tests.benchmarks import machine
from tests.benchmarks.child import ROOT
from tests.benchmarks.figures import Findings, Line, table

PAGE = ROOT / "docs" / "performance.md"
HEAD = ("measure", "ours", "beside", "ratio", "spread", "goal", "")

INTRODUCTION = """# Performance

Written by `make bench`. Each figure is a ratio of two things that were measured in the same run on the same machine,
in turn (A B A B …): the median of the ratios of the rounds, and in "spread" the lowest and the highest of them. The
absolute figures are of this machine and of this run; nothing is claimed by them.

The machine: {machine}. Others used it as well: its load was {busy:.1f} a core when the run began. The run took
{minutes:.0f} minutes.
"""


def printed(findings: Mapping[ModuleType, Findings]) -> str:
    """The table in columns, for a terminal."""
    rows = [HEAD, *(_cells(line) for each in findings.values() for line in each.lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    )


def page(findings: Mapping[ModuleType, Findings], *, busy: float, minutes: float) -> str:
    parts = [
        INTRODUCTION.format(machine=machine.words(), busy=busy, minutes=minutes),
        table(HEAD, [_cells(line) for each in findings.values() for line in each.lines]),
        "\n## How each was measured, and what explains it\n",
    ]
    for module, found in findings.items():
        parts += [f"### {_title(module)}\n", _text(module), *(f"\n{note}" for note in found.notes), ""]
    return "\n".join(parts).rstrip() + "\n"


def write(text: str, *, path: Path = PAGE) -> None:
    path.write_text(text, encoding="utf-8")


def _cells(line: Line) -> tuple[str, ...]:
    verdict = {None: "", True: "met", False: "missed"}[line.is_met]
    return line.measure, line.ours, line.beside, line.ratio, line.spread, line.goal, verdict


def _title(module: ModuleType) -> str:
    name = module.__name__.rpartition(".")[2].replace("_", " ")
    return name[:1].upper() + name[1:]


def _text(module: ModuleType) -> str:
    return inspect.cleandoc(module.__doc__ or "")
