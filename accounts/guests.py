"""Guests: real accounts without a password, bound to a session; and the one door by which a person signs in."""

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, login
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts import switches, throttle
from accounts.errors import SignInNeeded, TooMany
from accounts.models import User

logger = logging.getLogger(__name__)

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HOUR_S = 3600
SEEN_EVERY = timedelta(hours=1)
READS = {"GET", "HEAD", "OPTIONS", "TRACE"}


def ensure_person(request: HttpRequest) -> User:
    """Who is asking: the person or guest of the session, else a guest made now and bound to the session.

    Never makes one on a read, so crawlers make none. Raises SignInNeeded when there is nobody and guests are
    switched off, TooMany when this address has made too many guests.
    """
    if isinstance(request.user, User):
        return request.user
    if request.method in READS or not switches.may_be_guest():
        raise SignInNeeded("Sign in to make pictures here.")
    _check_rate(request)
    guest = User.objects.create_guest()
    secret = request.META.get("CSRF_COOKIE")
    login(request, guest, backend=BACKEND)
    if secret:
        # Login renews the CSRF secret, but the page that made this guest is open and will post again.
        request.META["CSRF_COOKIE"] = secret
    return guest


def guest_of(request: HttpRequest) -> User | None:
    """The guest of this session, also where the sign-in pages see nobody (see accounts.middleware)."""
    person = getattr(request, "guest", None) or request.user
    return person if isinstance(person, User) and person.is_guest else None


def enter(request: HttpRequest, person: User) -> None:
    """Sign `person` in. What the guest of this session made becomes theirs; every way of signing in ends here."""
    guest = guest_of(request)
    if guest is not None and guest.pk != person.pk:
        # accounts may not import generations, which owns a person's things, so settings name the verb: a line that
        # one can read and follow, where a signal or a registry filled at start-up would hide who does it.
        import_string(settings.MERGE_GUEST)(guest, into=person)
        logger.info("A guest became part of person %s", person.pk)
    if guest is not None or getattr(request, "guest", None):
        # The same human: Django would empty the session of another user, and with it how they proved who they are.
        for key in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY):
            request.session.pop(key, None)
    login(request, person, backend=BACKEND)
    request.guest = None  # type: ignore[attr-defined]


def touch(person: User) -> bool:
    """Note a visit, at most once an hour: whether it was noted now."""
    now = timezone.now()
    if person.seen_at > now - SEEN_EVERY:
        return False
    stale = User.objects.filter(pk=person.pk, seen_at__lte=now - SEEN_EVERY)
    return bool(stale.update(seen_at=now))


def idle_guests(*, idle_days: int) -> QuerySet[User]:
    """Guests who have not come for `idle_days`, longest away first."""
    before = timezone.now() - timedelta(days=idle_days)
    return User.objects.filter(is_guest=True, seen_at__lt=before).order_by("seen_at")


def _check_rate(request: HttpRequest) -> None:
    most = settings.LIMITS["guests_per_hour"]
    wait = throttle.wait_s(f"guests:{throttle.network_of(request)}", most=most, window_s=HOUR_S)
    if wait:
        raise TooMany(
            "Many new guests came from your network within the hour. "
            f"Sign in or sign up to go on now, or come back in {max(1, round(wait / 60))} minutes.",
            retry_after_s=wait,
        )
