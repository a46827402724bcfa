"""Requests to the whole ASGI application, with any bytes in their headers."""

from dataclasses import dataclass

from asgiref.testing import ApplicationCommunicator

from webapp.asgi import application


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: str


async def ask(method: str, path: str, *headers: tuple[bytes, bytes], body: bytes = b"") -> Answer:
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"testserver"), *headers],
        "client": ("203.0.113.9", 5000),
        "server": ("testserver", 80),
    }
    exchange = ApplicationCommunicator(application, scope)
    await exchange.send_input({"type": "http.request", "body": body})
    start = await exchange.receive_output(timeout=10)
    pieces = [await exchange.receive_output(timeout=10)]
    while pieces[-1].get("more_body"):
        pieces.append(await exchange.receive_output(timeout=10))
    text = b"".join(piece.get("body", b"") for piece in pieces).decode()
    return Answer(start["status"], list(start["headers"]), text)
