"""Many sockets of one process that do nothing but note when each frame arrived."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping

from websockets.asyncio.client import ClientConnection, connect

OPEN_AT_ONCE = 20

KeyOf = Callable[[str], str]


class Crowd:
    """`arrivals`: (key of the frame, number of the socket) → first arrival (monotonic seconds); `lengths` by key.

    The key of a frame is what `key_of` finds in it; a frame with an empty key is passed over.
    """

    def __init__(self, sockets: list[ClientConnection], *, key_of: KeyOf) -> None:
        self.size = len(sockets)
        self.arrivals: dict[tuple[str, int], float] = {}
        self.lengths: dict[str, int] = {}
        self._key_of = key_of
        self._wanted, self._heard = 0, asyncio.Event()
        self.readers = [asyncio.create_task(self._read(*each)) for each in enumerate(sockets)]

    def forget(self) -> None:
        self.arrivals.clear()

    async def hear(self, keys: int, *, within_s: float) -> None:
        """Until so many keys have arrived at every socket. Raises TimeoutError."""
        self._wanted = keys * self.size
        self._heard.clear()
        if len(self.arrivals) < self._wanted:
            async with asyncio.timeout(within_s):
                await self._heard.wait()

    async def _read(self, number: int, socket: ClientConnection) -> None:
        async for frame in socket:
            now = time.monotonic()
            text = frame if isinstance(frame, str) else frame.decode()
            if key := self._key_of(text):
                self.arrivals.setdefault((key, number), now)
                self.lengths[key] = len(text)
                if len(self.arrivals) == self._wanted:
                    self._heard.set()


@contextlib.asynccontextmanager
async def crowd(
    url: str,
    size: int,
    *,
    key_of: KeyOf,
    headers: Mapping[str, str] | None = None,
    says: str = "",
) -> AsyncIterator[Crowd]:
    """`size` open sockets to `url`, each of which says `says` first."""
    gate = asyncio.Semaphore(OPEN_AT_ONCE)
    options = {"compression": None, "ping_interval": None, "max_size": None}

    async def enter() -> ClientConnection:
        async with gate:
            socket = await connect(url, additional_headers=dict(headers or {}), **options)  # type: ignore[arg-type]
            if says:
                await socket.send(says)
            return socket

    sockets = await asyncio.gather(*(enter() for _ in range(size)))
    here = Crowd(sockets, key_of=key_of)
    try:
        yield here
    finally:
        for reader in here.readers:
            reader.cancel()
        await asyncio.gather(*here.readers, return_exceptions=True)
        await asyncio.gather(*(each.close() for each in sockets))
