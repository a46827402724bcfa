"""What a person has, and may have."""

import time
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet, Sum

from accounts.limits import Limits, limits_of
from accounts.models import User
from generations import standing
from generations.ids import lower_bound
from generations.models import ACTIVE, WITHHELD, Output, Prediction, Upload

DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Usage:
    """What a person has and may have: `made` within 24 hours, of `per_day`; `size` in bytes, with bin and uploads."""

    made: int
    per_day: int
    active: int
    pictures: int
    trashed: int
    size: int
    room: int  # bytes that `size` may reach, 0 for no bound


def limits_for(user: User) -> Limits:
    """The numbers that hold for this person: for a while those of a guest, where a decision limits them."""
    return limits_of(user, as_guest=bool(user.standing & standing.LIMIT))


def usage(user: User) -> Usage:
    limits = limits_for(user)
    made = _counted(user).count()
    kept = Output.objects.filter(user=user, is_published=True).aggregate(
        pictures=Count("pk", filter=Q(trashed_at=None)),
        trashed=Count("pk", filter=Q(trashed_at__isnull=False)),
    )
    active = Prediction.objects.filter(user=user, status__in=ACTIVE).count()
    return Usage(
        made=made,
        per_day=limits.per_day,
        active=active,
        size=stored_bytes(user),
        room=limits_of(user).stored_bytes,
        **kept,
    )


def stored_bytes(user: User) -> int:
    """What the files of a person take: outputs, those in the bin included, and uploads."""
    outputs = Output.objects.filter(user=user, size__gt=0)  # as the index says it
    uploads = Upload.objects.filter(user=user)
    return sum(rows.aggregate(n=Sum("size", default=0))["n"] for rows in (outputs, uploads))


def left_today(user: User | AnonymousUser) -> int:
    """How many predictions may still be sent within these 24 hours; whoever is nobody yet has what a guest has."""
    if user.is_anonymous:
        return limits_of(User(is_guest=True)).per_day
    per_day = limits_for(user).per_day
    return max(0, per_day - _counted(user)[:per_day].count())


def _counted(user: User) -> QuerySet[Prediction]:
    """What counts for the limit of a day: not what was made and withheld, nor what their programs made."""
    since = lower_bound(time.time() - DAY_S)
    return (
        Prediction.objects.filter(user=user, id__gte=since).exclude(error_code=WITHHELD).exclude(source="api")
    )
