"""Back-pressure: an application's `send` waits while its client's buffer is full. The protocols each have a Gate."""

import asyncio
import fcntl
import struct
import termios
from typing import Any

from twisted.internet.interfaces import IPushProducer
from twisted.protocols.tls import TLSMemoryBIOProtocol
from zope.interface import implementer


def under(transport: Any) -> Any:
    """The TCP connection of a transport that may speak TLS."""
    return transport.transport if isinstance(transport, TLSMemoryBIOProtocol) else transport


@implementer(IPushProducer)
class Gate:
    """Open while there is room: Twisted closes it when the buffer of the transport is full, and opens it when empty."""

    def __init__(self, transport: Any) -> None:
        self._transport = under(transport)
        self._room = asyncio.Event()
        self._room.set()

    def pauseProducing(self) -> None:
        self._room.clear()

    def resumeProducing(self) -> None:
        self._room.set()

    def stopProducing(self) -> None:
        """The connection is gone: whoever waits goes on, and finds that out."""
        self._room.set()

    async def passed(self, *, stall_s: float) -> bool:
        """Wait for room. False when the client has taken nothing at all for `stall_s`: slow is well, dead is not."""
        while not self._room.is_set():
            before = self._unsent()
            try:
                async with asyncio.timeout(stall_s):
                    await self._room.wait()
            except TimeoutError:
                if self._unsent() >= before:
                    return False
        return True

    def _unsent(self) -> int:
        """Bytes that wait in the transport (Twisted has no public name for their number) and in the kernel."""
        transport = self._transport
        kernel = (
            fcntl.ioctl(transport.fileno(), termios.TIOCOUTQ, b"\0" * 4) if transport.connected else b"\0" * 4
        )
        waiting = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
        return int(waiting + struct.unpack("i", kernel)[0])
