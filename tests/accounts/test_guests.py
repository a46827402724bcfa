"""Promises about guests: when they are made, how they become somebody, and when they go."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import AsyncClient, RequestFactory
from django.utils import timezone

from accounts import guests
from accounts.errors import SignInNeeded, TooMany
from accounts.models import User
from generations.models import Prediction
from generations.services import people
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client):
    """ask(method, address="…"): a request by somebody unknown, with a session as the middleware gives it."""

    def make(method: str = "post", *, address: str = "192.0.2.1"):
        request = getattr(RequestFactory(), method)("/", REMOTE_ADDR=address)
        request.session, request.user = client.session, AnonymousUser()
        return request

    return make


def test_first_post_makes_a_guest(ask):
    """A post by nobody makes an account without a password or an address."""
    person = guests.ensure_person(ask())
    assert person.is_guest
    assert person.email is None
    assert not person.has_usable_password()


def test_guest_stays_the_same(ask):
    """The second post of a browser is by the guest of the first."""
    request = ask()
    first = guests.ensure_person(request)
    assert guests.ensure_person(request) == first
    assert User.objects.count() == 1


def test_session_key_changes(ask):
    """A session key from before is worth nothing after the guest was made."""
    request = ask()
    request.session["x"] = 1
    request.session.save()
    before = request.session.session_key
    guests.ensure_person(request)
    assert request.session.session_key != before


def test_open_page_can_post_again(ask):
    """The page that made the guest keeps its CSRF token."""
    request = ask()
    request.META["CSRF_COOKIE"] = "s" * 32
    guests.ensure_person(request)
    assert request.META["CSRF_COOKIE"] == "s" * 32


@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_makes_nobody(ask, method):
    """Looking never makes a guest, so crawlers make none."""
    with pytest.raises(SignInNeeded):
        guests.ensure_person(ask(method))
    assert not User.objects.exists()


def test_switched_off(ask, settings):
    """Without guests a post by nobody asks them to sign in."""
    settings.GUESTS = False
    with pytest.raises(SignInNeeded):
        guests.ensure_person(ask())


def test_limit_of_one_address(ask, settings):
    """An address that made its guests of the hour gets a sentence and a time to come back; another does not."""
    settings.LIMITS = {**settings.LIMITS, "guests_per_hour": 2}
    guests.ensure_person(ask())
    guests.ensure_person(ask())
    with pytest.raises(TooMany, match="Sign in or sign up") as refused:
        guests.ensure_person(ask())
    assert 0 < refused.value.retry_after_s <= 3600
    assert guests.ensure_person(ask(address="192.0.2.2")).is_guest


def test_limit_of_one_household(ask, settings):
    """With IPv6 the whole /64 counts as one place."""
    settings.LIMITS = {**settings.LIMITS, "guests_per_hour": 1}
    guests.ensure_person(ask(address="2001:db8::1"))
    with pytest.raises(TooMany):
        guests.ensure_person(ask(address="2001:db8::ffff"))


def test_sign_up_keeps_the_row(guest, guest_client, make_prediction, person_of):
    """Signing up turns the guest into the account: the same row, with all that hangs on it."""
    made = make_prediction(guest)
    answer = guest_client.post("/account/signup/", {"email": "Ann@Example.org", "password1": PASSWORD})
    assert answer.status_code == 302
    guest.refresh_from_db()
    assert (guest.is_guest, guest.email) == (False, "ann@example.org")
    assert guest.check_password(PASSWORD)
    assert person_of(guest_client) == guest
    assert list(guest.predictions.all()) == [made]


def test_sign_up_changes_the_session_key(guest_client):
    """A session key from the guest's days is worth nothing after signing up."""
    before = guest_client.session.session_key
    guest_client.post("/account/signup/", {"email": "ann@example.org", "password1": PASSWORD})
    assert guest_client.session.session_key != before


def test_double_click_signs_up_once(guest, guest_client, monkeypatch):
    """Of two clicks on "Sign up" the slower one finds the account made, and is led to sign-in."""

    def first_click(*args) -> None:
        User.objects.filter(pk=guest.pk).update(is_guest=False, email="ann@example.org")

    monkeypatch.setattr("allauth.account.adapter.validate_password", first_click)
    answer = guest_client.post("/account/signup/", {"email": "ann@example.org", "password1": PASSWORD})
    assert answer.url == "/account/login/"
    assert User.objects.get().email == "ann@example.org"


def test_two_people_with_one_address(client, monkeypatch):
    """Of two who sign up with one address at once only one gets it, and the other is led to sign-in."""

    def faster(*args) -> None:
        User.objects.create_user("ann@example.org", PASSWORD)

    monkeypatch.setattr("allauth.account.adapter.validate_password", faster)
    answer = client.post("/account/signup/", {"email": "ann@example.org", "password1": "another quiet lamp"})
    assert answer.url == "/account/login/"
    assert User.objects.get().check_password(PASSWORD)


def test_refused_sign_up_keeps_the_guest(alice, guest, guest_client, person_of):
    """An address that is taken leaves the guest who they were, with a sentence at the field."""
    answer = guest_client.post("/account/signup/", {"email": alice.email, "password1": PASSWORD})
    assert "There is an account with this address already" in answer.content.decode()
    assert person_of(guest_client) == guest
    assert guest.is_guest


def test_sign_in_merges(alice, guest, guest_client, make_prediction, person_of):
    """Signing in hands what the guest made to the account, and the guest is gone."""
    made = make_prediction(guest)
    answer = guest_client.post("/account/login/", {"login": alice.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert person_of(guest_client) == alice
    made.refresh_from_db()
    assert made.user == alice
    assert not User.objects.filter(pk=guest.pk).exists()


def test_refused_sign_in_merges_nothing(alice, guest, guest_client, make_prediction, person_of):
    """A wrong password moves nothing."""
    made = make_prediction(guest)
    guest_client.post("/account/login/", {"login": alice.email, "password": "wrong"})
    assert person_of(guest_client) == guest
    assert Prediction.objects.get(pk=made.pk).user == guest


def test_guest_cannot_sign_out(guest, guest_client, person_of):
    """Signing out would lose the gallery, so a guest is not signed out."""
    guest_client.post("/account/logout/")
    assert person_of(guest_client) == guest


def test_idle_guests_expire(guest, alice):
    """Guests away for 30 days go; others, and people with an account, stay."""
    recent = User.objects.create_guest()
    User.objects.filter(pk__in=[guest.pk, alice.pk]).update(seen_at=timezone.now() - timedelta(days=31))
    assert people.expire_guests() == 1
    assert set(User.objects.all()) == {recent, alice}


def test_visit_is_noted(guest, guest_client, settings):
    """A visit moves the day on which a guest expires, and the cookie's too."""
    User.objects.filter(pk=guest.pk).update(seen_at=timezone.now() - timedelta(days=29))
    answer = guest_client.get("/account/")
    guest.refresh_from_db()
    assert guest.seen_at > timezone.now() - timedelta(minutes=1)
    assert settings.SESSION_COOKIE_NAME in answer.cookies


def test_visits_within_an_hour_write_nothing(guest, guest_client, settings):
    """The next request of the hour neither writes the row nor sends the cookie again."""
    seen = guest.seen_at
    answer = guest_client.get("/account/")
    guest.refresh_from_db()
    assert guest.seen_at == seen
    assert settings.SESSION_COOKIE_NAME not in answer.cookies


@pytest.mark.django_db(transaction=True)
async def test_sign_in_under_asgi(guest, alice):
    """The same where requests are served asynchronously: sign-in merges the guest."""
    client = AsyncClient()
    await client.aforce_login(guest)
    answer = await client.post("/account/login/", {"login": alice.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert not await User.objects.filter(pk=guest.pk).aexists()
