"""Whether the session behind an open page still stands: no page hears more than a moment longer than its sign-in."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Visit:
    """What a request was believed by when the page opened its line."""

    user_id: int
    session_key: str
    auth_hash: str


def visit_of(session: Any) -> Visit:
    """Of the session of somebody who is signed in."""
    return Visit(int(session[SESSION_KEY]), session.session_key, session.get(HASH_SESSION_KEY, ""))


def over(visits: Set[Visit]) -> set[Visit]:
    """Those of `visits` that would be nobody's now: signed out, everywhere or here, switched off or gone."""
    people = User.objects.filter(pk__in={visit.user_id for visit in visits}, is_active=True)
    hashes = {person.pk: person.get_session_auth_hash() for person in people}
    sessions = Session.objects.filter(
        session_key__in={visit.session_key for visit in visits}, expire_date__gt=timezone.now()
    )
    alive = set(sessions.values_list("session_key", flat=True))
    return {
        visit
        for visit in visits
        if visit.session_key not in alive or hashes.get(visit.user_id) != visit.auth_hash
    }
