"""The frame round every operation: addresses, other sites' browsers, limits, problems."""

import pytest

from tests.generations.api.conftest import Program


@pytest.mark.parametrize("path", ["/v1/account", "/v1/v1/account"])
def test_both_ways_to_write_the_base_address_work(program: Program, path: str) -> None:
    assert program.get(path).status_code == 200


def test_the_host_of_the_api_needs_no_prefix(program: Program, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "api.example.org"]
    settings.API_ORIGIN = "https://api.example.org"
    for path in ("/account", "/v1/account", "/v1/v1/account"):
        answer = program._client.get(
            path, headers={"Authorization": f"Bearer {program.token}", "Host": "api.example.org"}
        )
        assert answer.status_code == 200, path


def test_the_host_of_the_api_has_no_pages(program: Program, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "api.example.org"]
    settings.API_ORIGIN = "https://api.example.org"
    answer = program._client.get("/gallery/", headers={"Host": "api.example.org"})
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_browser_of_another_site_may_ask(stranger: Program) -> None:
    answer = stranger.ask(
        "OPTIONS", "/account", Origin="https://elsewhere.example", Access_Control_Request_Method="GET"
    )
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in answer["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer


def test_answers_can_be_read_by_another_site(program: Program) -> None:
    answer = program.get("/account")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Retry-After" in answer["Access-Control-Expose-Headers"]


def test_an_answer_says_what_is_left(program: Program, settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "api_calls": 5}
    answers = [program.get("/account") for _ in range(3)]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["4", "3", "2"]
    assert answers[0]["RateLimit-Limit"] == "5"
    assert int(answers[2]["RateLimit-Reset"]) > 0


def test_too_fast_is_told_when_to_come_back(program: Program, settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "api_calls": 2}
    told = [program.get("/account") for _ in range(9)]
    assert [answer.status_code for answer in told] == [200, 200] + [429] * 7
    assert told[-1]["Retry-After"].isdecimal()
    assert int(told[-1]["Retry-After"]) == int(told[2]["Retry-After"])  # to repeat it costs nothing
    assert told[-1].json()["detail"].startswith("Request was throttled.")


def test_what_is_nowhere_is_a_problem(program: Program) -> None:
    answer = program.get("/nowhere")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert set(answer.json()) == {"title", "detail", "status"}


def test_a_method_that_is_none_is_a_problem(program: Program) -> None:
    answer = program.ask("DELETE", "/account")
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert "GET" in answer["Allow"]


def test_a_failure_of_ours_is_a_problem_without_its_cause(program: Program, monkeypatch) -> None:
    monkeypatch.setattr("generations.api.account.account_object", lambda person: 1 / 0)
    answer = program.get("/account")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert "division" not in answer.content.decode()
