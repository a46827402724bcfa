"""Reports of what is shared: taken from anyone, by rule, at a bearable rate; the receipt is a link (signing.py).

Each becomes a signal of the case of what it is about.
"""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import throttle
from accounts.errors import TooMany
from accounts.models import User
from generations.models import Output, Prediction, Report, Share, SignalKind
from generations.services import cases

HOUR_S, DAY_S = 3600, 24 * 3600
MOST_OF_ONE = 3  # about one link, from one network, in a day


def file(share: Share, *, rule: str, words: str, email: str, user: User | None, network: str) -> Report:
    """Keep what somebody says of `share`. Raises TooMany."""
    _check_rate(share, network, user)
    with transaction.atomic():
        report = Report.objects.create(
            share=share,
            rule=rule,
            words=words,
            email=email,
            user=user,
            subject=share.subject_id,
            publisher_id=share.user_id,
        )
        cases.file_signal(
            subject_of(share),
            kind=SignalKind.REPORT,
            category=rule,
            weight=cases.weight_of_reporter(user),
            note=words,
            reporter=user,
            report=report,
        )
    return report


OUTCOMES = {
    "acted": "Decided: it breaks a rule, and something was done about it",
    "kept": "Decided: it breaks no rule",
}


def outcome_of(report: Report) -> str:
    """What has become of it, as soon as anybody may know."""
    is_told = report.outcome_at is not None and report.outcome_at <= timezone.now()
    return OUTCOMES.get(report.status, "Waits for a person") if is_told else "Waits for a person"


def subject_of(share: Share) -> Output | Prediction | Share:
    """What a report of this link is about: the picture or the prediction; of a link to many things, the link."""
    return share.output or share.prediction or share


def _check_rate(share: Share, network: str, user: User | None) -> None:
    most = settings.LIMITS["reports_per_hour"]
    limits = [
        throttle.Limit(f"reports:{network}:{share.pk}", most=MOST_OF_ONE, window_s=DAY_S),
        throttle.Limit(f"reports:{network}", most=most, window_s=HOUR_S),
    ]
    if user is not None:
        limits.append(throttle.Limit(f"reports-of:{user.pk}", most=most, window_s=HOUR_S))
    if wait := throttle.wait_of_all_s(limits):
        raise TooMany(
            "Several reports came from you or your network already, and they will be read. "
            f"Send another one in {throttle.spoken(wait)}.",
            retry_after_s=wait,
        )
