"""Strikes: what a broken rule counts against a person, and what the sum of them brings.

A strike counts whole for 45 days, half until 90, and then no more. A first breach that is not grave is a warning.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from generations import severity
from generations.models import Decision, SignalKind, Strike, SubjectKind
from generations.services import actions, cases

HALVES, EXPIRES = timedelta(days=45), timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Rung:
    """From `points` on: this action for `days`; none: a person has to decide."""

    points: float
    kind: str
    days: int


LADDER = (Rung(2, "limit", 1), Rung(4, "mute", 7), Rung(6, "suspend", 30), Rung(8, "terminate", 0))


def points_of(user: User) -> float:
    """What counts against this person now."""
    now = timezone.now()
    rows = Strike.objects.filter(user=user, voided_at__isnull=True, expires_at__gt=now)
    return sum(
        points / 2 if halves_at <= now else points
        for points, halves_at in rows.values_list("points", "halves_at")
    )


def rung_of(points: float) -> Rung | None:
    """The highest rung that so many points reach."""
    return next((rung for rung in reversed(LADDER) if points >= rung.points), None)


def add(user: User, decision: Decision) -> Strike | None:
    """One strike for one decision, and what it brings; none where the site has struck on its own today already.

    Inside the transaction of the decision.
    """
    User.objects.select_for_update().get(
        pk=user.pk
    )  # of two at once the second sees what the first has added
    if decision.automated_decision and _was_struck_today(user):
        return None
    before = points_of(user)
    now = timezone.now()
    strike = Strike.objects.create(
        user=user,
        decision=decision,
        points=_points(user, decision.category),
        halves_at=now + HALVES,
        expires_at=now + EXPIRES,
    )
    _climb(user, decision, before=before)
    return strike


def void(decision: Decision, *, by: Decision) -> None:
    """The decision was wrong: what it counted never counted. Inside a transaction."""
    rows = Strike.objects.filter(decision=decision, voided_at__isnull=True)
    rows.update(voided_at=timezone.now(), voided_by=by)


def put_back(by: Decision) -> None:
    """What `by` has voided counts again. Inside a transaction."""
    Strike.objects.filter(voided_by=by).update(voided_at=None, voided_by=None)


def _points(user: User, category: str) -> int:
    grave = severity.severity_of(category)
    is_first = not Strike.objects.filter(user=user, voided_at__isnull=True).exists()
    return 0 if grave == 1 and is_first else grave


def _was_struck_today(user: User) -> bool:
    since = timezone.now() - timedelta(days=1)
    rows = Strike.objects.filter(user=user, created_at__gt=since, voided_at__isnull=True)
    return rows.filter(decision__automated_decision=True).exists()


def _climb(user: User, decision: Decision, *, before: float) -> None:
    """A rung that is reached now; those below it were reached before, or are less than it."""
    was, rung = rung_of(before), rung_of(points_of(user))
    if rung is None or rung == was:
        return
    if rung.kind == "terminate":
        cases.file_signal(
            user,
            kind=SignalKind.STAFF,
            category=decision.category,
            source="strikes",
            note="The strikes of this person come to so much that a person has to decide whether they stay.",
        )
        return
    actions.apply(
        decision,
        rung.kind,
        subject=(SubjectKind.USER, str(user.pk)),
        ends_at=timezone.now() + timedelta(days=rung.days),
    )
