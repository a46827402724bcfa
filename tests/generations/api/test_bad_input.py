"""What a client may get wrong: each is answered by a problem that names the field, and nothing is made."""

from typing import Any

import pytest

from generations.models import Prediction, Version
from tests.generations.api.conftest import Program

GOOD = {"prompt": "a fox"}


def refused(program: Program, body: Any, status: int, path: str = "/predictions") -> dict[str, Any]:
    answer = program.post(path, body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), (
        answer.content
    )
    assert answer.json()["status"] == status
    assert not Prediction.objects.exists()
    return answer.json()


@pytest.mark.parametrize(
    ("input", "field"),
    [
        ({}, "input.prompt"),
        ({"prompt": 5}, "input.prompt"),
        ({"prompt": "\ud800"}, "input.prompt"),
        ({"prompt": "a" * 100_000}, "input.prompt"),
        ({**GOOD, "steps": 10**6}, "input.steps"),
        ({**GOOD, "steps": "many"}, "input.steps"),
        ({**GOOD, "steps": [1]}, "input.steps"),
        ({**GOOD, "seed": 10**30}, "input.seed"),
        ({**GOOD, "signal": 1}, "input.signal"),
    ],
)
def test_a_wrong_input_names_its_field(
    program: Program, version: Version, input: dict[str, Any], field: str
) -> None:
    told = refused(program, {"version": version.pk, "input": input}, 422)
    assert told["title"] == "Input validation failed"
    assert told["invalid_fields"][0]["field"] == field
    assert told["detail"].startswith("- ")
    assert set(told["invalid_fields"][0]) == {"type", "field", "description"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"input": GOOD}, "version"),
        ({"version": "e" * 64}, "input"),
        ({"version": "e" * 64, "input": "a fox"}, "input"),
        ({"version": "e" * 64, "input": None}, "input"),
        ({"version": None, "input": GOOD}, "version"),
        ({"version": 5, "input": GOOD}, "version"),
        ({"version": "e" * 64, "input": GOOD, "signal": {}}, "signal"),
        ({"version": "e" * 64, "input": GOOD, "webhook_events_filter": ["all"]}, "webhook_events_filter.0"),
    ],
)
def test_a_wrong_request_names_its_field(
    program: Program, version: Version, body: dict[str, Any], field: str
) -> None:
    assert refused(program, body, 422)["invalid_fields"][0]["field"] == field


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe", b"nonsense", b'{"input": NaN}', b"[" * 100_000, b'{"a":' + b"9" * 5000 + b"}"]
)
def test_what_is_no_json_is_refused(program: Program, version: Version, body: bytes) -> None:
    refused(program, body, 400)


@pytest.mark.parametrize("body", [b"[]", b'"a fox"', b"5", b"null", b""])
def test_what_is_no_object_is_refused(program: Program, version: Version, body: bytes) -> None:
    refused(program, body, 422)


@pytest.mark.parametrize(
    "named", ["f" * 64, "", "nobody/nothing", "a/b/c", ":", "\x00", "x" * 5000, "safelight/echo:f"]
)
def test_an_unknown_version_is_refused(program: Program, version: Version, named: str) -> None:
    told = refused(program, {"version": named, "input": GOOD}, 422)
    assert told["title"] == "Invalid version or not permitted"


def test_an_unknown_model_is_not_found(program: Program, version: Version) -> None:
    refused(program, {"input": GOOD}, 404, "/models/nobody/nothing/predictions")


def test_a_client_in_place_of_the_input_is_refused_and_not_repeated(
    program: Program, version: Version, caplog: pytest.LogCaptureFixture
) -> None:
    client = {
        "auth": "r8_" + "s" * 37,
        "baseUrl": "http://testserver/v1",
        "userAgent": "replicate-javascript",
    }
    told = refused(program, {"version": version.pk, "input": client}, 422)
    assert "fileEncodingStrategy" in told["detail"]
    assert "r8_s" not in str(told) + caplog.text


def test_a_body_over_the_limit_is_refused(program: Program, version: Version, monkeypatch) -> None:
    monkeypatch.setattr("generations.api.bodies.BODY_MAX", 1000)
    refused(program, {"version": version.pk, "input": {"prompt": "a" * 1000}}, 413)


def test_a_body_over_what_a_form_may_have_is_read(program: Program, version: Version) -> None:
    """A picture as a data URI: refused as an input here, not as too large."""
    refused(program, {"version": version.pk, "input": {"prompt": "a" * 2_000_000}}, 422)


@pytest.mark.parametrize(
    "query",
    [
        "cursor=nonsense",
        "cursor=%00",
        "cursor=WyJuIl0",
        "cursor=" + "A" * 5000,
        "created_after=yesterday",
        "created_after=2026-02-31T00:00:00Z",
        "created_before=5",
        "source=elsewhere",
    ],
)
def test_a_wrong_question_to_the_list(program: Program, query: str) -> None:
    answer = program.get(f"/predictions?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")


@pytest.mark.parametrize("id", ["nothing", "0" * 26, "%00", "é", "x" * 3000])
def test_an_id_that_is_none(program: Program, id: str) -> None:
    for answer in (program.get(f"/predictions/{id}"), program.post(f"/predictions/{id}/cancel")):
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("prefer", ["", "wait=soon", "wait=-1", "respond-async", "wait=0", ",,,", "waiting"])
def test_a_preference_that_is_none_is_ignored(program: Program, version: Version, prefer: str) -> None:
    answer = program.post("/predictions", {"version": version.pk, "input": GOOD}, Prefer=prefer)
    assert answer.status_code == 201


def test_a_value_of_a_list_is_asked_for_in_our_words(program: Program) -> None:
    told = program.get("/predictions?source=sms").json()["invalid_fields"][0]
    assert (told["field"], told["description"]) == ("source", "Must be one of: web, api.")


def test_a_number_of_thousands_of_digits_is_called_that(program: Program, version: Version) -> None:
    digits = "9" * 5000
    body = f'{{"version": "{version.pk}", "input": {{"prompt": "a fox", "seed": {digits}}}}}'
    answer = program.post("/predictions", body)
    assert answer.status_code == 400
    assert answer.json()["detail"] == "A number in this request is too long: it has 5000 digits."
