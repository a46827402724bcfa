"""The numbers of a plan: what one person may have at once and in a day. Counting is left to generations."""

from dataclasses import dataclass

from django.conf import settings

from accounts.models import User

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Predictions of one person: waiting in the queue, running at the same time, made within 24 hours.

    `stored_bytes`: what the files of a person may take, 0 for no bound.
    """

    queued: int
    running: int
    per_day: int
    stored_bytes: int
    queued_api: int  # and the same for what their programs send
    per_day_api: int


def limits_of(user: User, *, as_guest: bool = False) -> Limits:
    suffix = "_guest" if user.is_guest or as_guest else ""
    numbers = settings.LIMITS
    return Limits(
        queued=numbers[f"queued{suffix}"],
        running=numbers[f"running{suffix}"],
        per_day=numbers[f"per_day{suffix}"],
        queued_api=0 if user.is_guest else numbers["queued_api"],
        per_day_api=0 if user.is_guest else numbers["per_day_api"],
        stored_bytes=numbers[f"storage_mb{suffix}"] * MB,
    )
