"""Rules in the composer and in the API: what was typed stays, what is wrong is pointed at, a warning can be passed."""

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import User
from generations.models import Hold, Output, PolicyVersion, Prediction, Version
from generations.services import screenings
from tests.generations.api.conftest import Program

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


@pytest.fixture
def program(alice: User) -> Program:
    return Program(tokens.create(alice, "a program")[1])


def test_a_program_is_told_rule_and_places(
    program: Program, version: Version, rule: Callable[..., PolicyVersion]
) -> None:
    rule("red fox")
    body = {"version": version.pk, "input": {"prompt": "a cat", "negative_prompt": "no r3d fox"}}
    answer = program.post("/predictions", body)
    assert answer.status_code == 422
    [told] = answer.json()["invalid_fields"]
    assert (told["type"], told["field"]) == ("rule", "input.negative_prompt")
    assert (told["rule"], told["spans"]) == ("red/1", [[3, 10]])
    assert "“r3d fox”" in told["description"]
    assert not Prediction.objects.exists()


def test_a_program_is_warned_in_the_log(
    program: Program, version: Version, rule: Callable[..., PolicyVersion]
) -> None:
    rule("red fox", "warn")
    answer = program.post("/predictions", {"version": version.pk, "input": {"prompt": "red fox"}})
    assert answer.status_code == 201
    read = program.get(f"/predictions/{answer.json()['id']}").json()
    assert read["logs"].startswith("Warning: Prompt: “red fox”")


def test_other_wrong_fields_are_as_ever(program: Program, version: Version) -> None:
    answer = program.post("/predictions", {"version": version.pk, "input": {"prompt": "a", "seed": "x"}})
    [told] = answer.json()["invalid_fields"]
    assert "rule" not in told


def test_where_it_is_held_the_page_of_links_says_so(
    studio: Client, alice: User, make_output: Callable[..., Output], rule: Callable[..., PolicyVersion]
) -> None:
    output = make_output(alice, hold=Hold.SHARED)
    assert "A rule holds this" in studio.get(f"/gallery/{output.pk}/share/").content.decode()
    refused = studio.post(f"/gallery/{output.pk}/share/", {"visibility": "unlisted"})
    assert refused.status_code == 403
    assert "until a moderator has looked" in refused.content.decode()


@pytest.mark.parametrize(
    ("state", "said"),
    [("ready", ""), ("down", "does not answer"), ("off", "No classifier is installed")],
)
def test_the_desk_says_how_it_goes_with_the_classifier(
    moderator: User, client_of: Callable[[User | None], Client], state: str, said: str
) -> None:
    screenings.say(state, version="opennsfw@test")
    page = client_of(moderator).get("/moderation/").content.decode()
    assert said in page
    assert ("lassifier" in page) == bool(said)


def test_the_public_rules_name_those_that_ship_from_the_first_visit(client: Client) -> None:
    assert "Nobody under age in anything sexual" in client.get("/rules/").content.decode()
