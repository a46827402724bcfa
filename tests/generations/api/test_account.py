"""Who asks, and what they are told of themselves."""

from datetime import timedelta

import pytest
from django.utils import timezone
from replicate.account import Account

from accounts import handles, tokens
from accounts.models import User
from tests.generations.api.conftest import Program


@pytest.mark.parametrize("scheme", ["Bearer", "Token", "bearer"])
def test_account(program: Program, alice: User, scheme: str) -> None:
    handles.take(alice, "alice")
    told = program.get("/account", Authorization=f"{scheme} {program.token}").json()
    assert Account(**told).username == "alice"


def test_an_account_without_a_handle_has_a_name(program: Program) -> None:
    assert Account(**program.get("/account").json()).name == "alice"


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer r8_wrong", "Basic YTpi", "Bearer \ud800"])
def test_without_a_valid_token(stranger: Program, sent: str) -> None:
    answer = stranger.get("/account", Authorization=sent.encode("utf-8", "replace").decode())
    assert answer.status_code == 401
    assert answer.json()["title"] == "Unauthenticated"
    assert "You did not pass a valid authentication token" in answer.json()["detail"]


def test_a_revoked_token_opens_nothing(program: Program, alice: User) -> None:
    tokens.revoke(alice.tokens.get())
    assert program.get("/account").status_code == 401


def test_an_expired_token_opens_nothing(alice: User) -> None:
    _, text = tokens.create(alice, "old", expires_at=timezone.now() - timedelta(seconds=1))
    assert Program(text).get("/account").status_code == 401


def test_a_person_who_is_switched_off_has_no_token(program: Program, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert program.get("/account").status_code == 401


def test_use_is_noted(program: Program, alice: User) -> None:
    program.get("/account")
    assert alice.tokens.get().last_used_at is not None


def test_strangers_are_counted(stranger: Program) -> None:
    told = {stranger.get("/account").status_code for _ in range(320)}
    assert told == {401, 429}
