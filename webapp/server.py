"""The web server: daphne, made fit for the open internet. `manage.py up` and `manage.py serve` run it.

Responses and frames wait while the client's buffer is full, and a client that reads nothing is cut off; the limits
on what a connection sends are in protocols.py.
"""

# daphne.server installs Twisted's reactor, so it comes before whatever imports Twisted.
from daphne.server import Server as Daphne  # isort: skip

import asyncio
import socket
from dataclasses import dataclass
from typing import Any

from daphne.http_protocol import HTTPFactory
from daphne.ws_protocol import WebSocketFactory
from twisted.internet import defer, reactor
from twisted.internet.interfaces import ISSLTransport
from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    STDLibLogObserver,
    globalLogBeginner,
)
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from zope.interface import implementer

from webapp import access_log, bodies
from webapp.protocols import Channel, Socket

MB = 1024 * 1024
GOING_AWAY = 1001
FILES = (b"/v1/files", b"/v1/v1/files")  # where programs send files
BARE = (b"/predictions", b"/models/", b"/deployments/")  # of the API, on a host of its own
PICTURES = (b"/uploads/", b"/import/", b"/verify/")  # addresses that take a picture


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client may send, in bytes, and how long it may take, in seconds."""

    body: int = MB
    bodies: tuple[tuple[bytes, int], ...] = ((b"/v1/", 16 * MB),)  # by the beginning of the path
    frame: int = 64 * 1024
    headers_s: float = 20.0
    least_body_s: float = 30.0
    least_bytes_per_s: float = 64 * 1024
    stall_s: float = 30.0

    @classmethod
    def of_site(cls, *, upload_mb: int, file_mb: int, has_api_host: bool = False) -> "Limits":
        """With room for a picture or a file of so many megabytes, and the form around it, where one may be sent.

        `has_api_host`: there the API's addresses have no /v1 before them.
        """
        pictures = tuple((beginning, (upload_mb + 1) * MB) for beginning in PICTURES)
        heads = (*FILES, *(beginning.removeprefix(b"/v1") for beginning in FILES if has_api_host))
        files = tuple((beginning, (file_mb + 1) * MB) for beginning in heads)
        bare = tuple((beginning, 16 * MB) for beginning in BARE if has_api_host)
        return cls(bodies=(*files, *cls().bodies, *bare, *pictures))

    def body_of(self, path: bytes, *, has_token: bool = True) -> int:
        """Who shows no token sends no file: it would be taken in whole before anybody could say no."""
        bodies = [each for each in self.bodies if has_token or not each[0].endswith(b"/files")]
        return next((most for beginning, most in bodies if path.startswith(beginning)), self.body)

    def body_s(self, most: int) -> float:
        return self.least_body_s + most / self.least_bytes_per_s


class Factory(HTTPFactory):
    protocol = Channel

    def buildProtocol(self, addr: Any) -> Channel:
        return super(HTTPFactory, self).buildProtocol(addr)


class SocketFactory(WebSocketFactory):
    protocol = Socket


@implementer(ISSLTransport)
class _TLS(TLSMemoryBIOProtocol):
    """A connection that is known to be secure, so that requests on it are."""


class _TLSFactory(TLSMemoryBIOFactory):
    protocol = _TLS


class Server(Daphne):
    """`open()` takes connections, the running reactor answers them, `shut()` ends it."""

    def __init__(self, application: Any, *, limits: Limits | None = None) -> None:
        super().__init__(
            bodies.read_as_asked(application),
            endpoints=["adopted"],  # daphne wants one; ours is the socket that open() is given
            action_logger=access_log.log,
            server_name="",
            verbosity=0,
        )
        self.limits = limits or Limits()
        self.connections: dict[Any, dict[str, Any]] = {}
        self.http_factory = Factory(self)
        self.ws_factory = SocketFactory(self, server="")
        self.ws_factory.setProtocolOptions(
            autoPingTimeout=self.ping_timeout,
            allowNullOrigin=True,  # whose page it is, the consumer decides
            openHandshakeTimeout=self.websocket_handshake_timeout,
            maxMessagePayloadSize=self.limits.frame,
            maxFramePayloadSize=self.limits.frame,
            failByDrop=False,
        )

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        body = protocol.take_body() if scope["type"] == "http" else None
        return super().create_application(protocol, scope if body is None else {**scope, bodies.KEY: body})

    def open(self, listening: socket.socket, *, tls: Any = None) -> None:
        """Take connections on this socket, which is the server's from now on. `tls`: a context to speak TLS with."""
        _hear_errors_of_twisted()
        asyncio.set_event_loop(reactor._asyncioEventloop)
        listening.setblocking(False)
        factory = self.http_factory if tls is None else _TLSFactory(tls, False, self.http_factory)
        self.listeners = [reactor.adoptStreamPort(listening.fileno(), listening.family, factory)]
        listening.close()
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)

    async def shut(self) -> None:
        """Take no more connections, tell the sockets that we go, end what still runs."""
        await self.stop_listening()
        for protocol in list(self.connections):
            if isinstance(protocol, Socket):
                protocol.say_goodbye(GOING_AWAY)
        running = [
            task
            for details in self.connections.values()
            if (task := details.get("application_instance")) is not None
        ]
        if running:
            await asyncio.wait(running, timeout=1.0)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def stop_listening(self) -> None:
        closing = [defer.maybeDeferred(port.stopListening) for port in self.listeners]
        self.listeners = []
        for deferred in closing:
            await deferred.asFuture(asyncio.get_running_loop())

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """The application's `send`."""
        await super().handle_reply(protocol, message)
        gate = protocol.gate
        if gate is not None and not await gate.passed(stall_s=self.limits.stall_s):
            protocol.abort()


def _hear_errors_of_twisted() -> None:
    observer = STDLibLogObserver("webapp.twisted")
    only_errors = LogLevelFilterPredicate(LogLevel.error)
    globalLogBeginner.beginLoggingTo(
        [FilteringLogObserver(observer, [only_errors])], redirectStandardIO=False, discardBuffer=True
    )


def loop() -> asyncio.AbstractEventLoop:
    """The one loop of the process: the server's, the dispatcher's and the supervisor's."""
    return reactor._asyncioEventloop
