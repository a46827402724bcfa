"""Predictions as pages show them: the strip, the places of their outputs, the queue and how long it will take."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum

from accounts.models import User
from generations.models import ACTIVE, Engine, Output, Prediction, Preview, RegisteredModel, Status
from generations.queries.transcripts import texts_of

RECENT = 12  # finished predictions of a version that an estimate rests on
WIDEST = 3  # times its low end is the high end of an estimate
QUEUE_SHOWN = 1000  # further back a page says no more than that


@dataclass(frozen=True, slots=True)
class Tray:
    """The place of one output: empty, with its newest preview, or with the output."""

    index: int
    output: Output | None = None
    preview: Preview | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """`position` in the queue (1 = next, 0 = running already); `low_s`..`high_s` until it is done, None = unknown."""

    position: int
    low_s: float | None = None
    high_s: float | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A prediction as a page shows it. `text`: what it has written so far, where it writes instead of drawing."""

    prediction: Prediction
    trays: list[Tray]
    wait: Wait | None
    is_picked_up: bool
    read_as: list[dict[str, Any]]
    text: str = ""


def snapshot(prediction: Prediction) -> Snapshot:
    return snapshots([prediction])[0]


def snapshots(predictions: Iterable[Prediction]) -> list[Snapshot]:
    rows = list(predictions)
    outputs = _by_place(Output.objects.filter(prediction__in=rows))
    running = [row for row in rows if row.status == Status.PROCESSING]
    previews = _by_place(Preview.objects.filter(prediction__in=running)) if running else {}
    again = [row for row in rows if not row.is_terminal and (row.failures or row.is_suspect)]
    waits = _waits([row for row in rows if not row.is_terminal])
    texts = texts_of(rows)
    return [
        Snapshot(
            prediction=row,
            trays=[
                Tray(index, output=outputs.get((row.pk, index)), preview=previews.get((row.pk, index)))
                for index in range(row.outputs_asked)
            ],
            wait=waits.get(row.pk),
            is_picked_up=row in again,
            read_as=_read_as(row),
            text=texts.get(row.pk, ""),
        )
        for row in rows
    ]


def strip(user: User, limit: int = 12, *, model: RegisteredModel | None = None) -> list[Snapshot]:
    """The newest predictions of a person, as the studio shows them. `model`: by this one alone."""
    rows = _of(user) if model is None else _of(user).filter(version__model=model)
    return snapshots(rows.order_by("-id")[:limit])


def active(user: User, limit: int = 50) -> list[Prediction]:
    """What this person has waiting or running, newest first."""
    return list(_of(user).filter(status__in=ACTIVE).order_by("-id")[:limit])


def _of(user: User) -> QuerySet[Prediction]:
    return Prediction.objects.filter(user_id=user.pk).select_related("version__model")


def _by_place(rows: Iterable[Any]) -> dict[tuple[str, int], Any]:
    return {(row.prediction_id, row.index): row for row in rows}


def _read_as(row: Prediction) -> list[dict[str, Any]]:
    told = row.metrics.get("read_as")
    found = told if isinstance(told, list) else [told]
    return [each for each in found if isinstance(each, dict)]


def position(prediction: Prediction) -> int:
    """Its place among those that wait: 1 = next; 0 once a dispatcher has it; at most QUEUE_SHOWN + 1."""
    return _wait(prediction, None, queue=_queue(), slots=1).position


def _queue() -> dict[str, tuple[int, float]]:
    """Of each waiting prediction its place and the cost of all before it; the first QUEUE_SHOWN only."""
    waiting = Prediction.objects.filter(status=Status.STARTING, owner="").order_by("-priority", "vtime", "id")
    found, before = {}, 0.0
    for place, (id, cost) in enumerate(waiting.values_list("pk", "cost")[:QUEUE_SHOWN], start=1):
        found[id] = (place, before)
        before += cost
    return found


def _waits(rows: Sequence[Prediction]) -> dict[str, Wait]:
    guessed = [row for row in rows if not _is_told(row)]
    queue = _queue() if any(row.status == Status.STARTING and not row.owner for row in guessed) else {}
    slots = _slots() if guessed else 1
    paces = {id: _pace(id) for id in {row.version_id for row in guessed}}
    return {row.pk: _wait(row, paces.get(row.version_id), queue=queue, slots=slots) for row in rows}


def _is_told(row: Prediction) -> bool:
    """Has the engine itself said how long it will be? Then nothing needs to be read for a guess."""
    return row.status == Status.PROCESSING and row.eta_s is not None


def _wait(
    row: Prediction, pace: tuple[float, float] | None, *, queue: dict[str, tuple[int, float]], slots: int
) -> Wait:
    """From the paces (seconds per unit of cost) of what was made lately and, while it runs, the engine's own word."""
    if _is_told(row) and row.eta_s is not None:
        return Wait(0, low_s=row.eta_s * 0.8, high_s=row.eta_s * 1.5 + 0.5)
    is_waiting = row.status == Status.STARTING and not row.owner
    place, before = queue.get(row.pk, (QUEUE_SHOWN + 1, 0.0)) if is_waiting else (0, 0.0)
    if pace is None or place > QUEUE_SHOWN:
        return Wait(place)
    fast, slow = pace
    left = row.cost * (1 - (row.step / row.steps if row.steps else 0.0))
    low_s, high_s = _narrowed(left * fast + before * fast / slots, left * slow + before * slow)
    return Wait(place, low_s=low_s, high_s=high_s)


def _narrowed(low: float, high: float) -> tuple[float, float]:
    """Around the same middle, at most WIDEST apart: "1–78 s" would tell nobody anything."""
    if high <= low * WIDEST:
        return low, high
    middle = math.sqrt(low * high)
    return middle / math.sqrt(WIDEST), middle * math.sqrt(WIDEST)


def _slots() -> int:
    return Engine.objects.filter(is_enabled=True).aggregate(n=Sum("slots_max"))["n"] or 1


def _pace(version_id: str) -> tuple[float, float] | None:
    """Seconds per unit of cost lately, the quartiles: a run that stood still says little; None before the second."""
    recent = Prediction.objects.filter(
        version_id=version_id, completed_at__isnull=False, status=Status.SUCCEEDED
    )
    rows = recent.order_by("-completed_at").values_list("started_at", "completed_at", "cost")[:RECENT]
    paces = [(end - start).total_seconds() / max(cost, 1e-6) for start, end, cost in rows if start]
    if len(paces) < 2:
        return None
    fast, _, slow = statistics.quantiles(paces, n=4, method="inclusive")
    return max(fast, 0.0), max(slow, 0.0)
