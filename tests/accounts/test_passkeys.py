"""Promises of passkeys: added, used to sign in alone or as a second factor, and refused when broken."""

import json
import re

import pytest

from tests.accounts.passkey import SoftPasskey
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

ADD = "/account/2fa/webauthn/add/"
LOGIN = "/account/2fa/webauthn/login/"


def options_on(page: str) -> dict:
    return json.loads(re.search(r'<script id="js_data" type="application/json">(.*?)</script>', page)[1])


@pytest.fixture
def add(alice, client_of):
    """add(passkey): Alice adds it to her account, and is told that it was added."""

    def adding(passkey: SoftPasskey, answer: dict | None = None):
        client = client_of(alice)
        client.post("/account/reauthenticate/", {"password": PASSWORD})
        options = options_on(client.get(ADD).content.decode())["creation_options"]
        credential = passkey.register(options) if answer is None else answer
        return client.post(ADD, {"name": "Key", "passwordless": "on", "credential": json.dumps(credential)})

    return adding


@pytest.fixture
def passkey(add) -> SoftPasskey:
    made = SoftPasskey()
    assert add(made).url == "/account/2fa/recovery-codes/"
    return made


def challenge(client) -> dict:
    return client.get(LOGIN, HTTP_ACCEPT="application/json").json()["request_options"]


def test_signs_in_alone(client, passkey, alice, person_of):
    """A passkey signs its person in without address and password, and back to where they were."""
    answer = client.post(
        LOGIN, {"credential": json.dumps(passkey.sign(challenge(client))), "next": "/gallery/"}
    )
    assert answer.url == "/gallery/"
    assert person_of(client) == alice


def test_brings_the_guest_along(guest, guest_client, passkey, alice, make_prediction, person_of):
    """What the guest of the browser made becomes the account's."""
    made = make_prediction(guest)
    guest_client.post(LOGIN, {"credential": json.dumps(passkey.sign(challenge(guest_client)))})
    made.refresh_from_db()
    assert made.user == alice
    assert person_of(guest_client) == alice


def test_is_a_second_factor(client, passkey, alice, person_of):
    """After the password a passkey is the second proof."""
    client.post("/account/login/", {"login": alice.email, "password": PASSWORD})
    options = options_on(client.get("/account/2fa/authenticate/").content.decode())["request_options"]
    client.post("/account/2fa/authenticate/", {"credential": json.dumps(passkey.sign(options))})
    assert person_of(client) == alice


def test_answer_works_once(client, client_of, passkey, person_of):
    """An answer that was listened to opens nothing a second time."""
    answer = json.dumps(passkey.sign(challenge(client)))
    thief = client_of(None)
    challenge(thief)
    thief.post(LOGIN, {"credential": answer})
    assert person_of(thief).is_anonymous


def test_foreign_key_is_refused(client, passkey, person_of):
    """Another key that names the same account is refused."""
    forged = SoftPasskey()
    forged.id, forged.user_handle = passkey.id, passkey.user_handle
    answer = client.post(LOGIN, {"credential": json.dumps(forged.sign(challenge(client)))})
    assert answer.url == "/account/login/"
    assert person_of(client).is_anonymous


def test_removed_key_is_refused(client, passkey, alice, person_of):
    """A passkey that was removed signs nobody in."""
    alice.authenticator_set.all().delete()
    client.post(LOGIN, {"credential": json.dumps(passkey.sign(challenge(client)))})
    assert person_of(client).is_anonymous


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature", "userHandle"])
@pytest.mark.parametrize("value", ["", "!", "AAAA", "_w" * 40, 7, None, [], {}])
def test_broken_answers_are_refused(client, passkey, person_of, part, value):
    """An answer with one broken part leads back to sign-in, never to an error."""
    answer = passkey.sign(challenge(client))
    answer["response"][part] = value
    assert client.post(LOGIN, {"credential": json.dumps(answer)}).url == "/account/login/"
    assert person_of(client).is_anonymous


@pytest.mark.parametrize("part", ["clientDataJSON", "attestationObject"])
@pytest.mark.parametrize("value", ["", "!", "AAAA", "_w" * 40, 7, None, [], {}])
def test_broken_new_keys_are_refused(add, alice, part, value):
    """A new key with one broken part is refused on its page, and none is kept."""
    answer = SoftPasskey().register(
        {"publicKey": {"user": {"id": "MQ"}, "rp": {"id": "testserver"}, "challenge": "x"}}
    )
    answer["response"][part] = value
    assert add(SoftPasskey(), answer=answer).status_code == 200
    assert not alice.authenticator_set.exists()
