"""Promises of signing in: by password, with a second factor, within limits, and back to where one was."""

import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXP"


def code_now(secret: str) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def sign_in(client: Client, person: User, **more: str):
    return client.post("/account/login/", {"login": person.email, "password": PASSWORD, **more})


@pytest.fixture
def guarded(alice) -> User:
    """Alice, with an authenticator app."""
    totp.TOTP.activate(alice, SECRET)
    return alice


def test_next_is_followed(client, alice):
    """Sign-in leads back to the page that asked for it."""
    assert sign_in(client, alice, next="/gallery/").url == "/gallery/"


@pytest.mark.parametrize(
    "next", ["https://evil.example/", "//evil.example/", "http://127.0.0.1/", "javascript:alert(1)"]
)
def test_next_never_leaves(client, alice, next):
    """`next` leads nowhere but to this host."""
    assert sign_in(client, alice, next=next).url == "/"


def test_wrong_password_and_unknown_address_look_alike(client, alice):
    """What sign-in says does not tell whether there is such an account."""
    wrong = client.post("/account/login/", {"login": alice.email, "password": "wrong"}).content.decode()
    unknown = client.post(
        "/account/login/", {"login": "nobody@example.org", "password": "wrong"}
    ).content.decode()
    sentence = "This e-mail address and password do not belong together."
    assert sentence in wrong
    assert sentence in unknown


def test_address_limit(client, alice):
    """The eleventh try of an address within a minute gets 429, even with the right password."""
    tries = [
        client.post("/account/login/", {"login": "x@example.org", "password": "wrong"}) for _ in range(10)
    ]
    assert {answer.status_code for answer in tries} == {200}
    assert sign_in(client, alice).status_code == 429


def test_account_limit(alice, client_of):
    """Ten wrong passwords for one account within a minute close it to the eleventh, from wherever it comes."""
    for number in range(10):
        body = {"login": alice.email, "password": "wrong"}
        client_of(None).post("/account/login/", body, REMOTE_ADDR=f"192.0.2.{number}")
    client = client_of(None)
    answer = client.post(
        "/account/login/", {"login": alice.email, "password": PASSWORD}, REMOTE_ADDR="192.0.2.99"
    )
    assert "Too many tries" in answer.content.decode()


def test_code_is_asked_for(client, guarded, person_of):
    """With an authenticator app the password alone signs nobody in."""
    assert sign_in(client, guarded).url == "/account/2fa/authenticate/"
    assert person_of(client).is_anonymous


def test_code_signs_in(client, guarded, person_of):
    """The password and then the app's code sign in."""
    sign_in(client, guarded)
    client.post("/account/2fa/authenticate/", {"code": code_now(SECRET)})
    assert person_of(client) == guarded


def test_wrong_code_does_not(client, guarded, person_of):
    """A wrong code is said at the field and signs nobody in."""
    sign_in(client, guarded)
    answer = client.post("/account/2fa/authenticate/", {"code": "000000x"})
    assert "That code is wrong" in answer.content.decode()
    assert person_of(client).is_anonymous


def test_recovery_code_works_once(client, guarded, client_of, person_of):
    """A recovery code stands in for the app, once."""
    code = RecoveryCodes.activate(guarded).get_unused_codes()[0]
    other = client_of(None)
    sign_in(client, guarded)
    client.post("/account/2fa/authenticate/", {"code": code})
    sign_in(other, guarded)
    other.post("/account/2fa/authenticate/", {"code": code})
    assert person_of(client) == guarded
    assert person_of(other).is_anonymous


def test_guest_passes_both_factors(guest, guest_client, guarded, make_prediction, person_of):
    """A guest who signs in with a code takes along what they made."""
    made = make_prediction(guest)
    sign_in(guest_client, guarded)
    assert guest_client.get("/account/2fa/authenticate/").status_code == 200
    guest_client.post("/account/2fa/authenticate/", {"code": code_now(SECRET)})
    assert person_of(guest_client) == guarded
    made.refresh_from_db()
    assert made.user == guarded


def test_half_a_sign_in_merges_nothing(guest, guest_client, guarded, make_prediction, person_of):
    """Before the second factor the guest is still who they were."""
    made = make_prediction(guest)
    sign_in(guest_client, guarded)
    made.refresh_from_db()
    assert made.user == guest
    assert person_of(guest_client) == guest


def test_app_is_switched_on(client, alice):
    """A person enrols an authenticator app by the code it shows, and gets recovery codes."""
    sign_in(client, alice)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    page = client.get("/account/2fa/totp/activate/").content.decode()
    secret = client.session["mfa.totp.secret"]
    assert secret in page
    answer = client.post("/account/2fa/totp/activate/", {"code": code_now(secret)})
    assert answer.url == "/account/2fa/recovery-codes/"
    assert alice.authenticator_set.count() == 2


def test_the_code_that_switched_it_on_is_used(client, alice):
    """Neither that code nor the one before it proves anything afterwards; the next one does, once."""
    sign_in(client, alice)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    client.get("/account/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    step = int(time.time()) // 30
    before, now, after = (totp.format_hotp_value(totp.hotp_value(secret, step + by)) for by in (-1, 0, 1))
    client.post("/account/2fa/totp/activate/", {"code": now})
    for code in (now, before):
        answer = client.post("/account/2fa/reauthenticate/", {"code": code})
        assert (answer.status_code, "That code" in answer.content.decode()) == (200, True)
    assert client.post("/account/2fa/reauthenticate/", {"code": after}).status_code == 302
    assert client.post("/account/2fa/reauthenticate/", {"code": after}).status_code == 200


def test_a_code_is_taken_once_for_as_long_as_it_is_good(client, guarded, client_of, person_of):
    """Also when the library has forgotten it, which is sooner."""
    step = int(time.time()) // 30
    code = totp.format_hotp_value(totp.hotp_value(SECRET, step + 1))
    sign_in(client, guarded)
    client.post("/account/2fa/authenticate/", {"code": code})
    assert person_of(client) == guarded
    cache.delete(f"allauth.mfa.totp.used?user={guarded.pk}&code={code}")
    other = client_of(None)
    sign_in(other, guarded)
    answer = other.post("/account/2fa/authenticate/", {"code": code})
    assert "That code was used already. Wait for the next one." in answer.content.decode()
    assert person_of(other).is_anonymous


def test_old_proof_is_asked_again(alice, client_of):
    """How one signs in is changed only soon after one has proved who one is."""
    client = client_of(alice)
    answer = client.get("/account/2fa/totp/activate/")
    assert answer.url.startswith("/account/reauthenticate/")
    answer = client.post(answer.url, {"password": PASSWORD})
    assert answer.url == "/account/2fa/totp/activate/"
    assert client.get(answer.url).status_code == 200


def test_closed_sign_up(client, settings):
    """With sign-up closed a sentence says so, and a post makes nobody."""
    settings.SIGN_UP = False
    assert "takes no new accounts" in client.get("/account/signup/").content.decode()
    client.post("/account/signup/", {"email": "ann@example.org", "password1": PASSWORD})
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["short", "password123", "1234567890"])
def test_weak_passwords_are_refused(client, password):
    """A short or common password is refused at its field, and the address stays typed."""
    page = client.post(
        "/account/signup/", {"email": "ann@example.org", "password1": password}
    ).content.decode()
    assert 'id="id_password1_error"' in page
    assert "ann@example.org" in page
    assert not User.objects.exists()


@pytest.mark.parametrize("cookie", ["x", "a" * 32, "z" * 5000, "../../etc", '"quoted"'])
def test_tampered_session_is_signed_out(client, settings, cookie):
    """A cookie that is not ours is nobody's, never an error."""
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert client.get("/account/").url.startswith("/account/login/")


def test_session_of_a_deleted_person(alice, client_of):
    """The session of somebody who is gone is signed out."""
    client = client_of(alice)
    alice.delete()
    assert client.get("/account/").url == "/account/login/?next=/account/"


def test_switched_off_account(client, alice, person_of):
    """An account that is switched off cannot sign in, and is told why."""
    User.objects.filter(pk=alice.pk).update(is_active=False)
    answer = sign_in(client, alice)
    assert "switched off" in client.get(answer.url).content.decode()
    assert person_of(client).is_anonymous


def test_next_person_finds_an_empty_session(alice, bob, client_of, person_of):
    """Whoever signs in where somebody else is signed in gets nothing of the other's session."""
    client = client_of(alice)
    session = client.session
    session["left"] = "behind"
    session.save()
    sign_in(client, bob)
    assert person_of(client) == bob
    assert "left" not in client.session


def test_taken_address_cannot_be_added(alice, bob, client_of):
    """Where addresses are not confirmed, one that another account has is refused."""
    client = client_of(None)
    sign_in(client, alice)
    page = client.post("/account/email/", {"action_add": "", "email": bob.email}).content.decode()
    assert "Another account has this address." in page
    assert not EmailAddress.objects.filter(user=alice, email=bob.email).exists()


ODD = [
    "",
    " ",
    "a" * 300 + "@example.org",
    "a@b",
    "@",
    "a\x00b@example.org",
    "a\r\nb@example.org",
    "\u202ea@example.org",
    "{{ 7 }}",
]


@pytest.mark.parametrize("address", ODD)
@pytest.mark.parametrize("path", ["login", "signup", "password/reset"])
def test_odd_addresses_are_refused(client, settings, address, path):
    """An address that is none is refused at its field on every page that asks for one."""
    settings.HAS_MAIL = True
    body = {"login": address, "email": address, "password": PASSWORD, "password1": PASSWORD}
    answer = client.post(f"/account/{path}/", body)
    assert answer.status_code == 200
    assert "_error" in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["", "\x00", "x" * 1_000_000, "🦊" * 9, "{{ 7 }}"])
def test_odd_passwords_are_wrong(client, alice, person_of, password):
    """Whatever is typed as a password, it is only wrong."""
    answer = client.post("/account/login/", {"login": alice.email, "password": password})
    assert answer.status_code == 200
    assert person_of(client).is_anonymous


def test_superuser_from_the_command_line(client, settings, monkeypatch, person_of):
    """`createsuperuser` makes somebody who can sign in."""
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", email="root@example.org", interactive=False, verbosity=0)
    sign_in(client, User.objects.get())
    assert person_of(client).is_superuser
