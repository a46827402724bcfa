"""Sessions: what a cookie is worth before, during and after a sign-in."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from generations.models import Version
from tests.conftest import PASSWORD
from tests.security.conftest import Things

pytestmark = pytest.mark.django_db

COOKIE = settings.SESSION_COOKIE_NAME
PLANTED = "planted0by0somebody0else00000000"


def with_cookie(value: str) -> Client:
    browser = Client()
    browser.cookies[COOKIE] = value
    return browser


def is_somebody(browser: Client) -> bool:
    return browser.get("/account/").status_code == 200


def sign_in(browser: Client, person: User) -> str:
    """The session's key afterwards."""
    browser.post("/account/login/", {"login": person.email, "password": PASSWORD})
    return browser.cookies[COOKIE].value


def make_guest(browser: Client, person: User) -> str:
    browser.post("/", {"prompt": "a fox"})
    return browser.cookies[COOKIE].value


@pytest.mark.parametrize("enter", [sign_in, make_guest])
def test_planted_key_is_not_taken(
    version: Version, alice: User, enter: Callable[[Client, User], str]
) -> None:
    """A session key that somebody planted in a browser is worth nothing once that browser is somebody."""
    browser = with_cookie(PLANTED)
    assert enter(browser, alice) != PLANTED
    assert is_somebody(browser)
    assert not is_somebody(with_cookie(PLANTED))


def test_key_changes_with_the_person(version: Version, alice: User) -> None:
    """The key of the guest is nobody's after the sign-in that merged the guest."""
    browser = Client()
    before = make_guest(browser, alice)
    assert sign_in(browser, alice) != before
    assert not is_somebody(with_cookie(before))


@pytest.mark.parametrize("address", ["/account/logout/", "/account/delete/"])
def test_cookie_kept_from_before_is_nobodys(alice: User, address: str) -> None:
    """A copy of the cookie is worth nothing after signing out, or after the account is gone."""
    browser = Client()
    kept = sign_in(browser, alice)
    browser.post(address, {"confirm": PASSWORD})
    assert not is_somebody(with_cookie(kept))
    assert not Session.objects.filter(pk=kept).exists()


def test_switched_off_person_is_nobody(alice: User) -> None:
    """The session of somebody who is switched off opens nothing any more."""
    browser = Client()
    sign_in(browser, alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert not is_somebody(browser)


BENT = ["", "x", "é", "a" * 10_000, "../../db", "' OR 1=1 --", "\\x00", "{key}x", "{key}.", " {key}", "KEY"]


@pytest.mark.parametrize("cookie", BENT, ids=lambda cookie: repr(cookie[:12]))
def test_bent_cookie_is_nobodys(alice: User, cookie: str) -> None:
    """A cookie that is not exactly the key of a session is nobody's, and breaks nothing."""
    key = sign_in(Client(), alice)
    bent = with_cookie(cookie.replace("{key}", key).replace("KEY", key.upper()))
    assert bent.get("/").status_code == 200
    assert not is_somebody(bent)


def test_guests_cookie_opens_no_account(things_of: Callable[..., Things], alice: User, guest: User) -> None:
    """A guest cannot reach, by any form of the door, what belongs to an account."""
    browser = Client()
    browser.force_login(guest)
    things = things_of(alice)
    browser.post("/account/login/", {"login": alice.email, "password": "not hers"})
    browser.post("/account/signup/", {"email": alice.email, "password1": PASSWORD})
    assert browser.get(things.fill("/gallery/{output}/")).status_code == 404
