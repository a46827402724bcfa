"""A runner of plain numbers and a clock that only moves when it steps: what the batcher's tests drive."""

from __future__ import annotations

from dataclasses import dataclass, field

from inference.batcher import Batcher, Prediction
from inference.errors import RunnerError
from inference.runners.base import Card, Sample


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True, eq=False, kw_only=True)
class Number(Sample):
    """`sum` collects the step indices: a sample that ran its own course has 0 + 1 + … + (steps - 1)."""

    name: str
    sum: int = 0
    bad: str = ""


@dataclass
class Numbers:
    """Steps take `step_s` each on the clock. `batches` and `decodes` list the names that shared a call."""

    clock: Clock = field(default_factory=Clock)
    step_s: float = 0.1
    max_slots: int | None = None
    batches: list[list[str]] = field(default_factory=list)
    decodes: list[list[str]] = field(default_factory=list)

    @property
    def card(self) -> Card:
        return Card(
            ref="tests/numbers",
            version="0" * 64,
            name="Numbers",
            description="",
            hint="",
            schema={"properties": {}},
            output={},
            buckets=["small", "large"],
            examples=[],
            max_slots=self.max_slots,
        )

    def begin(self, input: dict, *, seed: int) -> Number:
        if input.get("bad") == "begin":
            raise RunnerError("It cannot begin.")
        return Number(
            seed=seed,
            steps=input["steps"],
            bucket=input.get("bucket", "small"),
            name=input["name"],
            bad=input.get("bad", ""),
            facts={"read_as": {"name": input["name"]}},
        )

    def step(self, samples: list[Number]) -> None:
        self.batches.append([sample.name for sample in samples])
        self.clock.now += self.step_s
        if any(sample.bad == "step" for sample in samples):
            raise ZeroDivisionError
        for sample in samples:
            sample.sum += sample.step

    def preview(self, sample: Number) -> bytes | None:
        return str(sample.sum).encode()

    def decode(self, samples: list[Number]) -> list[bytes]:
        self.decodes.append([sample.name for sample in samples])
        if any(sample.bad == "decode" for sample in samples):
            raise RunnerError("It cannot decode.")
        return [str(sample.sum).encode() for sample in samples]


@dataclass
class Desk:
    """A batcher over a numbers runner, and what it told of each prediction by name."""

    runner: Numbers
    batcher: Batcher
    told: dict[str, list] = field(default_factory=dict)

    def submit(
        self, name: str, *, steps: int = 3, count: int = 1, solo: bool = False, **input: str
    ) -> Prediction:
        self.told[name] = []
        prediction = Prediction(
            id=name,
            runner=self.runner,
            input={"name": name, "steps": steps, **input},
            seed=7,
            count=count,
            solo=solo,
            tell=self.told[name].append,
        )
        self.batcher.submit(prediction)
        return prediction

    def run(self) -> None:
        while self.batcher.turn():
            pass

    def of(self, name: str, kind: type) -> list:
        return [told for told in self.told[name] if isinstance(told, kind)]


def desk(*, max_slots: int = 4, step_s: float = 0.1) -> Desk:
    clock = Clock()
    return Desk(Numbers(clock, step_s), Batcher(max_slots=max_slots, clock=clock))
