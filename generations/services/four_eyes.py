"""Four eyes: what one person asks for, another one agrees to."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from generations.errors import NotAllowed

ALONE = timedelta(hours=24)


def check(*, first: int | None, at: datetime, second: User, others: int) -> bool:
    """May `second` agree to what `first` asked for? True when it is the same person, alone: to be recorded so.

    `others`: how many besides the first may agree. `first` None: the site itself, or somebody who is gone.
    Raises NotAllowed.
    """
    if first is None or first != second.pk:
        return False
    if others > 0:
        raise NotAllowed("You asked for this, so somebody else must agree to it.")
    waits = at + ALONE - timezone.now()
    if waits > timedelta():
        hours = max(1, round(waits.total_seconds() / 3600))
        raise NotAllowed(
            "Nobody else here may agree to this. You can do it yourself a day after you asked for it, "
            f"in about {hours} hour{'' if hours == 1 else 's'}; it is recorded as done by one person alone."
        )
    return True
