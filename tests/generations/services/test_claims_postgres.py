"""The queue on PostgreSQL, where several dispatchers share it. Runs where TEST_DATABASE_URL names a server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TREE = Path(__file__).parents[3]
URL = os.environ.get("TEST_DATABASE_URL", "")
HERE = os.environ.get("DATABASE_URL", "").startswith("postgres")

there = pytest.mark.skipif(not URL or HERE, reason="TEST_DATABASE_URL names no PostgreSQL")

DISPATCHERS, ROWS = 3, 1000


@there
def test_the_state_machine_holds_on_postgresql() -> None:
    """The same promises hold on PostgreSQL, driven by the same file."""
    file = Path(__file__).with_name("test_state_machine.py")
    _passes([str(file)])


@there
def test_several_dispatchers_claim_on_postgresql() -> None:
    """Several dispatchers on one PostgreSQL never claim a row twice."""
    _passes([__file__, "-k", "test_no_row_is_claimed_twice"])


def _passes(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    env = {**os.environ, "DATABASE_URL": URL}
    done = subprocess.run(command, cwd=TREE, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    assert " skipped" not in done.stdout


@pytest.mark.skipif(not HERE, reason="run by the test above, on PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_no_row_is_claimed_twice(alice) -> None:
    """Several dispatchers that claim at once share the queue: each row goes to one of them, once, and none is left."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from generations.models import Engine, Prediction, RegisteredModel, Version
    from generations.services import claims

    model = RegisteredModel.objects.create(owner="safelight", name="test")
    version = Version.objects.create(pk="0" * 64, model=model, schema={})
    engine = Engine.objects.create(name="one", base_url="http://one", boot="b1", slots_max=8)
    engine.versions.add(version)
    rows = (Prediction(user=alice, version=version, input={}, vtime=number) for number in range(ROWS))
    Prediction.objects.bulk_create(rows)

    def dispatch(name: str) -> list[str]:
        mine: list[str] = []
        try:
            while Prediction.objects.filter(owner="", status="starting").exists():
                taken = claims.claim(name, engine, outputs=8, predictions=8)
                mine += [row.pk for row in taken]
                Prediction.objects.filter(pk__in=[row.pk for row in taken]).update(
                    owner="", status="canceled", completed_at=alice.date_joined
                )
        finally:
            connection.close()
        return mine

    with ThreadPoolExecutor(DISPATCHERS) as threads:
        found = list(threads.map(dispatch, [f"dispatcher {number}" for number in range(DISPATCHERS)]))
    taken = [id for each in found for id in each]
    assert (len(taken), len(set(taken))) == (ROWS, ROWS)
    assert set(Prediction.objects.values_list("claim", flat=True)) == {1}
    assert all(found)
