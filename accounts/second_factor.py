"""Staff pages ask for a second factor: one that the person has set up, and proved in this very session."""

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import urlencode

from accounts.models import User

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
ASKED_FOR = ("/moderation/", "/admin/")
FREE = ("/admin/login/", "/admin/logout/", "/admin/jsi18n/")


def is_asked_for(request: HttpRequest) -> bool:
    """Is this one of the pages that staff reach with a second factor alone?"""
    return request.path.startswith(ASKED_FOR) and not request.path.startswith(FREE)


def factors_of(person: User) -> set[str]:
    return set(Authenticator.objects.filter(user=person, type__in=FACTORS).values_list("type", flat=True))


def take_code(secret: str, code: str) -> bool:
    """Is this code of an app a newer one than all that were taken? Each is taken once.

    The library forgets a code after half a minute, and one that switched the app on at once; a code is good for longer.
    """
    now = list(totp.yield_hotp_counters_from_time())
    told = [(step, totp.format_hotp_value(totp.hotp_value(secret, step))) for step in now]
    taken = next((step for step, value in told if compare_user_code(actual=code, expected=value)), None)
    if taken is None:
        return False
    place = salted_hmac("accounts.second_factor", secret, algorithm="sha256").hexdigest()
    is_new = False
    for step in range(taken - len(now), taken + 1):  # with one, all before it
        is_new = cache.add(f"totp:{place}:{step}", 1, timeout=(len(now) + 1) * mfa.TOTP_PERIOD)
    return is_new


def is_proved(session: SessionBase) -> bool:
    """Did whoever holds this session show a second factor in it? A session from before it was set up did not."""
    records = session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    return any(record.get("method") == "mfa" for record in records)


def may_enter(person: User, session: SessionBase) -> bool:
    """For a socket, which can lead nobody anywhere."""
    return person.is_staff and is_proved(session) and bool(factors_of(person))


def way_to_it(request: HttpRequest) -> HttpResponse | None:
    """Where staff go first when they have yet to set one up, or to show it; None when nothing is missing."""
    person = request.user
    if not isinstance(person, User) or not person.is_staff:
        return None
    factors = factors_of(person)
    if factors and is_proved(request.session):
        return None
    if not factors:
        messages.warning(request, "Staff pages need a second factor. Set one up here, then come back.")
        return _led(request, reverse("mfa_index"))
    is_code = Authenticator.Type.TOTP in factors
    name = "mfa_reauthenticate" if is_code else "mfa_reauthenticate_webauthn"
    back = request.get_full_path() if request.method == "GET" else request.path
    return _led(request, f"{reverse(name)}?{urlencode({REDIRECT_FIELD_NAME: back})}")


def _led(request: HttpRequest, where: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": where})
    return HttpResponseRedirect(where)
