"""The bin of a person: what was binned last comes first."""

from datetime import datetime

from django.db.models import Q

from accounts.models import User
from generations.errors import NotFound
from generations.models import Output
from generations.queries.pages import Page


def bin_page(user: User, *, after: str | None = None, limit: int = 60) -> Page[Output]:
    """What lies in a person's bin, binned last first."""
    rows = Output.objects.filter(user_id=user.pk, trashed_at__isnull=False, is_published=True)
    if after:
        at, _, id = after.rpartition("~")
        since = _moment(at)
        rows = rows.filter(Q(trashed_at__lt=since) | Q(trashed_at=since, id__lt=id))
    items = list(rows.select_related("prediction").order_by("-trashed_at", "-id")[: limit + 1])
    last = items[limit - 1] if len(items) > limit else None
    return Page(items[:limit], next=f"{last.trashed_at.isoformat()}~{last.pk}" if last else None)


def _moment(text: str) -> datetime:
    """A moment from a page's address; NotFound when somebody has bent it."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise NotFound("There is no such page.") from None
