"""The scaled profile: PostgreSQL and Redis; web server, dispatchers and engine are processes of their own."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed

from tests.site import ENDED, ROOMY, TREE, Person, Refused, environment, free_port

DATABASE, REDIS = os.environ.get("TEST_DATABASE_URL", ""), shutil.which("redis-server")

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(
        not (DATABASE and REDIS), reason="TEST_DATABASE_URL names no PostgreSQL, or no Redis is here"
    ),
]


class Scaled:
    """Its processes, each started by a command of its own."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.port, self.engine_port = free_port(), free_port()
        self.url = f"http://localhost:{self.port}"
        self.folder = folder
        self.env = environment(folder / "data", models="safelight/echo") | ROOMY
        self.redis_port = free_port()
        redis_url = f"redis://127.0.0.1:{self.redis_port}/0"
        self.env |= {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "PORT": str(self.port)}
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

    def start_redis(self) -> subprocess.Popen[bytes]:
        """One of our own, so that it may be killed."""
        quiet = ["--save", "", "--appendonly", "no", "--dir", str(self.folder), "--bind", "127.0.0.1"]
        process = subprocess.Popen(
            ["redis-server", "--port", str(self.redis_port), *quiet], stdout=subprocess.DEVNULL
        )
        self.processes.insert(0, process)
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
    except (OSError, Refused):  # not there yet, or in the middle of a cut
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
    site.start_redis()
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


def test_redis_comes_back_and_pages_go_on(scaled: Scaled) -> None:
    """Without Redis pictures are still made; when it is back, a page that connects again sees the next one develop."""
    person = Person(scaled)
    scaled.until_status(person, person.create("before", steps=2, step_ms=20), "succeeded")
    scaled.processes[0].kill()
    scaled.processes[0].wait()
    assert scaled.until_status(person, person.create("in the dark", steps=4, step_ms=50)) == "succeeded"
    scaled.start_redis()
    id = person.create("after", steps=20, step_ms=200)
    assert scaled.until(lambda: _last_frame(person, id)) == "succeeded"
    scaled.manage("check_predictions")


def _last_frame(person: Person, id: str) -> str:
    """Read a page's socket until this prediction has ended; "" when the line broke, as it may while Redis is away."""
    try:
        with person.socket(f"prediction={id}") as socket:
            while (frame := json.loads(socket.recv(timeout=30)))["status"] not in ENDED:
                continue
        return str(frame["status"])
    except (ConnectionClosed, TimeoutError):
        return ""


def test_the_database_cuts_every_connection(scaled: Scaled) -> None:
    """As in a restart of PostgreSQL: web server and dispatcher connect again, and the picture at work is finished."""
    import psycopg

    person = Person(scaled)
    id = person.create("cut off", steps=40, step_ms=50)
    scaled.until_status(person, id, "processing")
    name = urlsplit(scaled.env["DATABASE_URL"]).path.lstrip("/")
    with psycopg.connect(DATABASE, autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
    assert scaled.until_status(person, id) == "succeeded"
    scaled.manage("check_predictions")
