"""Reports of what is shared: taken from anyone, by rule, at a bearable rate; the receipt is a link (signing.py)."""

from accounts import throttle
from accounts.errors import TooMany
from accounts.models import User
from generations.models import Report, Share

HOUR_S, DAY_S = 3600, 24 * 3600
MOST, MOST_OF_ONE = 10, 3  # from one network: in an hour, and about one link in a day


def file(share: Share, *, rule: str, words: str, email: str, user: User | None, network: str) -> Report:
    """Keep what somebody says of `share`. Raises TooMany."""
    _check_rate(share, network)
    return Report.objects.create(
        share=share,
        rule=rule,
        words=words,
        email=email,
        user=user,
        subject=share.subject_id,
        publisher_id=share.user_id,
    )


def _check_rate(share: Share, network: str) -> None:
    waits = [
        throttle.wait_s(f"reports:{network}", most=MOST, window_s=HOUR_S),
        throttle.wait_s(f"reports:{network}:{share.pk}", most=MOST_OF_ONE, window_s=DAY_S),
    ]
    if wait := max(waits):
        raise TooMany(
            "Several reports came from your network already, and they will be read. "
            f"Send another one in {max(1, round(wait / 60))} min.",
            retry_after_s=wait,
        )
