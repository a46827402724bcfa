"""One echo engine for all tests of the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.inference.processes import Client, Engine, client, engine


@pytest.fixture(scope="session")
def echo_engine() -> Iterator[Engine]:
    with engine() as one:
        yield one


@pytest.fixture
async def echo(echo_engine: Engine) -> AsyncIterator[Client]:
    async with client(echo_engine.url) as one:
        yield one
