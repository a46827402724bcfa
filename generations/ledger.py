"""Threads for what must not run in the event loop: rows in one (SQLite has one writer anyway), Pillow in others."""

import asyncio
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger(__name__)

BROKEN = (OperationalError, InterfaceError)
RETRY_MOST_S = 5.0


class Ledger:
    """One thread that reads and writes rows, and keeps its database connection."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def read(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run it once; a connection that broke is dropped, so the next call opens a new one."""
        call = sync_to_async(_guarded(function), thread_sensitive=False, executor=self._thread)
        return await call(*args, **kwargs)

    async def write(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run it until the database takes it, however long that is away: what an engine said is not to be lost.

        Safe because each of our writes is conditional: done twice, the second changes nothing.
        """
        pause_s = 0.1
        while True:
            try:
                return await self.read(function, *args, **kwargs)
            except BROKEN as error:
                logger.warning("The database refused; trying again in %.1f s. (%s)", pause_s, error)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RETRY_MOST_S)

    def close(self) -> None:
        self._thread.submit(_close)
        self._thread.shutdown(wait=True)


class Darkroom:
    """A few threads for Pillow and the disk. A database connection that such work opens is given back with its end."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(
            max_workers=max(1, min(4, (os.cpu_count() or 1) - 1)), thread_name_prefix="darkroom"
        )

    async def do(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        call = sync_to_async(_tidied(function), thread_sensitive=False, executor=self._threads)
        return await call(*args, **kwargs)

    def close(self) -> None:
        self._threads.shutdown(wait=True)


def _close() -> None:
    """The connection of the thread that runs this: which one `connection` means is settled at each use."""
    connection.close()


def _tidied(function: Callable[P, R]) -> Callable[P, R]:
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        finally:
            _close()

    return run


def _guarded(function: Callable[P, R]) -> Callable[P, R]:
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except BROKEN:
            connection.close()
            raise

    return run
