"""A dispatcher that does nothing but claim, a process of its own: `python -m tests.generations.services.claimer NAME`.

It waits for a line, claims until the queue is empty, ends what it took, and prints the ids as JSON.
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from django.utils import timezone  # noqa: E402 - models need the apps to be ready

from generations.models import Engine, Prediction, Status  # noqa: E402
from generations.services import claims  # noqa: E402

AT_ONCE = 16


def claim_all(owner: str) -> list[str]:
    """The ids that this one was given, in order."""
    engine, mine = Engine.objects.get(), []
    while Prediction.objects.filter(owner="", status=Status.STARTING).exists():
        taken = [row.pk for row in claims.claim(owner, engine, outputs=AT_ONCE, predictions=AT_ONCE)]
        mine += taken
        rows = Prediction.objects.filter(pk__in=taken, owner=owner)
        rows.update(owner="", status=Status.CANCELED, completed_at=timezone.now())
    return mine


if __name__ == "__main__":
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(claim_all(sys.argv[1])))
