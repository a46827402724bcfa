"""Becoming public: at once where nothing stands against it, else when the classifier or a moderator has looked."""

from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from accounts import switches
from generations import queries
from generations.errors import NotAllowed
from generations.models import Output, Screening, Share
from generations.services import barred, screenings

LOOKED_AT = 200  # links that wait, in one round
PUBLIC = ("is_public", "is_screened", "published_at", "cover", "model")


def enter(share: Share) -> None:
    """Make it public, if at least one of its pictures may be; the others are left out. Changes no row of its own."""
    share.is_screened = screenings.is_on()
    if share.is_screened:
        shown = queries.shown_behind(share)
        screenings.ask(shown)
        _judge(shown)
    share.is_public = True
    found = cover(share)
    share.is_public = found is not None
    if found is not None:
        share.cover, share.model = found, found.prediction.version.model
        share.published_at = share.published_at or timezone.now()
    else:
        share.published_at = None


def cover(share: Share) -> Output | None:
    """The picture that stands for it in lists: the first that is finished and may be shown there."""
    chosen = share.album.cover_id if share.album else None
    return (queries.shared_output(share, chosen) if chosen else None) or queries.first_shared(share)


def enter_waiting() -> Iterator[Share]:
    """Those that wait and may be public by now, each as it becomes so."""
    if not switches.current().publishing:
        return
    for share in queries.shares_to_publish(limit=LOOKED_AT):
        try:
            barred.check_may_publish(share.user)
        except NotAllowed:
            continue
        enter(share)
        if not share.is_public:
            continue
        rows = Share.objects.filter(pk=share.pk, is_public=False, revoked_at=None)
        changes = {name: getattr(share, name) for name in PUBLIC}
        if rows.filter(publish_asked_at__isnull=False, password="", views_most=None).update(**changes):
            yield share


def _judge(outputs: list[Output]) -> None:
    """What is known already counts anew: what was fit for a link may not be for everyone."""
    with transaction.atomic():
        for row in Screening.objects.filter(output__in=outputs, score__isnull=False).select_related("output"):
            screenings.judge(row, is_public=True)
