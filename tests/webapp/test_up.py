"""`manage.py up` as people meet it: real processes, a data folder of their own, the quick model for tests."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
DEADLINE_S = 60.0

pytestmark = pytest.mark.processes


class Site:
    """A running `manage.py up`: its process, its address, and what it has printed up to "Ctrl+C"."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.said = "".join(iter(self._line, ""))
        self.address = re.search(r"http://localhost:\d+", self.said)[0]

    def _line(self) -> str:
        line = self.process.stdout.readline()
        return "" if line.startswith("Ctrl+C") else line

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.address + path, timeout=DEADLINE_S) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def engine(self) -> str:
        """What the site says of its engine now."""
        return json.loads(self.get("/readyz")[1])["engines"].get("embedded", "")

    def engine_process(self) -> int:
        """Its id; 0 while there is none."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(found[0]) if found else 0


def environment(data: Path, **settings: str) -> dict[str, str]:
    return (
        os.environ
        | {"SAFELIGHT_DATA": str(data), "PORT": "0", "SAFELIGHT_MODELS": "safelight/echo"}
        | settings
    )


def command(data: Path, **settings: str) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "manage.py", "up"]
    return subprocess.Popen(
        arguments,
        cwd=ROOT,
        env=environment(data, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def refusal(data: Path, **settings: str) -> str:
    """What `up` says on standard error when it will not start; the exit status is 1."""
    with command(data, **settings) as process:
        _, said = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 1
    return said


@contextlib.contextmanager
def running(data: Path) -> Generator[Site, None, None]:
    arguments = [sys.executable, "manage.py", "up"]
    with (
        (data / "log").open("a") as log,
        subprocess.Popen(
            arguments, cwd=ROOT, env=environment(data), stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            yield Site(process)
        finally:
            process.kill()


def eventually(is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def is_gone(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    return True


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[Site]:
    with running(data) as site:
        yield site


def test_it_answers_when_it_says_so(site: Site) -> None:
    """Once the address is printed there is a page at it, and the site is ready, with a model to draw with."""
    assert site.get("/")[0] == 200
    assert site.get("/healthz") == (200, "ok\n")
    eventually(lambda: site.engine() == "READY")


def test_first_start_offers_a_link_for_the_administrator(site: Site) -> None:
    """While there is no administrator a one-time link is printed, and it leads to a page."""
    path = re.search(r"/account/first-admin/\S+", site.said)[0]
    assert site.get(path)[0] == 200


def test_one_folder_has_one_site(site: Site, data: Path) -> None:
    """A second start on the same folder says in one line who has it."""
    said = refusal(data)
    assert said.count("\n") == 1
    assert f"process {site.process.pid}" in said


def test_taken_port_is_said_in_one_line(site: Site, tmp_path: Path) -> None:
    """A port that is taken is named, with the way out."""
    port = site.address.rpartition(":")[2]
    said = refusal(tmp_path, PORT=port)
    assert said.count("\n") == 1
    assert f"port {port} (Address already in use)" in said


def test_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    """A data folder that cannot be made is named, with the way out, and without a traceback."""
    (tmp_path / "file").touch()
    said = refusal(tmp_path / "file" / "data")
    assert said.count("\n") == 1
    assert str(tmp_path / "file" / "data") in said
    assert "SAFELIGHT_DATA" in said


def test_killed_engine_is_replaced(site: Site) -> None:
    """kill -9 of the engine: another takes its place, and the site is ready to draw again."""
    before = site.engine_process()
    os.kill(before, signal.SIGKILL)
    eventually(lambda: is_gone(before))
    eventually(lambda: site.engine() == "READY" and site.engine_process() not in {0, before})


def test_killed_site_leaves_no_orphan(data: Path, site: Site) -> None:
    """kill -9 of the server: its engine ends too. The next start takes the folder over, and SIGTERM ends it well."""
    engine = site.engine_process()
    site.process.kill()
    site.process.wait(DEADLINE_S)
    eventually(lambda: is_gone(engine))
    with running(data) as again:
        assert again.get("/")[0] == 200
        engine = again.engine_process()
        again.process.send_signal(signal.SIGTERM)
        assert again.process.wait(DEADLINE_S) == 0
        assert is_gone(engine)
