"""Figures, and how two things are compared: in turn, round by round, so that a busy minute hits both."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

Arm = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `is_met` None: printed without a goal."""

    measure: str
    ours: str
    beside: str = "–"
    ratio: str = "–"
    spread: str = "–"
    goal: str = "–"
    is_met: bool | None = None


@dataclass(slots=True)
class Findings:
    """What one benchmark found: lines of the table, and sentences or tables that explain them (Markdown)."""

    lines: list[Line]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Goal:
    """`at_least` or `at_most`, whichever is given."""

    at_least: float | None = None
    at_most: float | None = None

    def __str__(self) -> str:
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"

    def holds(self, value: float) -> bool:
        if self.at_least is not None:
            return value >= self.at_least
        return self.at_most is not None and value <= self.at_most


async def in_turn(rounds: int, **arms: Arm) -> dict[str, list[Any]]:
    """A B C A B C …: what each arm returned, round by round."""
    found: dict[str, list[Any]] = {name: [] for name in arms}
    for _ in range(rounds):
        for name, arm in arms.items():
            found[name].append(await arm())
    return found


def compared(
    measure: str,
    ours: Sequence[float],
    beside: Sequence[float],
    *,
    form: str = "{:.2f}",
    goal: Goal | None = None,
) -> Line:
    """Medians of both, and the median of the ratios of the rounds, with the lowest and the highest of them."""
    ratios = [a / b for a, b in zip(ours, beside, strict=True)]
    ratio = median(ratios)
    return Line(
        measure,
        ours=form.format(median(ours)),
        beside=form.format(median(beside)),
        ratio=f"{ratio:.2f}",
        spread=spread(ratios),
        goal=str(goal) if goal else "–",
        is_met=goal.holds(ratio) if goal else None,
    )


def alone(measure: str, values: Sequence[float], *, form: str = "{:.2f}", goal: Goal | None = None) -> Line:
    """A figure with nothing beside it: the median, and the lowest and the highest."""
    return Line(
        measure,
        ours=form.format(median(values)),
        spread=spread(values, form=form),
        goal=f"{goal}" if goal else "–",
        is_met=goal.holds(median(values)) if goal else None,
    )


def spread(values: Sequence[float], *, form: str = "{:.2f}") -> str:
    return f"{form.format(min(values))} … {form.format(max(values))}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def rate(moments: Sequence[float], *, skip: int) -> float:
    """Things a second between number `skip` and the last, by the moments at which they were done.

    `skip` and the count must be multiples of what is done together, or a bunch is cut in half.
    """
    ordered = sorted(moments)
    return (len(ordered) - skip) / (ordered[-1] - ordered[skip - 1])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """As Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
