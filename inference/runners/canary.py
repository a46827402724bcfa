"""`safelight/canary`: greets whoever is named, in three pieces. The smallest model whose output is an iterator."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inference.runners.base import Card, Sample

REVISION = "canary 1"
PAUSE_S = 0.1

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "title": "Input",
    "additionalProperties": False,
    "required": ["text"],
    "properties": {
        "text": {
            "type": "string",
            "title": "Text",
            "description": "Whom to greet.",
            "minLength": 1,
            "maxLength": 2000,
            "pattern": "\\S",
            "x-order": 0,
            "x-control": "prompt",
        }
    },
}


@dataclass(slots=True, eq=False, kw_only=True)
class Greeting(Sample):
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CanaryRunner:
    card: Card

    def begin(self, input: Mapping[str, Any], *, seed: int) -> Greeting:
        pieces = ("hello ", "there, ", input["text"])
        return Greeting(seed=seed, steps=len(pieces), bucket="canary", pause_s=PAUSE_S, pieces=pieces)

    def step(self, samples: Sequence[Greeting]) -> None:
        for sample in samples:
            sample.said = [sample.pieces[sample.step]]

    def preview(self, sample: Greeting) -> bytes | None:
        return None

    def decode(self, samples: Sequence[Greeting]) -> list[None]:
        return [None for _ in samples]


def load() -> CanaryRunner:
    version = hashlib.sha256(json.dumps([REVISION, SCHEMA], sort_keys=True).encode()).hexdigest()
    return CanaryRunner(
        Card(
            ref="safelight/canary",
            version=version,
            name="Canary",
            description="Says hello in three pieces. For trying out streams.",
            hint="Name somebody, and it says hello.",
            schema=SCHEMA,
            output={"mime": "text/plain"},
            buckets=["canary"],
            examples=["Ada", "the world"],
            max_slots=8,
            is_light=True,
        )
    )
