"""Notices as their person reads them: only what has left."""

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from generations.models import Notice, Output, SubjectKind
from generations.queries.pages import Page


def notices_page(user: User, *, after: str | None = None, limit: int = 30) -> Page[Notice]:
    """Newest first."""
    rows = notices_left().filter(user=user).select_related("decision__appeal").order_by("-id")
    rows = rows.filter(id__lt=after) if after else rows
    items = list(rows[: limit + 1])
    return Page(items[:limit], next=items[limit - 1].pk if len(items) > limit else None)


def unread_notices(user: User) -> int:
    return notices_left().filter(user=user, read_at=None).count()


def notice_about(output: Output) -> Notice | None:
    """The newest that the owner of a picture has of it, or of its prediction."""
    about = notices_left().filter(user_id=output.user_id)
    found = about.filter(
        decision__case__subject_kind=SubjectKind.OUTPUT, decision__case__subject_id=output.pk
    ) | about.filter(
        decision__case__subject_kind=SubjectKind.PREDICTION, decision__case__subject_id=output.prediction_id
    )
    return found.order_by("-id").first()


def notices_left() -> QuerySet[Notice]:
    return Notice.objects.filter(leaves_at__lte=timezone.now())
