"""Threads beside the event loop: what they open in the database goes with them."""

import pytest
from django.db import connection, connections

from generations.ledger import Darkroom, Ledger

pytestmark = pytest.mark.django_db(transaction=True)


def opened() -> object:
    """The connection of the thread that this runs in, in use."""
    connection.ensure_connection()
    return connections["default"]


async def test_a_closed_ledger_gives_its_connection_back() -> None:
    """Its own, and not that of whoever closes it: on PostgreSQL a pool would run dry."""
    ledger = Ledger("test")
    found = await ledger.read(opened)
    assert found.connection is not None
    ledger.close()
    assert found.connection is None


async def test_the_darkroom_keeps_no_connection() -> None:
    """Not even until it closes, also when the work fails."""
    darkroom, found = Darkroom(), []
    with pytest.raises(ZeroDivisionError):
        await darkroom.do(lambda: (found.append(opened()), 1 / 0))
    assert found[0].connection is None
    darkroom.close()
