"""Long answers made while they are sent, pulled piece by piece from a thread, and how often one may ask for them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from accounts import throttle
from accounts.errors import TooMany


def check_rate(subject: str, *, most: int, window_s: int, what: str) -> None:
    wait = throttle.wait_s(subject, most=most, window_s=window_s)
    if wait:
        minutes = max(1, round(wait / 60))
        raise TooMany(f"{what} Try again in {minutes} min.", retry_after_s=wait)


async def pulled(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """`pieces` pulled one at a time, as fast as the client takes them, from one thread with a connection of its own."""
    loop = asyncio.get_running_loop()
    with contextlib.closing(_Thread()) as thread:
        while (piece := await loop.run_in_executor(thread.pool, next, pieces, None)) is not None:
            if piece:
                yield piece


class _Thread:
    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="export")

    def close(self) -> None:
        self.pool.submit(connections.close_all)
        self.pool.shutdown(wait=False)
