"""The Python client as it is published, against a site that runs: nothing of it is changed but its base address."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import replicate
from PIL import Image
from replicate.exceptions import ModelError, ReplicateError

from tests.contract.conftest import Api

ECHO = "safelight/echo"
QUICK = {"prompt": "a fox", "steps": 2, "step_ms": 1}
SLOW = {"prompt": "a slow fox", "steps": 100, "step_ms": 100}


@pytest.fixture
def slow(client: replicate.Client) -> Iterator[replicate.prediction.Prediction]:
    """One that runs for ten seconds, and is ended whatever happens."""
    made = client.models.predictions.create(ECHO, input=SLOW)
    yield made
    made.cancel()


def version_of(api: Api, name: str = "echo") -> str:
    return api.site.rows(
        "SELECT v.id FROM generations_version v JOIN generations_registeredmodel m ON v.model_id = m.id"
        " WHERE m.name = ?",
        name,
    )[0]["id"]


def test_run_by_model(client: replicate.Client) -> None:
    """As the guides have it: run() gives a list of files, and each can be read."""
    output = client.run(ECHO, input=QUICK)
    with Image.open(io.BytesIO(output[0].read())) as picture:
        assert picture.size == (256, 256)


def test_run_by_reference_with_version(client: replicate.Client, api: Api) -> None:
    """It reads the version's schema after the create, to know what the output is."""
    output = client.run(f"{ECHO}:{version_of(api)}", input=QUICK)
    assert len(output) == 1


def test_an_iterator_model_by_version_is_a_generator(client: replicate.Client, api: Api) -> None:
    output = client.run(f"safelight/canary:{version_of(api, 'canary')}", input={"text": "Ada"})
    assert not isinstance(output, list)
    assert "Ada" in "".join(output)


def test_run_by_version(client: replicate.Client, api: Api) -> None:
    made = client.predictions.create(version=version_of(api), input=QUICK, wait=True)
    assert made.status == "succeeded"
    assert made.output
    assert made.metrics["predict_time"] > 0


def test_create_answers_at_once(client: replicate.Client) -> None:
    """Without a wish to wait the answer is there before the picture."""
    client.accounts.current()  # the connection is open
    began = time.monotonic()
    made = client.models.predictions.create(ECHO, input=SLOW)
    took_s = time.monotonic() - began
    made.cancel()
    assert made.id
    assert took_s < 1.5


def test_poll_until_the_end(client: replicate.Client) -> None:
    made = client.models.predictions.create(ECHO, input=QUICK)
    assert made.status == "starting"
    made.wait()
    assert made.status == "succeeded"


def test_a_wait_that_ends_early_says_starting(client: replicate.Client) -> None:
    """So that run() goes on by polling, and gives the output."""
    began = time.monotonic()
    output = client.run(ECHO, input={"prompt": "a fox", "steps": 20, "step_ms": 100}, wait=1)
    assert time.monotonic() - began > 1.5
    assert len(output) == 1


def test_cancel_while_it_runs(slow: replicate.prediction.Prediction) -> None:
    deadline = time.monotonic() + 20
    while slow.status != "processing" and time.monotonic() < deadline:
        time.sleep(0.1)
        slow.reload()
    slow.cancel()
    assert slow.status == "canceled"
    slow.cancel()
    assert slow.status == "canceled"


def test_a_failure_is_the_models_error(client: replicate.Client) -> None:
    with pytest.raises(ModelError) as raised:
        client.run(ECHO, input={**QUICK, "fault": "error"})
    assert raised.value.prediction.status == "failed"
    assert raised.value.prediction.error


def test_the_list_goes_on(client: replicate.Client) -> None:
    for _ in range(2):
        client.models.predictions.create(ECHO, input=QUICK)
    first = client.predictions.list()
    assert len(first.results) >= 2
    assert [each.id for each in first.results] == sorted((each.id for each in first.results), reverse=True)
    assert client.predictions.get(first.results[0].id).id == first.results[0].id


def test_pages_of_a_long_list(client: replicate.Client, api: Api) -> None:
    """The client follows `next` until there is none, and back."""
    program = replicate.Client(api_token=api.token_of("collector"), base_url=api.url)
    person = api.site.rows("SELECT id FROM accounts_user WHERE handle = 'collector'")[0]["id"]
    filled = api.site.manage("seed_gallery", "collector", "230")
    assert filled.returncode == 0, filled.stderr
    pages = list(replicate.pagination.paginate(program.predictions.list))
    seen = [each.id for page in pages for each in page.results]
    made = api.site.rows("SELECT count(*) AS n FROM generations_prediction WHERE user_id = ?", person)[0]["n"]
    assert len(seen) == len(set(seen)) == made
    assert len(pages) > 1
    assert pages[0].previous is None
    back = program.predictions.list(cursor=pages[1].previous)
    assert [each.id for each in back.results] == [each.id for each in pages[0].results]


def test_account(client: replicate.Client) -> None:
    assert client.accounts.current().username == "tester"


def test_an_invalid_token_is_told_so(api: Api) -> None:
    """In the words that the client's own tests look for."""
    stranger = replicate.Client(api_token="r8_" + "x" * 37, base_url=api.url)
    with pytest.raises(ReplicateError) as raised:
        stranger.run(ECHO, input=QUICK)
    assert raised.value.status == 401
    assert "You did not pass a valid authentication token" in str(raised.value)


def test_a_wrong_input_is_told_by_field(client: replicate.Client) -> None:
    with pytest.raises(ReplicateError) as raised:
        client.run(ECHO, input={"prompt": "a fox", "steps": "many"})
    assert raised.value.status == 422
    assert "input.steps" in raised.value.detail


def test_an_unknown_model_is_told_so(client: replicate.Client) -> None:
    with pytest.raises(ReplicateError) as raised:
        client.run("nobody/nothing", input=QUICK)
    assert raised.value.status == 404


def test_only_the_environment_names_the_site(api: Api) -> None:
    """The quick start: no line of the program knows where it runs."""
    program = (
        'import replicate; print(len(replicate.run("safelight/echo", input={"prompt": "a fox", "steps": 2})))'
    )
    env = {**os.environ, "REPLICATE_BASE_URL": api.url, "REPLICATE_API_TOKEN": api.token}
    done = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "1"), done.stderr


async def test_asynchronously(client: replicate.Client) -> None:
    output = await client.async_run(ECHO, input=QUICK)
    assert len(output) == 1
