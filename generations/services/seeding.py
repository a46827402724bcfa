"""A gallery filled at once, for trying out and for benchmarks; called by `manage.py seed_gallery`.

The rows are like those of real predictions, spread over time; their files are a few that all of them share.
"""

import hashlib
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict
from django.utils import timezone

from accounts.models import User
from generations import queries
from generations.ids import new_id
from generations.models import Output, Prediction, Status, Version
from generations.services import catalog, outputs, plates, searching

BATCH = 2000
PER_DAY = 130  # the days that a gallery reaches back grow with it; so few that no daily limit is used up
STEPS = 12
SEED_MAX = 2**32 - 1
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "prompt": {"type": "string", "title": "Prompt", "x-order": 0},
        "steps": {"type": "integer", "title": "Steps", "x-order": 1},
        "seed": {"type": "integer", "title": "Seed", "x-order": 2},
    },
}


def fill(user: User, count: int) -> None:
    """Give `user` `count` more pictures, as if made over the last days up to now."""
    version = queries.default_version() or _version()
    dice = random.Random(count)  # noqa: S311 - pictures to look at, not secrets
    made = [_developed(plate, version) for plate in plates.PLATES[:count]]
    pairs = _pairs(user, version, count, made=made, dice=dice)
    while batch := _take(pairs, BATCH):
        with transaction.atomic():
            Prediction.objects.bulk_create([prediction for prediction, _ in batch])
            searching.enter(prediction for prediction, _ in batch)
            Output.objects.bulk_create([output for _, found in batch for output in found])


def _version() -> Version:
    """Where no engine has reported a model yet: one that owns what is seeded, and that nothing can run."""
    digest = hashlib.sha256(b"safelight seeded gallery").hexdigest()
    return catalog.register(
        {"ref": "safelight/drawn", "version": digest, "title": "Drawn by hand", "schema": SCHEMA}
    )


def _developed(plate: plates.Plate, version: Version) -> tuple[str, dict[str, Any]]:
    """The prompt of a plate, and the fields of an output that tell of its files."""
    stub = Prediction(user=User(pk=0), version=version)
    output = outputs.develop(stub, 0, plates.drawn(plate), frames=(), told={})
    names = (
        "key",
        "size",
        "sha256",
        "fingerprint",
        "width",
        "height",
        "renditions",
        "placeholder",
        "colour",
        "has_timelapse",
    )
    return plate.prompt, model_to_dict(output, fields=names)


def _pairs(
    user: User, version: Version, count: int, *, made: list[tuple[str, dict[str, Any]]], dice: random.Random
) -> Iterator[tuple[Prediction, list[Output]]]:
    """Predictions with one to four outputs each, `count` outputs in all, oldest first."""
    now = timezone.now()
    reach = timedelta(days=max(3.0, count / PER_DAY))
    done = 0
    while done < count:
        size = min(dice.choice((1, 1, 1, 2, 4)), count - done)
        prompt, files = dice.choice(made)
        at = now - reach * (1 - (done + 1) / (count + 1))
        yield _prediction(user, version, prompt, files=files, size=size, at=at, dice=dice)
        done += size


def _prediction(
    user: User,
    version: Version,
    prompt: str,
    *,
    files: dict[str, Any],
    size: int,
    at: datetime,
    dice: random.Random,
) -> tuple[Prediction, list[Output]]:
    seed = dice.randint(0, SEED_MAX)
    known = version.schema.get("properties", {})
    asked = {"prompt": prompt, "steps": STEPS, "num_outputs": size, "seed": seed}
    prediction = Prediction(
        id=new_id(at.timestamp()),
        user=user,
        version=version,
        input={key: value for key, value in asked.items() if key in known},
        prompt=prompt,
        outputs_asked=size,
        width=files["width"],
        height=files["height"],
        status=Status.SUCCEEDED,
        seq=STEPS + 2,
        step=STEPS,
        steps=STEPS,
        cost=STEPS * files["width"] * files["height"] * size / 1e6,
        claim=1,
        created_at=at,
        completed_at=at + timedelta(seconds=1),
    )
    found = [
        _output(prediction, index, files=files, seed=(seed + index) % SEED_MAX, dice=dice)
        for index in range(size)
    ]
    return prediction, found


def _output(
    prediction: Prediction, index: int, *, files: dict[str, Any], seed: int, dice: random.Random
) -> Output:
    at = prediction.created_at + timedelta(milliseconds=500 + index)
    return Output(
        id=new_id(at.timestamp()),
        prediction=prediction,
        user_id=prediction.user_id,
        index=index,
        seed=seed,
        is_published=True,
        is_favourite=dice.random() < 0.1,
        created_at=at,
        **files,
    )


def _take(
    pairs: Iterator[tuple[Prediction, list[Output]]], outputs_most: int
) -> list[tuple[Prediction, list[Output]]]:
    """The next pairs, until they hold `outputs_most` outputs."""
    found: list[tuple[Prediction, list[Output]]] = []
    held = 0
    for pair in pairs:
        found.append(pair)
        held += len(pair[1])
        if held >= outputs_most:
            break
    return found
