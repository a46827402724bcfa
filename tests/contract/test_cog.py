"""A real Cog server, pushed to the site that runs: its model is one like all others."""

import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import replicate
from replicate.exceptions import ModelError, ReplicateError

from tests.contract.conftest import Api
from tests.contract.installed import CLIENTS, cog_environment
from tests.site import free_port

READY_S = 30


@pytest.fixture(scope="module")
def teal(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """tester/teal with its version, on a Cog server of its own."""
    folder = tmp_path_factory.mktemp("teal")
    shutil.copy(CLIENTS / "teal" / "predict.py", folder)
    (folder / ".cog").mkdir()
    shutil.copy(CLIENTS / "teal" / "schema.json", folder / ".cog" / "openapi_schema.json")
    port, environment = free_port(), cog_environment()
    env = {
        "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PORT": str(port),
        "COG_PREDICT_TYPE_STUB": "predict.py:Predictor",
    }
    command = [str(environment / "bin" / "python"), "-m", "cog.server.http", "--host", "127.0.0.1"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, folder / "log")
        pushed = api.site.manage("push_model", url, "tester/teal", "--private")
        assert pushed.returncode == 0, pushed.stderr
        yield pushed.stdout.split()[0]
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_S
    while True:
        try:
            with urllib.request.urlopen(f"{url}/health-check", timeout=5) as answer:
                if b'"READY"' in answer.read():
                    return
        except OSError:
            pass
        assert time.monotonic() < deadline, log.read_text()[-2000:]
        time.sleep(0.1)


def test_it_draws(client: replicate.Client, teal: str) -> None:
    """run() by its version, with a log of steps that every client reads."""
    assert len(client.run(teal, input={"prompt": "a square"})) == 1
    made = client.predictions.list().results[0]
    assert (made.model, made.status) == ("tester/teal", "succeeded")
    assert made.input["mood"] == "calm"
    assert made.progress.percentage == 1.0


def test_its_failures_are_its_own(client: replicate.Client, teal: str) -> None:
    with pytest.raises(ModelError, match="teal has run out"):
        client.run(teal, input={"prompt": "fail"})


def test_its_input_is_checked(client: replicate.Client, teal: str) -> None:
    """By its own schema, before it is asked at all."""
    with pytest.raises(ReplicateError) as raised:
        client.run(teal, input={"prompt": "a square", "mood": "loud"})
    assert raised.value.status == 422
    assert "input.mood" in raised.value.detail


def test_it_is_canceled(client: replicate.Client, teal: str) -> None:
    """While it runs; and the server is free for the next at once."""
    version = teal.rpartition(":")[2]
    slow = client.predictions.create(version=version, input={"prompt": "a slow square", "steps": 100})
    while slow.status == "starting":
        time.sleep(0.1)
        slow.reload()
    slow.cancel()
    slow.wait()
    assert slow.status == "canceled"
    began = time.monotonic()
    assert len(client.run(teal, input={"prompt": "the next", "steps": 1})) == 1
    assert time.monotonic() - began < 4.5


def test_more_than_it_can_do_waits(client: replicate.Client, api: Api, teal: str) -> None:
    """One after another, and the state machine keeps all its promises."""
    version = teal.rpartition(":")[2]
    asked = [client.predictions.create(version=version, input={"prompt": str(each)}) for each in range(4)]
    for each in asked:
        each.wait()
    assert [each.status for each in asked] == ["succeeded"] * 4
    api.site.check()


def test_it_is_nobody_elses(api: Api, teal: str) -> None:
    """It was pushed as private."""
    other = replicate.Client(api_token=api.token_of("other"), base_url=api.url)
    with pytest.raises(ReplicateError) as raised:
        other.run(teal, input={"prompt": "a square"})
    assert raised.value.status == 422
