"""What a person does with a prediction: create it, cancel it."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone

from accounts.models import Token, User
from generations import events, schema
from generations.errors import FieldError, InvalidInput
from generations.models import (
    ACTIVE,
    Deployment,
    JournalEvent,
    Prediction,
    Status,
    Version,
    WebhookEvent,
)
from generations.services import deliveries, gates, limits, lineage, policies, prompts, searching, sources
from generations.services.deliveries import Hook
from generations.services.lineage import Source
from generations.services.running import drop_outputs, not_before
from inference.protocol import SEED_MAX

OVERDUE = 500  # ended in one round


@dataclass(frozen=True, slots=True)
class Call:
    """What a program says beside the input. `digest`: of its request, to tell a repeated key from a stolen one."""

    token: Token
    deadline_at: datetime | None = None
    digest: str = ""


def create(
    user: User,
    version: Version,
    input: Any,
    *,
    call: Call | None = None,
    idempotency_key: str | None = None,
    origin: Source | None = None,
    typed: str | None = None,
    deployment: Deployment | None = None,
    hook: Hook | None = None,
    given: Mapping[str, Any] | None = None,
    passed: Collection[str] | None = None,
) -> Prediction:
    """A new prediction in the queue, and the dispatcher woken.

    `origin`: the picture or prediction that it goes on from. `typed`: the prompt as the person's history keeps it,
    where that is not the input's own; "" keeps nothing. `deployment`: by whose limits it runs. `call`: of the
    program that sent it. `hook`: who is told of it. `given`: by field, the address that `input` has a reference of
    ours for.
    `passed`: the warnings of rules that its person has read (policies.check); None where nobody can be asked.
    The same person and key again (a double click, a repeated request) give the first prediction.
    Raises InvalidInput, NeedsPassing, OverLimit, QueueFull, SwitchedOff.
    """
    known = made_before(user, idempotency_key, call)
    if known is not None:
        return known
    gates.check_generation(user)
    values = schema.validate(version.schema, input)
    sources.check(user, version.schema, values)
    limits.check_network(user)
    verdict = policies.check(user, version.schema, values, passed=passed)
    values = schema.with_seed(version.schema, values, seed=secrets.randbelow(SEED_MAX + 1))
    prediction = _build(user, version, values)
    prediction.idempotency_key, prediction.deployment = idempotency_key or None, deployment
    prediction.given = dict(given or {})
    if call is not None:
        prediction.source, prediction.token = "api", call.token
        prediction.deadline_at, prediction.request_digest = call.deadline_at, call.digest
    deliveries.hook_up(prediction, hook)
    prediction.is_held = verdict.is_held
    try:
        with transaction.atomic():
            _insert(prediction, origin=origin, typed=typed)
            policies.note(prediction, verdict, was_asked=passed is not None)
    except IntegrityError:
        known = made_before(user, idempotency_key, call)
        if known is None:
            raise
        return known
    return prediction


def cancel(prediction: Prediction) -> None:
    """End it: at once while it waits, between two steps while it runs. Nothing happens to one that has ended."""
    with transaction.atomic():
        if not _cancel_waiting(prediction.pk):
            _ask_to_cancel(prediction.pk)
    prediction.refresh_from_db()


def end_overdue() -> int:
    """End what has passed its deadline: what never started is aborted, what runs is canceled. How many."""
    now = timezone.now()
    overdue = Prediction.objects.filter(status__in=ACTIVE, deadline_at__lte=now)
    ids = list(overdue.filter(cancel_asked_at=None).values_list("pk", flat=True)[:OVERDUE])
    for id in ids:
        with transaction.atomic():
            if not _cancel_waiting(id, status=Status.ABORTED):
                _ask_to_cancel(id)
    return len(ids)


def made_before(user: User, key: str | None, call: Call | None) -> Prediction | None:
    """What this key made before. Raises InvalidInput when it came with another request then."""
    found = Prediction.objects.filter(user=user, idempotency_key=key).first() if key else None
    if found is not None and call is not None and found.request_digest != call.digest:
        sentence = "This Idempotency-Key came before with another request. Choose a new one for each."
        raise InvalidInput([FieldError("Idempotency-Key", sentence)])
    return found


def _build(user: User, version: Version, values: dict[str, Any]) -> Prediction:
    if version.makes_text:
        return _build_text(user, version, values)
    width, height = schema.frame(version.schema, values, version.size)
    return Prediction(
        user=user,
        version=version,
        input=values,
        prompt=schema.prompt_of(version.schema, values),
        outputs_asked=schema.output_count(version.schema, values),
        width=width,
        height=height,
        steps=int(values.get("steps") or 0),
        cost=schema.cost(version.schema, values, version.size),
    )


def _build_text(user: User, version: Version, values: dict[str, Any]) -> Prediction:
    """No file is asked for; a text costs its turn as much as the smallest picture does."""
    return Prediction(
        user=user,
        version=version,
        input=values,
        prompt=schema.prompt_of(version.schema, values),
        outputs_asked=0,
    )


@transaction.atomic
def _insert(prediction: Prediction, *, origin: Source | None, typed: str | None) -> None:
    User.objects.select_for_update().only("pk").get(pk=prediction.user_id)
    limits.check(prediction.user, prediction.token)
    prediction.vtime = _stamp(prediction.user) + prediction.cost
    prediction.save(force_insert=True)
    searching.enter([prediction])
    sources.note(prediction, prediction.version.schema)
    JournalEvent.objects.create(prediction=prediction, seq=0, kind="created")
    if origin is not None:
        lineage.record(prediction, origin)
    lineage.record_start(prediction)
    if prediction.source == "web":
        kept = prediction.prompt if typed is None else typed
        prompts.remember(prediction.user, kept, at=prediction.pk)
    events.nudge_on_commit(prediction.pk, prediction.user_id, seq=0)
    events.wake_on_commit()


def _stamp(user: User) -> float:
    """Where this person stands in fair time: never before what was served last, or idling would save up a turn.

    Start-time fair queueing (Goyal, Vin, Cheng 1996): each prediction costs its person time in proportion to its work.
    """
    served = Prediction.objects.filter(claim__gt=0).aggregate(at=Max("vtime"))["at"]
    mine = Prediction.objects.filter(user=user).aggregate(at=Max("vtime"))["at"]
    return max(served or 0.0, mine or 0.0)


def _cancel_waiting(id: str, *, status: Status = Status.CANCELED) -> bool:
    changed = Prediction.objects.filter(pk=id, status=Status.STARTING, owner="").update(
        status=status,
        completed_at=not_before("created_at"),
        cancel_asked_at=timezone.now(),
        seq=F("seq") + 1,
    )
    if changed:
        drop_outputs(id)
        row = Prediction.objects.only("seq", "user_id", "webhook", "webhook_events").get(pk=id)
        JournalEvent.objects.create(prediction=row, seq=row.seq, kind=status)
        deliveries.plan(row, WebhookEvent.COMPLETED)
        events.nudge_on_commit(id, row.user_id, seq=row.seq)
    return bool(changed)


def _ask_to_cancel(id: str) -> None:
    """A leased row: the dispatcher that owns it tells its engine."""
    changed = Prediction.objects.filter(pk=id, status__in=ACTIVE, cancel_asked_at=None).update(
        cancel_asked_at=timezone.now(), seq=F("seq") + 1
    )
    if changed:
        row = Prediction.objects.only("seq", "user_id").get(pk=id)
        events.nudge_on_commit(id, row.user_id, seq=row.seq)
        events.cancel_on_commit(id)
