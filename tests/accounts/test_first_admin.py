"""Promises of the link that makes the first administrator."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import links
from accounts.models import OneTimeLink, User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

FORM = {"email": "root@example.org", "password": PASSWORD}


@pytest.fixture
def link() -> str:
    return links.mint_admin_link()


def test_makes_the_administrator(client, link, person_of):
    """Whoever opens the link and fills in the form is the administrator, and signed in."""
    assert client.get(link).status_code == 200
    assert client.post(link, FORM).url == "/account/"
    person = person_of(client)
    assert (person.email, person.is_superuser, person.is_staff) == (FORM["email"], True, True)


def test_works_once(client, client_of, link):
    """A second use is told that the work is done, and makes nobody."""
    client.post(link, FORM)
    answer = client_of(None).post(link, {**FORM, "email": "second@example.org"})
    assert answer.status_code == 410
    assert User.objects.count() == 1


def test_other_links_die_with_it(client, client_of, link):
    """All links are void as soon as there is an administrator."""
    other = links.mint_admin_link()
    client.post(link, FORM)
    assert client_of(None).get(other).status_code == 410


def test_used_link_stays_used(client, link):
    """A used link stays void when the administrator is gone."""
    client.post(link, FORM)
    User.objects.all().delete()
    assert client.get(link).status_code == 410


def test_ends_after_a_day(client, link):
    """A link older than a day is refused with the way to a new one."""
    OneTimeLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page = client.get(link)
    assert page.status_code == 410
    assert "Start the site again" in page.content.decode()


def test_guessing_is_refused(client, link):
    """Another token opens nothing, and the token itself is not stored."""
    assert client.get("/account/first-admin/guess/").status_code == 410
    assert OneTimeLink.objects.get().digest not in link


def test_is_not_minted_twice_over(client, link):
    """Where there is an administrator no link is made."""
    client.post(link, FORM)
    assert links.mint_admin_link() is None


def test_weak_password_uses_nothing_up(client, link):
    """A refused form keeps the link alive and what was typed."""
    page = client.post(link, {**FORM, "password": "short"}).content.decode()
    assert FORM["email"] in page
    assert client.post(link, FORM).status_code == 302


def test_known_address_is_sent_to_sign_in(client, link, alice):
    """Nobody takes over an account by its address."""
    page = client.post(link, {**FORM, "email": alice.email}).content.decode()
    assert "Sign in to it, then open this link again." in page
    assert not User.objects.filter(is_superuser=True).exists()


def test_promotes_who_is_signed_in(alice, client_of, link):
    """Somebody who is signed in becomes the administrator by one button."""
    client_of(alice).post(link)
    alice.refresh_from_db()
    assert alice.is_superuser


def test_guest_keeps_the_gallery(guest, guest_client, link, make_prediction, person_of):
    """What the browser's guest made becomes the administrator's."""
    made = make_prediction(guest)
    guest_client.post(link, FORM)
    made.refresh_from_db()
    assert made.user == person_of(guest_client)
    assert made.user.is_superuser
