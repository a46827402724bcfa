"""The queue on PostgreSQL, where several dispatchers share it. Runs where TEST_DATABASE_URL names a server."""

import json
import os
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE
from urllib.parse import urlsplit

import pytest

TREE = Path(__file__).parents[3]
URL = os.environ.get("TEST_DATABASE_URL", "")
HERE = os.environ.get("DATABASE_URL", "").startswith("postgres")

there = pytest.mark.skipif(not URL or HERE, reason="TEST_DATABASE_URL names no PostgreSQL")

DISPATCHERS, ROWS = 3, 10_000
WITHIN_S = 120.0


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
    from generations.models import Engine, Prediction, RegisteredModel, Version

    model = RegisteredModel.objects.create(owner="safelight", name="test")
    version = Version.objects.create(pk="0" * 64, model=model, schema={})
    engine = Engine.objects.create(name="one", base_url="http://one", boot="b1", slots_max=8)
    engine.versions.add(version)
    rows = (Prediction(user=alice, version=version, input={}, vtime=number) for number in range(ROWS))
    Prediction.objects.bulk_create(rows, batch_size=2000)

    found = _claim_at_once([f"dispatcher {number}" for number in range(DISPATCHERS)])
    taken = [id for each in found for id in each]
    assert (len(taken), len(set(taken))) == (ROWS, ROWS)
    assert set(Prediction.objects.values_list("claim", flat=True)) == {1}
    assert min(map(len, found)) > ROWS / DISPATCHERS / 4  # they did meet


def _claim_at_once(names: list[str]) -> list[list[str]]:
    """What each of these dispatchers, processes of their own on this test's database, was given."""
    from django.db import connection

    here = urlsplit(URL or os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    env = {**os.environ, "DATABASE_URL": here.geturl(), "SAFELIGHT_LIMIT_RUNNING": str(ROWS)}
    module = "tests.generations.services.claimer"
    started = [
        subprocess.Popen(
            [sys.executable, "-m", module, name], cwd=TREE, env=env, stdin=PIPE, stdout=PIPE, text=True
        )
        for name in names
    ]
    try:
        for process in started:
            assert process.stdout.readline() == "ready\n"
        for process in started:
            process.stdin.write("go\n")
            process.stdin.flush()
        return [json.loads(process.communicate(timeout=WITHIN_S)[0]) for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()
