"""Every account page opens, for whom it should, and needs nothing that the content policy forbids."""

import re

import pytest
from django.urls import reverse

from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

FOR_ALL = ["account_login", "account_signup", "account_reset_password", "account_reset_password_done"]
FOR_PEOPLE = [
    "account",
    "account-delete",
    "account_logout",
    "account_email",
    "account_change_password",
    "mfa_index",
    "mfa_list_webauthn",
]
FRESH = ["mfa_activate_totp", "mfa_add_webauthn"]  # only soon after proving who one is
FORBIDDEN = re.compile(
    r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*(?:\ssrc=|application/json))", re.I
)


@pytest.fixture
def fresh_alice(alice, client_of):
    """Alice, who has just said once more who she is."""
    client = client_of(alice)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


@pytest.mark.parametrize("name", FOR_ALL)
def test_pages_at_the_door(client, name):
    """The pages at the door open for nobody in particular, without anything inline."""
    page = client.get(reverse(name))
    assert page.status_code == 200
    assert not FORBIDDEN.search(page.content.decode())


@pytest.mark.parametrize("name", FOR_ALL)
def test_pages_at_the_door_for_guests(guest_client, name):
    """A guest can open them too."""
    assert guest_client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", FOR_PEOPLE + FRESH)
def test_pages_of_people(fresh_alice, name):
    """The pages of an account open for its person, without anything inline."""
    page = fresh_alice.get(reverse(name))
    assert page.status_code == 200
    assert not FORBIDDEN.search(page.content.decode())


@pytest.mark.parametrize("name", [name for name in FOR_PEOPLE + FRESH if name != "account_logout"])
def test_pages_of_people_lead_to_sign_in(client, name):
    """Signed out, they lead to sign-in."""
    assert client.get(reverse(name)).url.startswith("/account/login/")


@pytest.mark.parametrize(
    "name", ["account_email", "account_change_password", "mfa_index", "mfa_activate_totp"]
)
def test_guests_have_nothing_to_manage(guest_client, name):
    """A guest has no address, password or factor yet, and is led to the door."""
    assert guest_client.get(reverse(name)).url.startswith("/account/login/")


def test_every_field_has_a_label(client):
    """Each visible field of sign-up and sign-in is named by a label and knows what the browser may fill in."""
    page = client.get("/account/login/").content.decode() + client.get("/account/signup/").content.decode()
    fields = re.findall(r'<input type="(?:email|password|text)"[^>]*>', page)
    assert len(fields) == 4
    assert all("autocomplete=" in field for field in fields)
    ids = [re.search(r' id="([^"]+)"', field)[1] for field in fields]
    assert all(f'<label for="{id}">' in page for id in ids)


@pytest.mark.parametrize(
    "credential", ["", "{}", "[]", "null", "1", '{"response": {}}', "not json", '{"id": "x"}']
)
def test_broken_passkeys_are_refused(client, credential):
    """A passkey answer that is none leads back to sign-in."""
    client.get("/account/2fa/webauthn/login/", HTTP_ACCEPT="application/json")
    answer = client.post("/account/2fa/webauthn/login/", {"credential": credential})
    assert answer.url == "/account/login/"


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", "1", '{"response": {}}', "not json"])
def test_broken_registrations_are_refused(fresh_alice, alice, credential):
    """A new passkey that is none is refused on the page, and none is kept."""
    fresh_alice.get("/account/2fa/webauthn/add/")
    answer = fresh_alice.post("/account/2fa/webauthn/add/", {"name": "x", "credential": credential})
    assert answer.status_code == 200
    assert not alice.authenticator_set.exists()


def test_passkey_options(client):
    """The sign-in page gets a challenge for any passkey of this site."""
    options = client.get("/account/2fa/webauthn/login/", HTTP_ACCEPT="application/json").json()
    assert options["request_options"]["publicKey"]["challenge"]


def test_staff_pages_have_no_door_of_their_own(client):
    """The staff pages send one to the site's own sign-in."""
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/account/login/?next=/admin/"


def test_staff_pages_lead_moderators_to_the_desk(moderator, client_of):
    """Where there is nothing for them, staff are led to where they work."""
    assert client_of(moderator).get("/admin/")["Location"] == "/moderation/"


def test_staff_pages_refuse_others(alice, client_of):
    """Somebody who is signed in and no staff is refused."""
    assert client_of(alice).get("/admin/login/?next=/admin/").status_code == 403
