"""A receiver of webhooks: keeps what comes, and answers as it is told to."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    at: float
    headers: dict[str, str]
    body: str

    @property
    def told(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """`statuses`: of the next answers; then 200. While `gate` is shut nobody is answered."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def of(self, id: str) -> list[Received]:
        return [each for each in self.received if each.told["id"] == id]

    def until(self, count: int, *, of: str, within_s: float = 30.0) -> list[Received]:
        """So many webhooks of one prediction."""
        deadline = time.monotonic() + within_s
        while len(self.of(of)) < count:
            assert time.monotonic() < deadline, [each.told["status"] for each in self.of(of)]
            time.sleep(0.02)
        return self.of(of)

    def until_ended(self, id: str, *, within_s: float = 30.0) -> list[Received]:
        deadline = time.monotonic() + within_s
        ended = {"succeeded", "failed", "canceled"}
        while not [each for each in self.of(id) if each.told["status"] in ended]:
            assert time.monotonic() < deadline, [each.told["status"] for each in self.of(id)]
            time.sleep(0.02)
        return self.of(id)


@contextmanager
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    found.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.received.append(Received(time.monotonic(), headers, body))
            status = found.statuses.pop(0) if found.statuses else 200
            found.gate.wait(60)
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield found
    finally:
        found.gate.set()
        server.shutdown()
        server.server_close()
