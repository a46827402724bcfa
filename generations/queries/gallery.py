"""The gallery and the bin of a person."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import User
from generations.errors import NotFound
from generations.models import Output
from generations.queries.pages import Page

COUNT_MAX = 10_000  # a count goes no further: the page of a huge gallery costs no more than another


def gallery_page(
    user: User, *, after: str | None = None, favourites: bool = False, limit: int = 60
) -> Page[Output]:
    """A person's pictures, newest first; `after` is the `next` of the page before."""
    rows = _gallery(user, favourites=favourites)
    rows = rows.filter(id__lt=after) if after else rows
    items = list(rows.select_related("prediction").order_by("-id")[: limit + 1])
    return Page(items[:limit], next=items[limit - 1].pk if len(items) > limit else None)


def gallery_count(user: User, *, favourites: bool = False) -> int:
    """How many pictures, counted up to COUNT_MAX: the page of a huge gallery costs no more than another."""
    return _gallery(user, favourites=favourites)[:COUNT_MAX].count()


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


def neighbours(output: Output, *, favourites: bool = False) -> tuple[str | None, str | None]:
    """The ids of the next newer and the next older picture in the same filter."""
    rows = _gallery(output.user, favourites=favourites)
    newer = rows.filter(id__gt=output.pk).order_by("id").values_list("pk", flat=True).first()
    older = rows.filter(id__lt=output.pk).order_by("-id").values_list("pk", flat=True).first()
    return newer, older


def outputs_by_id(ids: Iterable[str | None]) -> dict[str, Output]:
    """The outputs of `ids`, which come from neighbours(); None is passed over."""
    return Output.objects.select_related("prediction").in_bulk([id for id in ids if id])


def _gallery(user: User, *, favourites: bool) -> QuerySet[Output]:
    rows = Output.objects.filter(user_id=user.pk, trashed_at__isnull=True, is_published=True)
    return rows.filter(is_favourite=True) if favourites else rows


def _moment(text: str) -> datetime:
    """A moment from a page's address; NotFound when somebody has bent it."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise NotFound("There is no such page.") from None
