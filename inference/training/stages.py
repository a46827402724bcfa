"""The stages of training: what each needs, and which are still to be done.

A stage leaves files in the work folder and, once it is through, a mark in `done/` with the minutes that it was given.
It is done while its mark is there, unless it is asked for more minutes than it had.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from inference.training import budget
from inference.training.progress import duration, say


@dataclass(frozen=True, slots=True)
class Stage:
    """`module` of inference.training, whose `run(folder=, minutes=)` it is. `timed`: it has a budget of that name."""

    name: str
    module: str
    needs: tuple[str, ...] = ()
    timed: bool = False
    counted: str = ""  # what of budget.AMOUNTS it makes so many of

    def minutes(self) -> float:
        return budget.minutes(self.name) if self.timed else 0.0

    def run(self, folder: Path) -> None:
        amount = {"count": budget.amount(self.counted)} if self.counted else {}
        module: Any = import_module(f"inference.training.{self.module}")
        call: Callable[..., None] = module.run
        call(folder=folder, minutes=self.minutes(), **amount)


STAGES = {
    stage.name: stage
    for stage in (
        Stage("drawings", "drawings"),
        Stage("dictionary", "dictionary", ("drawings",)),
        Stage("text_encoder", "text_encoder"),
        Stage("words", "words", ("drawings",)),
        Stage("captions", "captions", ("words",), counted="captions"),
        Stage("features", "text_features", ("captions", "text_encoder")),
        Stage("reader", "train_reader", ("features",), timed=True),
        Stage("refiner", "refiner", ("dictionary",), timed=True),
        Stage("painter", "painter", ("dictionary", "text_encoder"), timed=True),
        Stage("scenes", "scenes", ("refiner",)),
        Stage("denoiser", "denoiser", ("scenes",), timed=True),
        Stage("decoder", "decoder", ("denoiser",), timed=True),
        Stage("export", "assembly", ("reader", "refiner", "painter", "decoder")),
        Stage("judge", "judging.judge", ("drawings",), timed=True),
    )
}
MODEL = "export"


def wanted(names: Iterable[str]) -> list[Stage]:
    """The named stages and all that they need, in an order in which each comes after what it needs."""
    ordered: dict[str, Stage] = {}

    def add(name: str) -> None:
        for needed in STAGES[name].needs:
            add(needed)
        ordered.setdefault(name, STAGES[name])

    for name in names:
        add(name)
    return list(ordered.values())


def is_done(stage: Stage, folder: Path) -> bool:
    mark = _mark(stage, folder)
    if not mark.exists():
        return False
    if any(_mark(STAGES[name], folder).stat().st_mtime > mark.stat().st_mtime for name in stage.needs):
        return stage.name != MODEL  # new parts make a new model; they do not make other stages worthless
    return bool(json.loads(mark.read_text(encoding="utf-8"))["minutes"] >= stage.minutes())


def work_through(stages: list[Stage], *, folder: Path) -> None:
    """Run what is missing, in order."""
    missing = [stage for stage in stages if not is_done(stage, folder)]
    began = time.monotonic()
    planned = sum(stage.minutes() for stage in missing) * 60
    if missing:
        names = ", ".join(stage.name for stage in missing)
        say(
            "training",
            f"{len(missing)} stages: {names}",
            f"about {duration(planned)} of learning, and preparation",
        )
    for stage in missing:
        stage.run(folder)
        mark = _mark(stage, folder)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(
            json.dumps({"minutes": stage.minutes(), "profile": budget.profile()}), encoding="utf-8"
        )
        planned -= stage.minutes() * 60
        spent = duration(time.monotonic() - began)
        say(
            "training",
            f"{stage.name} is done",
            f"{spent} so far",
            f"about {duration(max(0, planned))} of learning left",
        )


def _mark(stage: Stage, folder: Path) -> Path:
    return folder / "done" / stage.name
