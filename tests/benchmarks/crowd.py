"""Many sockets of one process that do nothing but note when each frame arrived."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping

from websockets.asyncio.client import ClientConnection, connect

OPEN_AT_ONCE = 20


class Crowd:
    """`arrivals`: of every frame at every socket, its first characters and the moment (monotonic seconds)."""

    def __init__(self, sockets: list[ClientConnection], *, keep: int) -> None:
        self.arrivals: list[tuple[str, float]] = []
        self._wanted, self._heard = 0, asyncio.Event()
        self.longest = 0
        self._keep = keep
        self.readers = [asyncio.create_task(self._read(each)) for each in sockets]

    async def _read(self, socket: ClientConnection) -> None:
        async for frame in socket:
            now = time.monotonic()
            text = frame if isinstance(frame, str) else frame.decode()
            self.arrivals.append((text[: self._keep], now))
            self.longest = max(self.longest, len(text))
            if len(self.arrivals) == self._wanted:
                self._heard.set()

    async def count(self, wanted: int, *, within_s: float) -> None:
        """Until so many frames have arrived. Raises TimeoutError."""
        self._wanted = wanted
        self._heard.clear()
        if len(self.arrivals) < wanted:
            async with asyncio.timeout(within_s):
                await self._heard.wait()


@contextlib.asynccontextmanager
async def crowd(
    url: str, size: int, *, headers: Mapping[str, str] | None = None, keep: int = 20
) -> AsyncIterator[Crowd]:
    """`size` open sockets to `url`; of each frame its first `keep` characters are kept."""
    gate = asyncio.Semaphore(OPEN_AT_ONCE)

    async def enter() -> ClientConnection:
        async with gate:
            return await connect(
                url,
                additional_headers=dict(headers or {}),
                compression=None,
                ping_interval=None,
                max_size=None,
            )

    sockets = await asyncio.gather(*(enter() for _ in range(size)))
    here = Crowd(sockets, keep=keep)
    try:
        yield here
    finally:
        for reader in here.readers:
            reader.cancel()
        await asyncio.gather(*here.readers, return_exceptions=True)
        await asyncio.gather(*(each.close() for each in sockets))
