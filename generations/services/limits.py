"""How many predictions a person, and the whole site, may have; the numbers come from accounts.limits."""

import math
import time
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accounts import throttle
from accounts.limits import MB, Limits, limits_of
from accounts.models import Token, User
from generations import queries, standing
from generations.errors import OverLimit, QueueFull, RoomUsed
from generations.ids import lower_bound
from generations.models import WITHHELD, Prediction, Status
from generations.services import barred, gates

HOUR_S, DAY_S = 3600, 24 * 3600


def check(user: User, token: Token | None = None) -> None:
    """Raise OverLimit, QueueFull or RoomUsed when this person, or this token of theirs, may have no more now.

    Called inside the transaction that inserts the row, with the person's row locked, so two at once cannot both pass.
    What programs send and what a person sends by hand is counted apart.
    """
    barred.check_may_make(user)
    _check_queue()
    limits = _limits_of(user)
    most = limits.queued if token is None else limits.queued_api
    waiting = _waiting(user, is_api=token is not None)
    if waiting >= most:
        raise OverLimit(
            f"You have {_counted(waiting, 'prompt')} waiting already, and {most} is the most. "
            "Send this one when one of them has started.",
            retry_after_s=10,
        )
    _check_day(user, token, per_day=limits.per_day if token is None else limits.per_day_api)
    check_room(user)


def check_network(user: User) -> None:
    """Raise OverLimit when the guests of this network have sent too much together. Never inside a transaction."""
    network = throttle.here()
    if not user.is_guest or not network:
        return
    most = settings.LIMITS["guest_prompts_per_hour"]
    wait_s = throttle.wait_s(f"guest-prompts:{network}", most=most, window_s=HOUR_S)
    if wait_s:
        raise OverLimit(
            "Many prompts came from your network without an account within the hour. "
            f"Sign in or sign up to go on now, or come back in {throttle.spoken(wait_s)}.",
            retry_after_s=wait_s,
        )


def room(user: User) -> int:
    """How many more this person's grids may put into the queue now; one place stays free for a prompt by hand."""
    if not gates.is_generation_open(user):
        return 0
    limits = _limits_of(user)
    most = settings.LIMITS["queue"]
    everybody = Prediction.objects.filter(status=Status.STARTING, owner="")[:most].count()
    waiting = _waiting(user, is_api=False)
    if barred.standing_of(user) >= standing.SUSPEND:
        return 0
    spare = min(1, limits.queued - 1)
    return max(0, min(limits.queued - waiting - spare, most - everybody, queries.left_today(user)))


def _limits_of(user: User) -> Limits:
    """Of whom a decision limits, for a while those of a guest."""
    return limits_of(user, as_guest=barred.is_limited(user))


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


def _waiting(user: User, *, is_api: bool) -> int:
    waiting = Prediction.objects.filter(user=user, status=Status.STARTING)
    return (waiting.filter(source="api") if is_api else waiting.exclude(source="api")).count()


def _check_day(user: User, token: Token | None, *, per_day: int) -> None:
    made = Prediction.objects.filter(user=user)
    made = made.exclude(source="api") if token is None else made.filter(source="api")
    _check_made(made, user, most=per_day, who="You have")
    if token is not None and token.daily_limit is not None:
        made = Prediction.objects.filter(token=token)
        _check_made(made, user, most=token.daily_limit, who=f"The token “{token.name}” has")


def _check_made(made: QuerySet[Prediction], user: User, *, most: int, who: str) -> None:
    since = lower_bound(time.time() - DAY_S)
    today = made.filter(id__gte=since).exclude(error_code=WITHHELD).order_by("-id")
    if today[:most].count() < most:
        return
    oldest = today.values_list("created_at", flat=True)[most - 1 : most].first() if most else None
    wait_s = DAY_S if oldest is None else (oldest + timedelta(days=1) - timezone.now()).total_seconds()
    wait_s = max(1, math.ceil(wait_s))
    keep = " Sign up for more." if user.is_guest else ""
    raise OverLimit(
        f"{who} sent {_counted(most, 'prompt')} within a day, and that is the most. "
        f"The next one can start in {throttle.spoken(wait_s)}.{keep}",
        retry_after_s=wait_s,
    )


def _counted(count: int, thing: str) -> str:
    return f"1 {thing}" if count == 1 else f"{count} {thing}s"
