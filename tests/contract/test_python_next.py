"""The pre-release of the Python client, in an environment of its own, against a site that runs."""

from typing import Any

from tests.contract.conftest import Api
from tests.contract.installed import run_python_next

HEAD = """
import json, os
import replicate
from replicate import Replicate
client = Replicate(bearer_token=os.environ["REPLICATE_API_TOKEN"])
QUICK = {"prompt": "a fox", "steps": 2, "step_ms": 1}
say = lambda told: print(json.dumps(told, default=str))
"""


def told(api: Api, program: str, *, token: str = "") -> Any:
    return run_python_next(
        HEAD + program, REPLICATE_BASE_URL=f"{api.url}/v1", REPLICATE_API_TOKEN=token or api.token
    )


def test_run(api: Api) -> None:
    program = 'say(len(replicate.run("safelight/echo", input=QUICK)))'
    assert told(api, program) == 1


def test_create_get_list_cancel(api: Api) -> None:
    program = """
made = client.models.predictions.create(
    model_owner="safelight", model_name="echo", input={"prompt": "a fox", "steps": 100, "step_ms": 100}
)
ended = client.predictions.cancel(prediction_id=made.id)
again = client.predictions.get(prediction_id=made.id)
say([made.status, ended.status, again.status, client.predictions.list().results[0].id == made.id])
"""
    assert told(api, program) == ["starting", "canceled", "canceled", True]


def test_a_wait_that_ends_early_goes_on(api: Api) -> None:
    program = (
        'say(len(replicate.run("safelight/echo", input={**QUICK, "steps": 20, "step_ms": 100}, wait=1)))'
    )
    assert told(api, program) == 1


def test_account(api: Api) -> None:
    assert told(api, "say(client.account.get().username)") == "tester"


def test_errors(api: Api) -> None:
    program = """
found = []
for name, input in (("safelight/echo", {"steps": "many"}), ("nobody/nothing", {})):
    try:
        replicate.run(name, input=input)
    except replicate.APIStatusError as error:
        found.append([error.status_code, error.body["detail"]])
say(found)
"""
    (invalid, missing) = told(api, program)
    assert (invalid[0], missing[0]) == (422, 404)
    assert "input.steps" in invalid[1]


def test_an_invalid_token(api: Api) -> None:
    program = """
try:
    client.account.get()
except replicate.AuthenticationError as error:
    say(error.status_code)
"""
    assert told(api, program, token="r8_" + "x" * 37) == 401
