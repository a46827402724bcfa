"""What the batcher asks of a model: the Runner protocol, its Card, and the Sample that it steps forward.

A runner does the arithmetic and nothing else: it knows no prediction, no queue and no clock. The batcher decides
which samples share a step. Everything that belongs to one output lives in its Sample, so outputs with different
step counts, guidance and seeds can share a forward pass, join it and leave it between any two steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Card:
    """What a loaded version says about itself in `/health-check`; the site builds its pages from it.

    `version`: SHA-256 hex over weights, schema and code revision. `schema`: JSON Schema (2020-12) of the input.
    `output`: width and height in pixels, and mime. `buckets`: names of the groups that can share a forward pass.
    `hint`: one sentence for the composer. `max_slots`: the runner's own cap; None means probe for it. `is_light`: a
    step costs next to nothing, so its outputs take no slot from others. A model that writes says so by its mime.
    `readme`: Markdown about it, for its page.
    """

    ref: str
    version: str
    name: str
    description: str
    hint: str
    schema: dict[str, Any]
    output: dict[str, Any]
    buckets: list[str]
    examples: list[str]
    max_slots: int | None = None
    is_light: bool = False
    readme: str = ""

    @property
    def makes_text(self) -> bool:
        return str(self.output.get("mime", "")).startswith("text/")

    @property
    def defaults(self) -> dict[str, Any]:
        return {
            name: prop["default"] for name, prop in self.schema["properties"].items() if "default" in prop
        }


@dataclass(slots=True, eq=False, kw_only=True)
class Sample:
    """One output on its way from noise to picture. Runners add their own fields (latents, time table, guidance).

    `step` counts finished steps and is moved by the batcher alone. `facts` become appended metrics. `said`: the text
    that the last step yielded, taken by the batcher. `pause_s`: how long it rests between the starts of two steps.
    """

    seed: int
    steps: int
    bucket: str
    step: int = 0
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    pause_s: float = 0.0


class Runner(Protocol):
    """A loaded version. Called from one thread. Any call may raise; RunnerError carries a sentence for people.

    The samples that a runner is given are those that its own `begin` made, hence Any.
    """

    @property
    def card(self) -> Card: ...

    def begin(self, input: Mapping[str, Any], *, seed: int) -> Sample:
        """Read the prompt and draw the start noise of one output. `input` is valid and complete."""

    def step(self, samples: Sequence[Any]) -> None:
        """Move every sample one step on: one forward for all, all of one bucket. All or nothing: when it raises,
        no sample has changed, so the batcher may try each alone."""

    def preview(self, sample: Any) -> bytes | None:
        """A JPEG of at most PREVIEW_MAX_BYTES of what the picture looks like now; None when there is none."""

    def decode(self, samples: Sequence[Any]) -> Sequence[bytes | None]:
        """The finished pictures as PNG files, in the order of the samples, all of one bucket; None of a text."""
