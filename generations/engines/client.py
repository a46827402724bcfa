"""One engine over HTTP, as the dispatcher speaks to it: Cog's API in its streaming form (`inference/protocol.py`)."""

import base64
import binascii
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import aiohttp

from generations.errors import EngineAway, EngineBusy, EngineRefused, EngineSilent, EngineUnavailable
from inference import protocol
from inference.protocol import Event

SILENCE_S = 25.0  # three keep-alives missed at most: noticed within the 30 s that DESIGN promises
CONNECT_S = 5.0
HEALTH_S = 5.0
OUTPUT_MAX = 64 * 1024 * 1024  # bytes of one output

Batch = list[tuple[int, Event]]


@dataclass
class Sent:
    """Has any of a request reached the engine? aiohttp repeats a PUT by itself, and tells of the last try only."""

    is_sent: bool = False


def open_session() -> aiohttp.ClientSession:
    """Connections to engines, as EngineClient wants them."""
    tracing = aiohttp.TraceConfig()
    tracing.on_request_headers_sent.append(_note_sent)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), trace_configs=[tracing])


async def _note_sent(session: aiohttp.ClientSession, context: Any, params: Any) -> None:
    context.trace_request_ctx.is_sent = True


class EngineClient:
    """Calls to one engine. Raises EngineUnavailable (Away, Silent), EngineBusy and EngineRefused, nothing else."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, *, token: str) -> None:
        self._session = session
        self.base_url = base_url.rstrip("/") + "/"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def health(self) -> dict[str, Any]:
        timeout = aiohttp.ClientTimeout(total=HEALTH_S)
        async with self._call("GET", "health-check", timeout=timeout) as response:
            found = await response.json(content_type=None)
        if not isinstance(found, dict):
            raise EngineUnavailable("The engine's health is no object.")
        return found

    async def stream(
        self, id: str, *, input: dict[str, Any], version: str, claim: int, solo: bool, after: int
    ) -> AsyncIterator[Batch]:
        """Run it, or listen in on it: its events after number `after`, as many at a time as arrive together.

        The first batch is empty and comes as soon as the engine has accepted the prediction.
        """
        headers = {
            "Accept": "text/event-stream",
            protocol.HEADER_VERSION: version,
            protocol.HEADER_CLAIM: str(claim),
            **({protocol.HEADER_SOLO: "1"} if solo else {}),
            **({"Last-Event-ID": str(after)} if after else {}),
        }
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=SILENCE_S)
        path = f"predictions/{id}"
        async with self._call(
            "PUT", path, headers=headers, json={"input": input}, timeout=timeout
        ) as response:
            parser = protocol.StreamParser()
            yield []
            async for chunk in response.content.iter_any():
                batch = _events(parser, chunk)
                if batch:
                    yield batch

    async def cancel(self, id: str) -> bool:
        """False when the engine does not know this prediction."""
        timeout = aiohttp.ClientTimeout(total=HEALTH_S)
        try:
            async with self._call("POST", f"predictions/{id}/cancel", timeout=timeout):
                return True
        except EngineRefused:
            return False

    async def fetch(self, url: str) -> bytes:
        """The bytes of an output: a data URL, or an address on this engine (no other is followed)."""
        if url.startswith("data:"):
            return _data_url(url)
        full = urljoin(self.base_url, url.lstrip("/"))
        if not full.startswith(self.base_url):
            raise EngineRefused("The engine named an output on another host.")
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=SILENCE_S)
        async with self._call("GET", full, timeout=timeout) as response:
            data = bytearray()
            async for chunk in response.content.iter_any():
                data += chunk
                if len(data) > OUTPUT_MAX:
                    raise EngineRefused("The engine's output is too large.")
            return bytes(data)

    @asynccontextmanager
    async def _call(self, method: str, path: str, **options: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        options["headers"] = {**self._headers, **options.get("headers", {})}
        url = path if path.startswith(self.base_url) else self.base_url + path
        sent = Sent()
        options |= {"allow_redirects": False, "trace_request_ctx": sent}
        try:
            async with self._session.request(method, url, **options) as response:
                await _check(response)
                yield response
        except TimeoutError as error:
            raise EngineSilent("The engine stopped answering.") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if not sent.is_sent:
                raise EngineAway("There is no connection to the engine.") from error
            raise EngineUnavailable("The connection to the engine was lost.") from error


async def _check(response: aiohttp.ClientResponse) -> None:
    status = response.status
    if status < 300:
        return
    if status == 409:
        raise EngineBusy("The engine is full.")
    if status in (401, 403) or status >= 500:
        raise EngineAway(f"The engine answered {status}.")
    raise EngineRefused(await _sentence(response))


async def _sentence(response: aiohttp.ClientResponse) -> str:
    """What the engine says is wrong: `sentence` is ours, `detail` is Cog's, which may be a list of objects."""
    try:
        said = await response.json(content_type=None)
    except (ValueError, aiohttp.ClientError):
        said = None
    told = [said.get("sentence"), said.get("detail")] if isinstance(said, dict) else []
    sentences = [each for each in told if isinstance(each, str) and each]
    return sentences[0] if sentences else f"The engine refused it ({response.status})."


def _events(parser: protocol.StreamParser, chunk: bytes) -> Batch:
    found: Batch = []
    for id, name, data in parser.feed(chunk):
        event = protocol.decode(name, data)
        if event is not None:
            found.append((id or 0, event))
    return found


def _data_url(url: str) -> bytes:
    head, _, body = url.partition(",")
    if not head.endswith(";base64"):
        raise EngineRefused("The engine's output is no base64 data URL.")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        raise EngineRefused("The engine's output is broken base64.") from None
