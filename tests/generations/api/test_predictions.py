"""Predictions through the API: made, read, listed, canceled."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from replicate.pagination import Page
from replicate.prediction import Prediction as TheirPrediction

from accounts import tokens
from accounts.models import User
from generations.models import Prediction, Version
from generations.services import claims, running
from tests.generations.api.conftest import Program

INPUT = {"prompt": "a fox"}


def create(program: Program, version: Version, **headers: str) -> dict[str, Any]:
    answer = program.post("/predictions", {"version": version.pk, "input": INPUT}, **headers)
    assert answer.status_code == 201, answer.content
    return answer.json()


@pytest.mark.parametrize("named", ["{id}", "safelight/echo:{id}", "safelight/echo"])
def test_create_by_version(program: Program, version: Version, named: str) -> None:
    answer = program.post("/predictions", {"version": named.format(id=version.pk), "input": INPUT})
    made = answer.json()
    assert answer.status_code == 201
    assert (made["status"], made["version"], made["model"]) == ("starting", version.pk, "safelight/echo")
    assert made["source"] == "api"
    assert made["input"]["prompt"] == "a fox"
    assert made["output"] is None
    assert made["created_at"].endswith("Z")
    assert TheirPrediction(**made).status == "starting"


def test_create_by_model(program: Program, version: Version) -> None:
    answer = program.post("/models/safelight/echo/predictions", {"input": INPUT})
    assert answer.status_code == 201
    assert Prediction.objects.get().version == version


def test_what_old_clients_send_is_taken(program: Program, version: Version) -> None:
    body = {"version": version.pk, "input": INPUT, "stream": True, "webhook_event_filter": ["start"]}
    assert program.post("/predictions", body).status_code == 201


def test_urls_lead_to_the_same_prediction(program: Program, version: Version) -> None:
    made = create(program, version)
    assert None not in made["urls"].values()
    for name in ("get", "web"):
        assert made["urls"][name].startswith("http://testserver/")
    path = made["urls"]["get"].removeprefix("http://testserver")
    assert program.get(path).json()["id"] == made["id"]


def test_behind_a_proxy_urls_are_https(program: Program, version: Version) -> None:
    answer = program._client.post(
        "/v1/predictions",
        {"version": version.pk, "input": INPUT},
        content_type="application/json",
        headers={"Authorization": f"Bearer {program.token}"},
        secure=True,
    )
    assert answer.json()["urls"]["get"].startswith("https://testserver/v1/predictions/")


def test_an_end_shows_outputs_and_figures(
    program: Program, version: Version, finish: Callable[..., Prediction]
) -> None:
    made = create(program, version)
    finish(made["id"], pictures=2)
    told = program.get(f"/predictions/{made['id']}").json()
    assert told["status"] == "succeeded"
    assert len(told["output"]) == 2
    assert program._client.get(told["output"][0].removeprefix("http://testserver")).status_code == 200
    assert told["metrics"]["steps_per_s"] == 3.5
    assert 0 <= told["metrics"]["predict_time"] <= told["metrics"]["total_time"]
    assert told["metrics"]["image_count"] == 2


def test_a_failure_is_no_error_of_http(
    program: Program, version: Version, finish: Callable[..., Prediction]
) -> None:
    made = create(program, version)
    finish(made["id"], status="failed", error="The engine stopped.")
    answer = program.get(f"/predictions/{made['id']}")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["error"]) == ("failed", "The engine stopped.")


def test_aborted_is_shown_as_canceled(
    program: Program, version: Version, finish: Callable[..., Prediction]
) -> None:
    made = create(program, version)
    finish(made["id"], status="aborted")
    told = program.get(f"/predictions/{made['id']}").json()
    assert TheirPrediction(**told).status == "canceled"


def test_cancel_is_idempotent(program: Program, version: Version) -> None:
    made = create(program, version)
    first = program.post(f"/predictions/{made['id']}/cancel", "")
    again = program.post(f"/predictions/{made['id']}/cancel")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["status"] == again.json()["status"] == "canceled"
    assert first.json()["completed_at"] == again.json()["completed_at"]


def test_cancel_of_what_has_ended_changes_nothing(
    program: Program, version: Version, finish: Callable[..., Prediction]
) -> None:
    made = create(program, version)
    finish(made["id"])
    answer = program.post(f"/predictions/{made['id']}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")


def test_the_list_is_newest_first_and_turns_both_ways(
    program: Program, version: Version, monkeypatch
) -> None:
    monkeypatch.setattr(
        "generations.api.paging.page.__kwdefaults__", {"by": "pk", "descending": True, "size": 2}
    )
    ids = [create(program, version)["id"] for _ in range(5)][::-1]
    first = program.get("/predictions").json()
    assert [each["id"] for each in first["results"]] == ids[:2]
    assert first["previous"] is None
    second = program.get(first["next"].removeprefix("http://testserver")).json()
    third = program.get(second["next"].removeprefix("http://testserver")).json()
    assert [each["id"] for each in second["results"] + third["results"]] == ids[2:]
    assert third["next"] is None
    back = program.get(third["previous"].removeprefix("http://testserver")).json()
    assert [each["id"] for each in back["results"]] == ids[2:4]
    back = program.get(back["previous"].removeprefix("http://testserver")).json()
    assert [each["id"] for each in back["results"]] == ids[:2]
    assert back["previous"] is None
    assert Page[TheirPrediction](**{key: first[key] for key in ("results", "next", "previous")}).results


def test_the_list_takes_a_constant_number_of_queries(
    program: Program, version: Version, finish: Callable[..., Prediction]
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert program.get("/predictions").status_code == 200
        return len(found)

    finish(create(program, version)["id"])
    program.get("/predictions")
    few = queries()
    for _ in range(4):
        finish(create(program, version)["id"])
    assert queries() == few


def test_the_list_by_time_and_source(program: Program, version: Version) -> None:
    made = create(program, version)
    Prediction.objects.filter(pk=create(program, version)["id"]).update(source="web")

    def found(query: str) -> int:
        return len(program.get(f"/predictions?{query}").json()["results"])

    assert found("source=web") == 1
    assert found("created_after=2020-01-01T00:00:00Z") == 2
    assert found("created_before=2020-01-01T00:00:00Z") == 0
    assert found("created_before=1960-01-01") == 0
    assert found(f"created_after={made['created_at']}") == 2
    assert found("created_after=9999-12-31T23:59:59%2B02:00") == 0


def test_others_see_nothing(program: Program, version: Version, bob: User) -> None:
    made = create(program, version)
    other = Program(tokens.create(bob, "his")[1])
    assert other.get(f"/predictions/{made['id']}").status_code == 404
    assert other.post(f"/predictions/{made['id']}/cancel").status_code == 404
    assert other.get("/predictions").json()["results"] == []
    assert Prediction.objects.get().status == "starting"


def test_a_key_makes_one_prediction(program: Program, version: Version) -> None:
    first = create(program, version, Idempotency_Key="one")
    again = create(program, version, Idempotency_Key="one")
    other = create(program, version, Idempotency_Key="two")
    assert first["id"] == again["id"] != other["id"]


def test_a_key_of_another_request_is_refused(program: Program, version: Version) -> None:
    create(program, version, Idempotency_Key="one")
    body = {"version": version.pk, "input": {"prompt": "a hen"}}
    answer = program.post("/predictions", body, Idempotency_Key="one")
    assert answer.status_code == 422
    assert answer.json()["invalid_fields"][0]["field"] == "Idempotency-Key"
    assert Prediction.objects.count() == 1


def test_keys_of_two_people_do_not_meet(program: Program, version: Version, bob: User) -> None:
    other = Program(tokens.create(bob, "his")[1])
    assert (
        create(program, version, Idempotency_Key="x")["id"]
        != create(other, version, Idempotency_Key="x")["id"]
    )


@pytest.mark.parametrize(("term", "seconds"), [("30", 30), ("30s", 30), ("5m", 300), ("1h30m45s", 5445)])
def test_cancel_after_sets_a_deadline(program: Program, version: Version, term: str, seconds: int) -> None:
    create(program, version, Cancel_After=term)
    row = Prediction.objects.get()
    assert abs((row.deadline_at - row.created_at).total_seconds() - seconds) < 2


@pytest.mark.parametrize("term", ["4", "0s", "soon", "-30", "1d", "25h", "9" * 40])
def test_a_deadline_that_is_none_is_refused(program: Program, version: Version, term: str) -> None:
    answer = program.post("/predictions", {"version": version.pk, "input": INPUT}, Cancel_After=term)
    assert answer.status_code == 422
    assert not Prediction.objects.exists()


def test_the_limit_of_a_token_is_its_own(alice: User, version: Version, program: Program) -> None:
    narrow = Program(tokens.create(alice, "narrow", daily_limit=1)[1])
    create(narrow, version)
    answer = narrow.post("/predictions", {"version": version.pk, "input": INPUT})
    assert answer.status_code == 429
    assert answer["Retry-After"].isdecimal()
    assert "narrow" in answer.json()["detail"]
    create(program, version)


def test_programs_have_a_queue_of_their_own(program: Program, version: Version, settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "queued": 0, "queued_api": 2}
    create(program, version)
    create(program, version)
    answer = program.post("/predictions", {"version": version.pk, "input": INPUT})
    assert answer.status_code == 429


def test_a_full_site_says_when_to_come_back(program: Program, version: Version, settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "queue": 0}
    answer = program.post("/predictions", {"version": version.pk, "input": INPUT})
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "X-Should-Retry" not in answer


def test_what_may_have_been_done_is_not_to_be_sent_again(
    program: Program, version: Version, monkeypatch
) -> None:
    monkeypatch.setattr("generations.api.creating.prediction_now", lambda *args: 1 / 0)
    answer = program.post("/predictions", {"version": version.pk, "input": INPUT})
    assert (answer.status_code, answer["X-Should-Retry"]) == (500, "false")
    assert Prediction.objects.count() == 1


def test_text_that_a_model_printed_is_its_log(program: Program, version: Version, engine) -> None:
    made = create(program, version)
    (row,) = claims.claim("one", engine, outputs=4, predictions=1)
    running.start(row, engine_seq=1)
    running.advance(row, engine_seq=2, log="first\n")
    running.advance(row, engine_seq=3, log="second\n")
    assert program.get(f"/predictions/{made['id']}").json()["logs"] == "first\nsecond\n"


def test_what_runs_is_processing(program: Program, version: Version, engine) -> None:
    made = create(program, version)
    (row,) = claims.claim("one", engine, outputs=4, predictions=1)
    running.start(row, engine_seq=1)
    told = program.get(f"/predictions/{made['id']}").json()
    assert told["status"] == "processing"
    assert told["started_at"].endswith("Z")


def test_a_create_never_says_processing(program: Program, version: Version, engine) -> None:
    """Clients take it for an end, and run() would give nothing."""
    first = create(program, version, Idempotency_Key="one")
    (row,) = claims.claim("one", engine, outputs=4, predictions=1)
    running.start(row, engine_seq=1)
    again = create(program, version, Idempotency_Key="one")
    assert (again["id"], again["status"]) == (first["id"], "starting")
    assert program.get(f"/predictions/{first['id']}").json()["status"] == "processing"
