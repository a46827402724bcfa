"""How many predictions a person, and the whole site, may have; the numbers come from accounts.limits."""

import math
import time
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.limits import MB, limits_of
from accounts.models import User
from generations import queries
from generations.errors import OverLimit, QueueFull, RoomUsed
from generations.ids import lower_bound
from generations.models import WITHHELD, Prediction, Status

DAY_S = 24 * 3600


def check(user: User) -> None:
    """Raise OverLimit, QueueFull or RoomUsed when this person may not have one more prediction now.

    Called inside the transaction that inserts the row, with the person's row locked, so two at once cannot both pass.
    """
    _check_queue()
    limits = limits_of(user)
    waiting = Prediction.objects.filter(user=user, status=Status.STARTING).count()
    if waiting >= limits.queued:
        raise OverLimit(
            f"You have {_counted(waiting, 'prompt')} waiting already, and {limits.queued} is the most. "
            "Send this one when one of them has started.",
            retry_after_s=10,
        )
    _check_day(user, per_day=limits.per_day)
    check_room(user)


def room(user: User) -> int:
    """How many more this person's grids may put into the queue now; one place stays free for a prompt by hand."""
    limits = limits_of(user)
    most = settings.LIMITS["queue"]
    everybody = Prediction.objects.filter(status=Status.STARTING, owner="")[:most].count()
    waiting = Prediction.objects.filter(user=user, status=Status.STARTING).count()
    spare = min(1, limits.queued - 1)
    return max(0, min(limits.queued - waiting - spare, most - everybody, queries.left_today(user)))


def check_room(user: User) -> None:
    """Raise RoomUsed when this person's files take all that they may."""
    most = limits_of(user).stored_bytes
    if not most or queries.stored_bytes(user) < most:
        return
    keep = " Sign up for more." if user.is_guest and not settings.LIMITS["storage_mb"] else ""
    raise RoomUsed(
        f"Your pictures take {most // MB:,} MB, and that is all the room you have here. "
        f"Delete some and empty the bin, then send this again.{keep}"
    )


def _check_queue() -> None:
    most = settings.LIMITS["queue"]
    if Prediction.objects.filter(status=Status.STARTING, owner="")[:most].count() >= most:
        raise QueueFull(
            "Too many prompts are waiting on this site. Nothing was lost: try again in a minute.",
            retry_after_s=60,
        )


def _check_day(user: User, *, per_day: int) -> None:
    since = lower_bound(time.time() - DAY_S)
    today = Prediction.objects.filter(user=user, id__gte=since).exclude(error_code=WITHHELD).order_by("-id")
    if today[:per_day].count() < per_day:
        return
    oldest = today.values_list("created_at", flat=True)[per_day - 1 : per_day].first() if per_day else None
    wait_s = DAY_S if oldest is None else (oldest + timedelta(days=1) - timezone.now()).total_seconds()
    wait_s = max(1, math.ceil(wait_s))
    keep = " Sign up for more." if user.is_guest else ""
    raise OverLimit(
        f"You have sent {_counted(per_day, 'prompt')} within a day, and that is the most. "
        f"The next one can start in {_spoken(wait_s)}.{keep}",
        retry_after_s=wait_s,
    )


def _counted(count: int, thing: str) -> str:
    return f"1 {thing}" if count == 1 else f"{count} {thing}s"


def _spoken(seconds: int) -> str:
    if seconds < 90:
        return _counted(seconds, "second")
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} minutes"
    return f"{round(seconds / 3600)} hours"
