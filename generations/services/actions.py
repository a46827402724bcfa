"""Actions applied and reversed: each by one row, after which what holds of the subject is computed anew."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from generations.models import Action, ActionKind, Decision, Review
from generations.services import standings

LIFTED_AT_ONCE = 200


def apply(
    decision: Decision,
    kind: str,
    *,
    subject: tuple[str, str],
    ends_at: datetime | None = None,
    needs_second: bool = False,
) -> Action:
    """What `decision` does to `subject`, (kind, id); a second time nothing happens. Inside a transaction.

    `needs_second`: it begins with a second person's word (`begin`).
    """
    standings.lock(*subject)
    action, _ = Action.objects.get_or_create(
        decision=decision,
        kind=ActionKind(kind),
        subject_kind=subject[0],
        subject_id=subject[1],
        defaults={
            "starts_at": None if needs_second else timezone.now(),
            "ends_at": ends_at,
            "needs_second": needs_second,
        },
    )
    standings.recompute(*subject)
    return action


def begin(actions: Iterable[Action], review: Review) -> None:
    """A second person agrees. Inside a transaction."""
    for action in actions:
        standings.lock(action.subject_kind, action.subject_id)
        action.review, action.starts_at = review, timezone.now()
        action.save(update_fields=["review", "starts_at"])
        standings.recompute(action.subject_kind, action.subject_id)


def reverse(actions: Iterable[Action], *, by: Decision) -> None:
    """As if they had never been; those that were reversed already stay so. Inside a transaction."""
    for action in actions:
        standings.lock(action.subject_kind, action.subject_id)
        changed = Action.objects.filter(pk=action.pk, reversed_at__isnull=True).update(
            reversed_at=timezone.now(), reversed_by=by
        )
        if changed:
            standings.recompute(action.subject_kind, action.subject_id)


def put_back(by: Decision) -> None:
    """What `by` has reversed holds again. Inside a transaction."""
    for action in Action.objects.filter(reversed_by=by):
        standings.lock(action.subject_kind, action.subject_id)
        Action.objects.filter(pk=action.pk).update(reversed_at=None, reversed_by=None)
        standings.recompute(action.subject_kind, action.subject_id)


def lift_ended() -> int:
    """Actions whose end has come hold no longer; how many."""
    now = timezone.now()
    ended = Action.objects.filter(ends_at__lte=now, lifted_at__isnull=True, reversed_at__isnull=True)
    rows = list(ended.order_by("ends_at")[:LIFTED_AT_ONCE])
    for action in rows:
        with transaction.atomic():
            standings.lock(action.subject_kind, action.subject_id)
            Action.objects.filter(pk=action.pk).update(lifted_at=now)
            standings.recompute(action.subject_kind, action.subject_id)
    return len(rows)
