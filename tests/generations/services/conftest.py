"""A catalogue with one version, an engine that serves it, and a way to create predictions."""

from collections.abc import Callable

import pytest

from accounts.models import User
from generations.models import Engine, Output, Prediction, RegisteredModel, Version
from generations.services import files, predictions, running

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["prompt"],
    "properties": {
        "prompt": {"type": "string", "title": "Prompt", "minLength": 1, "maxLength": 2000, "x-order": 0},
        "steps": {
            "type": "integer",
            "title": "Steps",
            "minimum": 1,
            "maximum": 50,
            "default": 10,
            "x-order": 1,
        },
        "num_outputs": {"type": "integer", "title": "Images", "minimum": 1, "maximum": 4, "default": 1},
        "seed": {"type": "integer", "title": "Seed", "minimum": 0, "maximum": 4294967295},
    },
}


@pytest.fixture
def version(db: None) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name="test", title="Test")
    return Version.objects.create(
        pk="e" * 64, model=model, schema=SCHEMA, output={"width": 256, "height": 256}
    )


@pytest.fixture
def engine(version: Version) -> Engine:
    engine = Engine.objects.create(
        name="one", base_url="http://127.0.0.1:1", boot="b1", slots_max=4, status="READY"
    )
    engine.versions.add(version)
    return engine


@pytest.fixture
def create(version: Version) -> Callable[..., Prediction]:
    """create(user, **input): a prediction in the queue."""

    def make(user: User, *, key: str | None = None, **input: object) -> Prediction:
        return predictions.create(user, version, {"prompt": "a fox", **input}, idempotency_key=key)

    return make


@pytest.fixture
def make_stored() -> Callable[[Prediction], Output]:
    """make_stored(row): its first output, published to its tray and not yet to the gallery."""

    def make(row: Prediction) -> Output:
        output = Output(
            prediction=row, user_id=row.user_id, index=0, key=files.new_key(), size=1, sha256="0" * 64
        )
        output.width = output.height = 1
        assert running.publish(row, output, engine_seq=2) is not None
        return output

    return make
