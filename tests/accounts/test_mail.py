"""Promises of sign-up where the site sends mail: an address is proved by a code, and none is betrayed."""

import re

import pytest
from django.core import mail

from accounts.models import User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

FORM = {"email": "ann@example.org", "password1": PASSWORD}
CODE = "/account/confirm-email/"


@pytest.fixture(autouse=True)
def mailing_site(settings):
    settings.HAS_MAIL = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = True
    settings.MFA_ALLOW_UNVERIFIED_EMAIL = False


def code_sent() -> str:
    return re.search(r"^    (\S+)$", mail.outbox[-1].body, re.M)[1]


def test_guest_is_merged_when_the_code_comes_back(guest, guest_client, make_prediction, person_of):
    """The guest stays a guest until the code is typed; then all they made is the account's."""
    made = make_prediction(guest)
    assert guest_client.post("/account/signup/", FORM).url == CODE
    assert person_of(guest_client) == guest
    guest_client.post(CODE, {"code": code_sent()})
    made.refresh_from_db()
    assert made.user == User.objects.get(email=FORM["email"]) == person_of(guest_client)


def test_wrong_code(guest, guest_client, person_of):
    """A wrong code is said at its field, and the guest is still who they were."""
    guest_client.post("/account/signup/", FORM)
    page = guest_client.post(CODE, {"code": "nonsense"}).content.decode()
    assert "That code is wrong" in page
    assert person_of(guest_client) == guest


def test_mistyped_address_is_mended(client, person_of):
    """The right address can be given on the page that waits for the code."""
    client.post("/account/signup/", {**FORM, "email": "amn@example.org"})
    client.post(CODE, {"action": "change", "email": FORM["email"]})
    assert mail.outbox[-1].to == [FORM["email"]]
    client.post(CODE, {"code": code_sent()})
    assert person_of(client).email == FORM["email"]


def test_known_address_is_not_betrayed(alice, guest, guest_client, person_of):
    """Signing up with a known address looks the same, and its owner is told by mail."""
    answer = guest_client.post("/account/signup/", {**FORM, "email": alice.email})
    assert answer.url == CODE
    assert guest_client.get(CODE).status_code == 200
    assert person_of(guest_client) == guest
    assert mail.outbox[-1].subject == "You have an account already"


def test_password_reset(alice, client, person_of):
    """A link sets a new password, and only once."""
    client.post("/account/password/reset/", {"email": alice.email})
    link = re.search(r"http://testserver(/\S+)", mail.outbox[-1].body)[1]
    form = client.get(link).url
    new = "another quiet lamp"
    client.post(form, {"password1": new, "password2": new})
    alice.refresh_from_db()
    assert alice.check_password(new)
    assert "This link no longer works" in client.get(link).content.decode()


def test_reset_betrays_nobody(client):
    """Asking for a link looks the same for an unknown address."""
    assert (
        client.post("/account/password/reset/", {"email": "nobody@example.org"}).url
        == "/account/password/reset/done/"
    )


def test_no_mail_is_promised_where_none_is_sent(alice, client_of, settings):
    client = client_of(alice)
    settings.HAS_MAIL = True
    assert "mail goes to the first" in client.get("/account/email/").content.decode()
    settings.HAS_MAIL = False
    assert "mail goes" not in client.get("/account/email/").content.decode()
