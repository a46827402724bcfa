"""Who really asks, and under which number: the ASGI layer round the whole application, sockets included.

What proxies add to a request (X-Forwarded-For, X-Forwarded-Proto, X-Request-ID) is believed for as many hops as
SAFELIGHT_TRUSTED_PROXIES says, and is taken out of every other request, so that nothing behind here can trust it.
"""

import re
import secrets
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

Scope = dict[str, Any]
Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Any, Send], Awaitable[None]]

FORWARDED = {b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port"}
REQUEST_ID = b"x-request-id"
PROPER_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")

request_id: ContextVar[str] = ContextVar("request_id", default="")


def behind(application: Application, *, hops: int) -> Application:
    """`application`, told the client's own address and scheme, with a request id in its context and its answer."""

    async def asked(scope: Scope, receive: Any, send: Send) -> None:
        id = _id(scope, hops)
        request_id.set(id)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (REQUEST_ID, id.encode())]}
            await send(message)

        await application(_seen_through(scope, hops), receive, answer)

    return asked


def _id(scope: Scope, hops: int) -> str:
    given = dict(scope["headers"]).get(REQUEST_ID, b"") if hops else b""
    return given.decode() if PROPER_ID.fullmatch(given) else secrets.token_hex(8)


def _seen_through(scope: Scope, hops: int) -> Scope:
    kept = [(name, value) for name, value in scope["headers"] if name not in FORWARDED]
    if not hops:
        return {**scope, "headers": kept}
    found = {**scope, "headers": kept}
    address = _hop(scope, b"x-forwarded-for", hops)
    if address:
        found["client"] = [address, 0]
    if _hop(scope, b"x-forwarded-proto", hops).lower() in {"https", "wss"}:
        found["scheme"] = "https" if scope["type"] == "http" else "wss"
    return found


def _hop(scope: Scope, name: bytes, hops: int) -> str:
    """What the outermost proxy of ours saw: each adds to the right, so a peer can only invent what is further left."""
    values = b",".join(value for key, value in scope["headers"] if key == name).decode("latin-1")
    parts = [part.strip() for part in values.split(",") if part.strip()]
    return parts[max(0, len(parts) - hops)] if parts else ""
