"""A model with two texts, rules that act on colours, and people with pictures."""

from collections.abc import Callable

import pytest

from generations.models import PolicyState, PolicyVersion, RegisteredModel, Severity, Version
from generations.services import policies
from tests.generations.views.conftest import make_output  # noqa: F401 - a fixture

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["prompt"],
    "properties": {
        "prompt": {"type": "string", "title": "Prompt", "maxLength": 400, "x-order": 0},
        "negative_prompt": {"type": "string", "title": "Without", "maxLength": 400, "x-order": 1},
        "words": {"type": "array", "title": "Words", "items": {"type": "string"}, "x-order": 2},
        "mood": {"type": "string", "title": "Mood", "enum": ["red", "calm"], "x-order": 3},
        "seed": {"type": "integer", "title": "Seed", "minimum": 0, "maximum": 4294967295, "x-order": 4},
    },
}


@pytest.fixture
def version(db: None) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name="picto", title="Picto")
    return Version.objects.create(pk="a" * 64, model=model, schema=SCHEMA, output={"width": 64, "height": 48})


@pytest.fixture
def rule(db: None) -> Callable[..., PolicyVersion]:
    """rule("red", severity="warn"): an active rule about that word."""

    def make(clauses: str, severity: str = Severity.REFUSE, **fields: object) -> PolicyVersion:
        name = str(fields.pop("rule", clauses.split()[0]))
        told = {
            "rule": name,
            "number": 1,
            "state": PolicyState.ACTIVE,
            "severity": severity,
            "category": "other",
            "title": f"No {clauses} here",
            "clauses": clauses,
            "sha256": policies.digest(clauses),
        }
        return PolicyVersion.objects.create(**{**told, **fields})

    return make
