"""The scaled profile: PostgreSQL and Redis; web server, dispatchers and engine are processes of their own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.site import ENDED, ROOMY, TREE, Person, environment, free_port

DATABASE, REDIS = os.environ.get("TEST_DATABASE_URL", ""), os.environ.get("TEST_REDIS_URL", "")

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(
        not (DATABASE and REDIS), reason="TEST_DATABASE_URL and TEST_REDIS_URL name no servers"
    ),
]


class Scaled:
    """Its processes, each started by a command of its own."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.port, self.engine_port = free_port(), free_port()
        self.url = f"http://localhost:{self.port}"
        self.folder = folder
        self.env = environment(folder / "data", models="safelight/echo") | ROOMY
        self.env |= {"DATABASE_URL": database_url, "REDIS_URL": REDIS, "PORT": str(self.port)}
        self.env |= {"SAFELIGHT_LEASE_S": "3", "SAFELIGHT_ENGINE_TOKEN": "a token of the tests"}
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=TREE,
                env=self.env,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        self.processes.append(process)
        return process

    def manage(self, *command: str) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=TREE,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def until(self, what: Callable[[], Any], *, within_s: float = 40.0) -> Any:
        give_up = time.monotonic() + within_s
        while not (found := _quietly(what)):
            assert time.monotonic() < give_up, (self.folder / "log").read_text()[-3000:]
            time.sleep(0.05)
        return found

    def until_status(self, person: Person, id: str, *wanted: str) -> str:
        return self.until(lambda: (status := person.status(id)) in (wanted or ENDED) and status)


def _quietly(what: Callable[[], Any]) -> Any:
    try:
        return what()
    except OSError:
        return None


@pytest.fixture(scope="module")
def scaled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scaled]:
    import psycopg

    name = f"safelight_scaled_{os.getpid()}"
    with psycopg.connect(DATABASE, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        site = Scaled(
            tmp_path_factory.mktemp("scaled"), urlsplit(DATABASE)._replace(path=f"/{name}").geturl()
        )
        try:
            _set_up(site)
            yield site
        finally:
            for process in site.processes:
                process.kill()
                process.wait()
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _set_up(site: Scaled) -> None:
    site.manage("migrate", "-v0")
    site.manage("collectstatic", "--noinput", "-v0")
    token = site.folder / "token"
    token.write_text(site.env["SAFELIGHT_ENGINE_TOKEN"])
    site.manage("add_engine", "one", f"http://127.0.0.1:{site.engine_port}", "--token-file", str(token))
    site.start("-m", "inference", "--models", "safelight/echo", "--port", str(site.engine_port))
    site.start("manage.py", "serve")
    site.start("manage.py", "dispatch")
    site.until(lambda: json.loads(Person(site).get("/readyz"))["engines"] == {"one": "READY"})


def test_a_picture_is_drawn_across_processes(scaled: Scaled) -> None:
    """A prompt sent to the web server is drawn by the engine, and its frames come back through Redis."""
    person = Person(scaled)
    id = person.create("far away", steps=4, step_ms=300)
    with person.socket() as socket:
        frames = [json.loads(socket.recv(timeout=30))]
        while frames[-1]["status"] not in ENDED:
            frames.append(json.loads(socket.recv(timeout=30)))
    assert (frames[-1]["id"], frames[-1]["status"]) == (id, "succeeded")
    assert len(frames) > 1


def test_another_dispatcher_takes_up_what_one_dropped(scaled: Scaled) -> None:
    """When a dispatcher is killed at work, another one resumes the same run of the engine."""
    person = Person(scaled)
    id = person.create("handed over", steps=60, step_ms=100)
    scaled.until_status(person, id, "processing")
    scaled.processes[-1].kill()
    scaled.start("manage.py", "dispatch")
    assert scaled.until_status(person, id) == "succeeded"
    scaled.manage("check_predictions")
