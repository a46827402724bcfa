"""What somebody may not do while a decision about their account holds. Asked by the verbs, so that every face obeys."""

from django.db.models import Max

from accounts.models import User
from generations import standing
from generations.errors import NotAllowed
from generations.models import Action, SubjectKind
from generations.services import standings

WHY = "The page Notices of your account says why, and how to appeal."


def check_may_make(user: User) -> None:
    """To make and to bring pictures. Raises NotAllowed."""
    if standing_of(user) >= standing.SUSPEND:
        raise NotAllowed(f"Your account is {_word(user)}, so nothing new can be made. {WHY}")


def check_may_publish(user: User) -> None:
    """To share and to publish. Raises NotAllowed."""
    now = standing_of(user)
    if now >= standing.SUSPEND:
        raise NotAllowed(f"Your account is {_word(user)}, so nothing can be shared. {WHY}")
    if now & standing.MUTE:
        raise NotAllowed(f"You cannot share or publish{_until(user, 'mute')}. {WHY}")


def is_limited(user: User) -> bool:
    """Do they have a guest's numbers for now?"""
    return bool(standing_of(user) & standing.LIMIT)


def standing_of(user: User) -> int:
    """As the row says now; the object may have been read a while ago."""
    return User.objects.values_list("standing", flat=True).get(pk=user.pk)


def _word(user: User) -> str:
    if standing_of(user) & standing.TERMINATE:
        return "closed"
    return f"suspended{_until(user, 'suspend')}"


def _until(user: User, kind: str) -> str:
    rows = Action.objects.filter(
        standings.active(), kind=kind, subject_kind=SubjectKind.USER, subject_id=str(user.pk)
    )
    if rows.filter(ends_at__isnull=True).exists():
        return ""
    end = rows.aggregate(end=Max("ends_at"))["end"]
    return f" until {end:%-d %B %Y, %H:%M} UTC" if end else ""
