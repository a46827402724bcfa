"""The bare loop: predictions in this thread, without server or worker; for benchmarks and tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from inference import protocol
from inference.batcher import Batcher, Drawn, Prediction, Told
from inference.errors import RunnerError
from inference.runners.base import Runner


def run_all(runner: Runner, inputs: Sequence[Mapping[str, Any]], *, max_slots: int) -> list[dict[int, bytes]]:
    """Draw every input in this thread, all waiting from the start.

    `inputs` are valid and complete, seed included. Returns the PNG files by output index, in the order of `inputs`.
    Raises RunnerError with the sentence of the first that failed.
    """
    batcher = Batcher(max_slots=max_slots)
    pictures: list[dict[int, bytes]] = [{} for _ in inputs]
    for number, input in enumerate(inputs):
        batcher.submit(
            Prediction(
                id=str(number),
                runner=runner,
                input=input,
                seed=input["seed"],
                count=input.get("num_outputs", 1),
                tell=_collect(pictures[number]),
            )
        )
    while batcher.turn():
        pass
    return pictures


def _collect(pictures: dict[int, bytes]) -> Callable[[Told], None]:
    def tell(told: Told) -> None:
        if isinstance(told, Drawn):
            pictures[told.index] = told.data
        elif isinstance(told, protocol.Completed) and told.status != "succeeded":
            raise RunnerError(told.error or told.status)

    return tell
