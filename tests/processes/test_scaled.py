"""The scaled profile: PostgreSQL and Redis; web server, dispatchers and engine are processes of their own.

Both servers are the tests' own, so that they can really be stopped: they need Debian's postgresql and redis-server.
"""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes.page import Page
from tests.processes.postgres import Postgres, binaries, own_postgres
from tests.site import ENDED, ROOMY, TREE, Person, Refused, environment, free_port, template

POSTGRES, REDIS = binaries(), shutil.which("redis-server")

pytestmark = [
    pytest.mark.processes,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not (POSTGRES and REDIS), reason="there is no PostgreSQL or no Redis to start"),
]


class Scaled:
    """Its processes, each started by a command of its own."""

    def __init__(self, folder: Path, postgres: Postgres) -> None:
        self.postgres = postgres
        self.port, self.engine_port = free_port(), free_port()
        self.url = f"http://localhost:{self.port}"
        self.folder = folder
        shutil.copytree(template(), folder / "data")  # for its static files
        self.env = environment(folder / "data", models="safelight/echo") | ROOMY
        self.redis_port = free_port()
        redis_url = f"redis://127.0.0.1:{self.redis_port}/0"
        self.env |= {"DATABASE_URL": postgres.url, "REDIS_URL": redis_url, "PORT": str(self.port)}
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
    assert POSTGRES
    with own_postgres(POSTGRES) as postgres:
        site = Scaled(tmp_path_factory.mktemp("scaled"), postgres)
        try:
            _set_up(site)
            yield site
        finally:
            for process in site.processes:
                process.kill()
                process.wait()


def _set_up(site: Scaled) -> None:
    site.start_redis()
    site.manage("migrate", "-v0")
    token = site.folder / "token"
    token.write_text(site.env["SAFELIGHT_ENGINE_TOKEN"])
    site.manage("add_engine", "one", f"http://127.0.0.1:{site.engine_port}", "--token-file", str(token))
    site.start("-m", "inference", "--models", "safelight/echo", "--port", str(site.engine_port))
    site.start("manage.py", "serve")
    site.start("manage.py", "dispatch")
    ready = {"one": "READY"}
    site.until(lambda: json.loads(Person(site).get("/readyz"))["engines"] == ready, within_s=120.0)


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


def test_pages_go_on_while_redis_is_away(scaled: Scaled) -> None:
    """While Redis is away, and when it is back, an open page stays open and sees every picture develop to its end.

    One that is made meanwhile is seen as well, and somebody new may come.
    """
    person = Person(scaled)
    running = person.create("before", steps=60, step_ms=50)
    with Page.opened(person, running) as page:
        page.until(running, "processing")
        scaled.processes[0].kill()
        scaled.processes[0].wait()
        meanwhile = person.create("in the dark", steps=4, step_ms=50)
        assert page.until(meanwhile, within_s=20) == "succeeded"
        assert Person(scaled).create("somebody new", steps=2, step_ms=10)
        assert page.until(running, within_s=20) == "succeeded"
        scaled.start_redis()
        after = person.create("after", steps=4, step_ms=50)
        assert page.until(after, within_s=20) == "succeeded"
        assert page.losses == 0
    scaled.manage("check_predictions")


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgresql_is_started_anew(scaled: Scaled, mode: str) -> None:
    """PostgreSQL is stopped, in order or as by a crash, and started again: what ran and what waited is made, once each.

    Meanwhile people are told to come back, and pages catch up by themselves.
    """
    person = Person(scaled)
    ids = [person.create(f"over the cut {number}", steps=40, step_ms=50) for number in range(8)]
    scaled.until_status(person, ids[0], "processing")
    with Page.opened(person, *ids) as page:
        scaled.postgres.stop(mode=mode)
        with pytest.raises(Refused) as refused:
            person.get("/gallery/")
        assert refused.value.status == 503
        time.sleep(2.0)
        scaled.postgres.start()
        assert [page.until(id, within_s=40) for id in ids] == ["succeeded"] * len(ids)
    assert [len(_pictures(person, id)) for id in ids] == [1] * len(ids)
    scaled.manage("check_predictions")


def _pictures(person: Person, id: str) -> set[str]:
    """The outputs that the page of a prediction shows."""
    return set(re.findall(r'data-output="(\w+)"', person.get(f"/predictions/{id}/")))
