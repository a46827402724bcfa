"""A person with pictures, whose files are a few bytes, for the pages of the gallery."""

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from generations.ids import new_id
from generations.models import Output, Prediction, RegisteredModel, Status, Version

SCHEMA = {
    "type": "object",
    "properties": {
        "prompt": {"type": "string", "title": "Prompt", "x-order": 0},
        "steps": {"type": "integer", "title": "Steps", "x-order": 1},
        "seed": {"type": "integer", "title": "Seed", "x-order": 2},
    },
}
MASTER = bytes(range(256)) * 4


@pytest.fixture
def version(db) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name="picto", title="Picto")
    return Version.objects.create(id="a" * 64, model=model, schema=SCHEMA)


@pytest.fixture
def make_output(version) -> Callable[..., Output]:
    """make_output(user, prompt="…", **fields): a published output of a prediction that succeeded."""

    def make(user: User, *, prompt: str = "a fox", at: float | None = None, **fields) -> Output:
        prediction = Prediction.objects.create(
            user=user,
            version=version,
            input={"prompt": prompt, "steps": 12, "seed": 7},
            prompt=prompt,
            status=Status.SUCCEEDED,
            completed_at=timezone.now(),
        )
        key = f"outputs/te/{new_id()}"
        default_storage.save(f"{key}/master.png", ContentFile(MASTER))
        default_storage.save(f"{key}/320.webp", ContentFile(b"webp"))
        told = {
            "id": new_id(at),
            "seed": 7,
            "key": key,
            "size": len(MASTER) + 4,
            "sha256": "5" * 64,
            "width": 640,
            "height": 480,
            "renditions": [{"format": "webp", "width": 320, "height": 240, "size": 4}],
            "placeholder": "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
            "colour": "#112233",
            "is_published": True,
        }
        return Output.objects.create(prediction=prediction, user=user, index=0, **{**told, **fields})

    return make


@pytest.fixture
def picture(alice, make_output) -> Output:
    return make_output(alice)
