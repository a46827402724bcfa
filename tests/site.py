"""The real site as a process of its own, and people who use it: for fault tests, browser tests, benchmarks."""

import atexit
import contextlib
import functools
import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from websockets.sync.client import ClientConnection, connect

TREE = Path(__file__).parents[1]
PASSWORD = "a quiet amber lamp"
ENDED = frozenset({"succeeded", "failed", "canceled", "aborted"})
START_WITHIN_S = 40.0

# Nobody meets a limit of people while faults are what is tested.
ROOMY = {
    f"SAFELIGHT_LIMIT_{name}": "10000"
    for name in (
        "QUEUED",
        "QUEUED_GUEST",
        "PER_DAY",
        "PER_DAY_GUEST",
        "GUESTS_PER_HOUR",
        "GUEST_PROMPTS_PER_HOUR",
        "SIGN_UPS_PER_HOUR",
        "SOCKETS",
        "SOCKETS_ADDRESS",
    )
} | {"SAFELIGHT_LIMIT_RUNNING": "16", "SAFELIGHT_LIMIT_RUNNING_GUEST": "16"}


class Refused(AssertionError):
    """The site answered with another status than was asked for."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body[:2000]}")
        self.status, self.body = status, body


class Site:
    """`manage.py up` on one data folder. kill_*() is SIGKILL; restart() waits until an engine draws again."""

    def __init__(self, data: Path, *, models: str, env: dict[str, str]) -> None:
        self.data = data
        self.port = free_port()
        self.is_secure = env.get("SAFELIGHT_LOCAL_TLS") == "1"
        self.url = f"http{'s' if self.is_secure else ''}://localhost:{self.port}"
        self._env = environment(data, models=models) | ROOMY | {"PORT": str(self.port)} | env
        self._log = data.with_name(f"{data.name}.log")
        self.process: subprocess.Popen[bytes] | None = None

    # Its life

    def start(self, *, wait: bool = True) -> None:
        boot = self.engine()["boot"] if (self.data / "db.sqlite3").exists() else ""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=TREE,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait:
            self.until(self.answers, within_s=START_WITHIN_S)
            self.until_engine(other_than=boot)

    def until_engine(self, *, other_than: str = "") -> None:
        """Until an engine, and another than that of boot `other_than`, has said what it can draw."""
        self.until(
            lambda: (engine := self.engine())["boot"] != other_than and engine["status"] in ("READY", "BUSY"),
            within_s=START_WITHIN_S,
        )

    def restart(self, *, wait: bool = True) -> None:
        self.start(wait=wait)

    def stop(self, *, within_s: float = 40.0) -> int:
        """SIGTERM, and the exit code."""
        assert self.process
        self.process.terminate()
        return self.process.wait(timeout=within_s)

    def kill_server(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def kill_engine(self) -> None:
        os.kill(self.engine_pid(), signal.SIGKILL)

    def kill_group(self) -> None:
        """Everything at once, as when the machine's power goes."""
        assert self.process
        for pid in (*children_of(self.process.pid), self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill_group()

    # What can be seen of it

    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def engine_pid(self) -> int:
        assert self.process
        return self.until(lambda: children_of(self.process.pid), within_s=START_WITHIN_S)[0]

    def answers(self) -> bool:
        assert self.process
        assert self.process.poll() is None, f"the site ended: {self.log()[-3000:]}"
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5, context=self.trust()) as response:
                return json.load(response)["ready"]
        except OSError:
            return False

    def trust(self) -> ssl.SSLContext | None:
        """What verifies a site that speaks TLS by an authority of its own."""
        authority = self.data / "tls" / "ca.pem"
        known = self.is_secure and authority.exists()
        return ssl.create_default_context(cafile=str(authority)) if known else None

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Read the database as it is, past the site."""
        connection = sqlite3.connect(f"file:{self.data / 'db.sqlite3'}?mode=ro", uri=True, timeout=20)
        connection.row_factory = sqlite3.Row
        with contextlib.closing(connection):
            return connection.execute(sql, values).fetchall()

    def row(self, id: str) -> sqlite3.Row:
        return self.rows("SELECT * FROM generations_prediction WHERE id = ?", id)[0]

    def engine(self) -> dict[str, str]:
        found = self.rows("SELECT boot, status FROM generations_engine")
        return dict(found[0]) if found else {"boot": "", "status": ""}

    def outputs(self, id: str) -> list[sqlite3.Row]:
        return self.rows('SELECT * FROM generations_output WHERE prediction_id = ? ORDER BY "index"', id)

    def pixels(self, id: str) -> bytes:
        """Of the prediction's first output. Its file also says which output it is, and when it was made."""
        with Image.open(self.data / "media" / self.outputs(id)[0]["key"] / "master.png") as picture:
            return picture.tobytes()

    def journal(self, id: str) -> list[str]:
        sql = "SELECT kind FROM generations_journalevent WHERE prediction_id = ? ORDER BY id"
        return [row["kind"] for row in self.rows(sql, id)]

    def files(self) -> set[str]:
        """Every file under media/, half ones included."""
        media = self.data / "media"
        return {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}

    def until(self, what: Callable[[], Any], *, within_s: float = 30.0) -> Any:
        """What `what` gives as soon as it is true; the log when that takes too long."""
        deadline = time.monotonic() + within_s
        while not (found := what()):
            assert time.monotonic() < deadline, (
                f"not within {within_s} s; the log ends:\n{self.log()[-3000:]}"
            )
            time.sleep(0.02)
        return found

    def until_status(self, id: str, *wanted: str, within_s: float = 30.0) -> str:
        return self.until(
            lambda: (now := self.row(id)["status"]) in (wanted or ENDED) and now, within_s=within_s
        )

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command beside the running site."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=TREE, env=self._env, capture_output=True, text=True, check=False)

    def check(self) -> None:
        """Every promise of the state machine holds, for rows and files."""
        found = self.manage("check_predictions")
        assert found.returncode == 0, found.stdout + found.stderr

    # Who uses it

    def guest(self) -> "Person":
        """Somebody without an account: a guest from the first prediction on."""
        return Person(self)

    def sign_up(self, email: str) -> "Person":
        person = Person(self)
        person.post("/account/signup/", email=email, password1=PASSWORD)
        return person


class Person:
    """A browser without a screen: cookies, CSRF, forms."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies), _Stay())
        self._token = ""

    def get(self, path: str, *, timeout_s: float = 40.0) -> str:
        return self._open(urllib.request.Request(self.site.url + path), timeout_s)[1]

    def read(self, path: str) -> bytes:
        """The bytes of a file."""
        with self._opener.open(self.site.url + path, timeout=40) as response:
            return response.read()

    def post(self, path: str, *, timeout_s: float = 40.0, **fields: Any) -> str:
        """Send a form; where the site sends us then. Raises Refused."""
        if not self._token:
            self._token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get("/account/login/"))[
                1
            ]
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": self._token, **fields}).encode()
        headers = {"Origin": self.site.url, "Referer": f"{self.site.url}/"}
        request = urllib.request.Request(self.site.url + path, data=data, headers=headers)
        try:
            return self._open(request, timeout_s)[0]
        finally:
            self._token = "" if path.startswith("/account/") else self._token

    def create(self, prompt: str, **settings: Any) -> str:
        """Send a prompt from the studio; the prediction's id."""
        return self.post("/", prompt=prompt, **settings).rstrip("/").rpartition("/")[2]

    def cancel(self, id: str) -> None:
        self.post(f"/predictions/{id}/cancel/")

    def status(self, id: str) -> str:
        """As the prediction's page says it."""
        return re.search(rf'id="prediction-{id}"[^>]*data-status="(\w+)"', self.get(f"/predictions/{id}/"))[1]

    def wait(self, id: str, *wanted: str, within_s: float = 30.0) -> str:
        """Until it has one of these statuses, or has ended."""
        return self.site.until_status(id, *wanted, within_s=within_s)

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)

    def socket(self, query: str = "person=1", *, have: dict[str, int] | None = None) -> ClientConnection:
        """The socket of a page that is open at `query`, and has said what it has."""
        socket = connect(
            f"ws://localhost:{self.site.port}/live/?{query}",
            origin=self.site.url,
            additional_headers={"Cookie": self.cookie_header},
            max_size=None,
            compression=None,
        )
        socket.send(json.dumps({"have": have or {}}))
        return socket

    def _open(self, request: urllib.request.Request, timeout_s: float) -> tuple[str, str]:
        try:
            with self._opener.open(request, timeout=timeout_s) as response:
                return response.headers.get("Location", ""), response.read().decode()
        except urllib.error.HTTPError as error:
            body = error.read().decode(errors="replace")
            if error.code in (301, 302, 303):
                return error.headers["Location"], body
            raise Refused(error.code, body) from None


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


@contextlib.contextmanager
def running_site(
    data: Path,
    *,
    models: str = "safelight/echo",
    env: dict[str, str] | None = None,
    prepare: Callable[[Path], Any] = lambda data: None,
) -> Iterator[Site]:
    """A site on the folder `data`, ready to draw; all its processes are gone afterwards, whatever happened.

    A folder that is not there is made, and given to `prepare` before the site starts.
    """
    if not data.exists():
        shutil.copytree(template(), data)
        prepare(data)
    site = Site(data, models=models, env=env or {})
    try:
        site.start()
        yield site
    finally:
        site.close()


@functools.cache
def template() -> Path:
    """A data folder with tables and static files, and nothing else: made once, copied for each site."""
    folder = Path(tempfile.mkdtemp(prefix="safelight-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    data = folder / "data"
    make = "from webapp import startup; startup.bring_up_to_date()"
    command = [sys.executable, "manage.py", "shell", "-c", make]
    subprocess.run(
        command, cwd=TREE, env=environment(data, models="safelight/echo"), check=True, capture_output=True
    )
    return data


def environment(data: Path, *, models: str) -> dict[str, str]:
    """This process's environment without any setting of the site, and those that are given."""
    ours = ("SAFELIGHT_", "DATABASE_", "REDIS_", "EMAIL_", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"SAFELIGHT_DATA": str(data), "SAFELIGHT_MODELS": models}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def children_of(pid: int) -> list[int]:
    """The processes that `pid` has started and that still live."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, task.read_text().split())
    return [child for child in found if is_alive(child)]


def is_alive(pid: int) -> bool:
    """Running, stopped or asleep, but no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
