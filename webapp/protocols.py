"""What one connection may do to the server: daphne's HTTP and socket protocols, with limits that they lack.

A body over the limit is refused as soon as that is known, headers and bodies must arrive in time, and both kinds of
connection have a Gate, by which server.py holds back an application that writes faster than its client reads.
"""

import json
import socket
from http import HTTPStatus
from io import BytesIO
from typing import Any, BinaryIO

from autobahn.websocket.types import ConnectionDeny
from daphne.http_protocol import WebRequest
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import reactor
from twisted.internet.interfaces import IDelayedCall
from twisted.web import http

from webapp.pressure import Gate, under

MB = 1024 * 1024
LINGER_S = 2.0  # a refused peer may read the answer before the connection goes
LARGE = 128 * 1024  # bytes of a body that is not put into memory
UNREAD_MAX = 64  # frames of a socket that its application has not taken yet
SOCKET_BUFFER = 64 * 1024  # bytes in the kernel: more would be frames that are old before they are read
FLOODED = 1008


class Request(WebRequest):
    """One HTTP request; `gate` from the start of its response."""

    gate: Gate | None = None
    body_bytes = 0
    content: Any
    _large_body: BinaryIO | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Twisted would parse forms, files and all, in memory, for nobody.
        super().__init__(*args, **kwargs, parsePOSTFormSubmission=False)

    def process(self) -> Any:
        if self.body_bytes > LARGE:
            self._large_body, self.content = self.content, BytesIO()
            self._large_body.seek(0)
        return super().process()

    def take_body(self) -> BinaryIO | None:
        """The file of a large body, which stays ours to close."""
        return self._large_body

    def connectionLost(self, reason: Any) -> None:
        self._forget_body()
        super().connectionLost(reason)

    def _forget_body(self) -> None:
        if self._large_body is not None:
            self._large_body.close()

    def handleContentChunk(self, data: bytes) -> None:
        self.body_bytes += len(data)
        if self.body_bytes > self.channel.body_limit():
            self.channel.refuse_body()
        else:
            super().handleContentChunk(data)

    def handle_reply(self, message: dict[str, Any]) -> None:
        if message.get("type") == "http.response.start" and self.gate is None and self.channel is not None:
            self.gate = Gate(self.channel.transport)
            self.registerProducer(self.gate, True)
        super().handle_reply(message)

    def finish(self) -> None:
        if self.gate is not None:
            self.unregisterProducer()
            self.gate.stopProducing()
        self._forget_body()
        super().finish()

    def abort(self) -> None:
        if self.channel is not None:
            self.channel.transport.abortConnection()

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        headers = [(b"Content-Type", b"text/plain; charset=utf-8")]
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": body.encode()})


class Channel(http.HTTPChannel):
    """One HTTP connection: what comes in, and by when."""

    requestFactory = Request

    _deadline: IDelayedCall | None = None
    _is_refused = False

    def dataReceived(self, data: bytes) -> None:
        if self._is_refused:
            return  # it has not read our answer yet; what it still sends is thrown away
        if self._deadline is None and not self._handlingRequest:
            self._expect("request's headers", self._limits.headers_s)
        super().dataReceived(data)

    def allHeadersReceived(self) -> None:
        self._is_in_time()
        if self.length is not None and self.length > self.body_limit():
            self.refuse_body()
            return
        if self.length != 0:
            self._expect("body", self._limits.body_s(self.body_limit()))
        super().allHeadersReceived()

    def allContentReceived(self) -> None:
        if not self._is_refused:
            self._is_in_time()
            super().allContentReceived()

    def lineReceived(self, line: bytes) -> None:
        if not self._is_refused:
            super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:
        if self._receivedHeaderSize:
            self._refuse(431, "A header of the request is too long.")
        else:
            self._refuse(414, "This address is too long.")

    def rawDataReceived(self, data: bytes) -> None:
        if not self._is_refused:
            super().rawDataReceived(data)

    def connectionLost(self, reason: Any) -> None:
        self._is_in_time()
        super().connectionLost(reason)

    def body_limit(self) -> int:
        has_token = self.requests[-1].requestHeaders.hasHeader(b"authorization")
        return self._limits.body_of(self._path, has_token=has_token)

    def refuse_body(self) -> None:
        limit = self.body_limit()
        most = f"{limit // MB} MB" if limit >= MB else f"{limit // 1024} kB"
        self._refuse(413, f"This is over {most}, which is too much here.")

    @property
    def _limits(self) -> Any:
        return self.factory.server.limits

    def _expect(self, what: str, within_s: float) -> None:
        self._deadline = reactor.callLater(
            within_s, self._refuse, 408, f"The {what} did not arrive within {within_s:.0f} seconds."
        )

    def _is_in_time(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None

    def _refuse(self, status: int, sentence: str) -> None:
        """Answer before the request is complete, and end the connection: what follows in it can't be understood."""
        self._is_in_time()
        self._is_refused = True
        self.setTimeout(None)
        self._networkProducer.unregisterProducer()
        type, body = "text/plain; charset=utf-8", sentence.encode()
        if getattr(self, "_path", b"").startswith(b"/v1/"):  # a line that was too long has none
            problem = {"title": HTTPStatus(status).phrase, "detail": sentence, "status": status}
            type, body = "application/problem+json", json.dumps(problem).encode()
        head = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            f"Content-Type: {type}",
            "X-Content-Type-Options: nosniff",
            f"Content-Length: {len(body)}",
            "Connection: close",
        ]
        self.transport.write("\r\n".join([*head, "", ""]).encode() + body)
        under(self.transport).loseWriteConnection()
        reactor.callLater(LINGER_S, under(self.transport).abortConnection)


class Socket(WebSocketProtocol):
    """One WebSocket."""

    gate: Gate | None = None
    muted: bool = False
    _is_known = False  # to the server; a handshake that is none never is

    def makeConnection(self, transport: Any) -> None:
        transport.unregisterProducer()  # the HTTP channel that this connection was
        self.gate = Gate(transport)
        transport.registerProducer(self.gate, True)
        under(transport).getHandle().setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER)
        super().makeConnection(transport)

    def onConnect(self, request: Any) -> Any:
        if not all(name.isascii() for name in request.protocols):
            raise ConnectionDeny(ConnectionDeny.BAD_REQUEST, "Bad Request")
        self._is_known = True
        return super().onConnect(request)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        if self._is_known:
            super().onClose(wasClean, code, reason)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        super().onMessage(payload, isBinary)
        if not self.muted and self.application_queue.qsize() > UNREAD_MAX:
            self.muted = True
            self.application_queue.put_nowait({"type": "websocket.disconnect", "code": FLOODED})
            self.say_goodbye(FLOODED)

    def say_goodbye(self, code: int) -> None:
        """Close with a code that is the server's to give; autobahn's sendClose knows only the applications' own."""
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=code)

    def abort(self) -> None:
        self.transport.abortConnection()
