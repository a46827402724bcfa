"""Rules in the composer and in the API: what was typed stays, what is wrong is pointed at, a warning can be passed."""

import html
import json
import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from generations.api import problems
from generations.errors import FieldError, InvalidInput
from generations.models import PolicyVersion, Prediction, Version

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def studio(alice: User, client_of: Callable[[User | None], Client]) -> Client:
    return client_of(alice)


def send(client: Client, **form: str):
    return client.post("/", form, headers=HTMX)


def test_a_refusal_keeps_the_words_and_points_at_them(
    studio: Client, version: Version, rule: Callable[..., PolicyVersion]
) -> None:
    rule("red fox")
    response = send(studio, prompt="a quick red fox jumps", negative_prompt="fog")
    page = html.unescape(response.content.decode())
    assert response.status_code == 422
    assert "a quick red fox jumps</textarea>" in page
    assert "<mark>red fox</mark>" in page
    assert re.search(r'data-mark="prompt" data-start="8" data-end="15"', page)
    assert "red/1" in page
    assert not Prediction.objects.exists()


def test_nobody_becomes_a_guest_by_being_refused(
    client: Client, version: Version, rule: Callable[..., PolicyVersion]
) -> None:
    rule("red")
    assert send(client, prompt="red").status_code == 422
    assert not User.objects.filter(is_guest=True).exists()


def test_a_warning_is_passed_by_its_button(
    studio: Client, version: Version, rule: Callable[..., PolicyVersion]
) -> None:
    rule("red", "warn")
    response = send(studio, prompt="a red fox")
    page = response.content.decode()
    assert response.status_code == 202
    assert "a red fox</textarea>" in page
    assert not Prediction.objects.exists()
    token = re.search(r'name="composer-passed" value="([^"]+)"', page)[1]
    assert send(studio, prompt="a red fox", **{"composer-passed": token}).status_code == 200
    assert Prediction.objects.count() == 1


@pytest.mark.parametrize("token", ["", "1", "x" * 3000, "\x00", "../.."])
def test_a_made_up_token_passes_nothing(
    studio: Client, version: Version, rule: Callable[..., PolicyVersion], token: str
) -> None:
    rule("red", "warn")
    assert send(studio, prompt="red", **{"composer-passed": token}).status_code == 202
    assert not Prediction.objects.exists()


def test_without_scripts_it_is_the_same_page(
    studio: Client, version: Version, rule: Callable[..., PolicyVersion]
) -> None:
    rule("red", "warn")
    page = studio.post("/", {"prompt": "a red fox"}).content.decode()
    assert "Send it all the same" in page
    assert "a red fox</textarea>" in page


def test_a_program_is_told_rule_and_places() -> None:
    error = FieldError("prompt", "Prompt: no.", rule="red/1", spans=((2, 5),))
    answer = problems.answer(problems.of(InvalidInput([error, FieldError("seed", "Seed: no.")])))
    told = json.loads(answer.content)
    assert answer.status_code == 422
    assert told["invalid_fields"][0] | {"field": ""} == {
        "type": "rule",
        "field": "",
        "description": "Prompt: no.",
        "rule": "red/1",
        "spans": [[2, 5]],
    }
    assert "rule" not in told["invalid_fields"][1]
