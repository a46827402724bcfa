"""Every request is read as UTF-8, whatever charset it names; asgi.py puts this before Django.

Django believes any codec that Python has, and reads the query by it while it makes the request: before its own
errors can be answered. Some codecs fail on every text. What is no UTF-8 is then refused like any other bad text.
"""

from collections.abc import Awaitable, Callable
from typing import Any

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


def utf8_alone(application: Application) -> Application:
    async def asked(scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = [
            (name, _plain(value) if name == b"content-type" else value) for name, value in scope["headers"]
        ]
        await application({**scope, "headers": headers}, receive, send)

    return asked


def _plain(content_type: bytes) -> bytes:
    """Without the parameter, however it is written."""
    return b";".join(part for part in content_type.split(b";") if b"charset" not in part.lower())
