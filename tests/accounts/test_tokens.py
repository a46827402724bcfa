"""API tokens: made once, shown once, kept as a hash; the command and the page."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import tokens
from accounts.errors import TokenRefused
from accounts.models import Token, User


def test_a_token_has_the_form_that_clients_expect(alice: User) -> None:
    token, text = tokens.create(alice, "bot")
    assert re.fullmatch(r"r8_[A-Za-z0-9]{37}", text)
    assert text not in str(token.__dict__)
    assert tokens.find(text) == token


def test_a_token_may_what_it_was_made_for(alice: User) -> None:
    token, _ = tokens.create(alice, "reader", scopes=["read"])
    assert (token.may("read"), token.may("predict"), token.may("write")) == (True, False, False)


def test_a_guest_gets_none(guest: User) -> None:
    with pytest.raises(TokenRefused):
        tokens.create(guest, "bot")


def test_a_token_for_nothing_is_refused(alice: User) -> None:
    with pytest.raises(TokenRefused):
        tokens.create(alice, "bot", scopes=["everything"])


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("create_token", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_makes_the_person(db: None) -> None:
    text = printed("newcomer")
    found = tokens.find(text.strip())
    assert text.count("\n") == 1
    assert found is not None
    assert found.user.handle == "newcomer"


def test_the_command_finds_the_person(alice: User) -> None:
    found = tokens.find(printed("alice@example.org", "--scopes", "read", "--days", "1").strip())
    assert found is not None
    assert (found.user, found.scopes, found.is_expired) == (alice, "read", False)


def test_the_command_knows_the_scopes(db: None) -> None:
    with pytest.raises(CommandError, match="no scope fly"):
        printed("newcomer", "--scopes", "fly")


def test_the_page_shows_a_token_once(client_of, alice: User) -> None:
    browser = client_of(alice)
    form = {"name": "bot <b>", "scopes": ["read", "predict"], "expires": "30d", "daily_limit": "10"}
    made = browser.post("/account/tokens/", form).content.decode()
    text = re.search(r"r8_[A-Za-z0-9]{37}", made)[0]
    assert tokens.find(text).daily_limit == 10
    later = browser.get("/account/tokens/").content.decode()
    assert text not in later
    assert "bot &lt;b&gt;" in later


def test_the_page_keeps_what_was_wrong(client_of, alice: User) -> None:
    answer = client_of(alice).post("/account/tokens/", {"name": "", "scopes": ["fly"], "daily_limit": "x"})
    assert answer.status_code == 422
    assert not Token.objects.exists()


def test_revoking_ends_it_at_once(client_of, alice: User) -> None:
    token, text = tokens.create(alice, "bot")
    client_of(alice).post(f"/account/tokens/{token.pk}/revoke/")
    assert tokens.find(text) is None
    assert token.beginning not in client_of(alice).get("/account/tokens/").content.decode()
