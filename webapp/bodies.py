"""Large bodies of requests, read from their file as the application asks for them: never all in memory.

daphne would put every piece of a body into a queue before the application has seen the first.
"""

import asyncio
from typing import Any, BinaryIO

KEY = "safelight.body"  # in the scope, between the request and here
PIECE = 64 * 1024


def read_as_asked(application: Any) -> Any:
    """The application, given the body that its request has set aside."""

    async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body = scope.pop(KEY, None)
        await application(scope, receive if body is None else Reader(body, receive), send)

    return wrapped


class Reader:
    """The `receive` of a request whose body lies in a file; what comes after it is the server's."""

    def __init__(self, body: BinaryIO, receive: Any) -> None:
        self._body: BinaryIO | None = body
        self._receive = receive

    async def __call__(self) -> dict[str, Any]:
        if self._body is not None:
            await asyncio.sleep(0)  # others have their turn between two pieces
            return self._piece(self._body)
        while (message := await self._receive())["type"] == "http.request":
            continue  # the empty body that the server knows of
        return message

    def _piece(self, body: BinaryIO) -> dict[str, Any]:
        try:
            piece = body.read(PIECE)
        except ValueError:  # closed: the client has gone
            self._body = None
            return {"type": "http.disconnect"}
        is_more = len(piece) == PIECE
        if not is_more:
            self._body = None
        return {"type": "http.request", "body": piece, "more_body": is_more}
