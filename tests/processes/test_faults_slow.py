"""Faults that take half a minute to show: a frozen engine, a stuck step, a stop that is not waited for; all at once."""

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing

import pytest

from tests.site import Person, Site, running_site

pytestmark = pytest.mark.processes

NOTICED_WITHIN_S = 30.0
STOPPED_WITHIN_S = 38.0  # half a minute for the work, then the engine and the server


class Case:
    """A site in trouble since `began`, and the prediction that is in it."""

    def __init__(self, site: Site, person: Person, id: str) -> None:
        self.site, self.person, self.id = site, person, id
        self.began = time.monotonic()

        self.stopped_after_s: Future[float] | None = None

    @property
    def since_s(self) -> float:
        return time.monotonic() - self.began

    def watch_end(self) -> float:
        assert self.site.process
        assert self.site.process.wait(timeout=60) == 0
        return self.since_s


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Site]]:
    with ExitStack() as stack:
        folders = [tmp_path_factory.mktemp("site") / "data" for _ in range(3)]
        yield [stack.enter_context(running_site(folder)) for folder in folders]


@pytest.fixture(scope="module")
def cases(sites: list[Site]) -> dict[str, Case]:
    """All of them begin before the first is looked at, so that they wait together."""
    return {
        "frozen": _freeze(sites[0]),
        "stuck": _stick(sites[1]),
        "long": _stop_long(sites[2]),
    }


def _begin(site: Site, **settings: object) -> tuple[Person, str]:
    person = site.guest()
    id = person.create("slow", **settings)
    site.until(lambda: site.row(id)["step"] > 0)
    return person, id


def _freeze(site: Site) -> Case:
    case = Case(site, *_begin(site, steps=40, step_ms=50, seed=3))
    os.kill(site.engine_pid(), signal.SIGSTOP)
    return case


def _stick(site: Site) -> Case:
    return Case(site, *_begin(site, steps=4, step_ms=50, fault="hang"))


def _stop_long(site: Site) -> Case:
    case = Case(site, *_begin(site, steps=200, step_ms=400))
    assert site.process
    site.process.terminate()
    case.stopped_after_s = ThreadPoolExecutor(1).submit(case.watch_end)
    return case


def test_a_frozen_engine_is_noticed(cases: dict[str, Case]) -> None:
    """An engine that stops sending is replaced within half a minute, and its prediction ends well, once."""
    case = cases["frozen"]
    case.site.until(lambda: "picked_up_again" in case.site.journal(case.id), within_s=NOTICED_WITHIN_S + 2)
    assert case.since_s <= NOTICED_WITHIN_S + 2
    assert case.person.wait(case.id) == "succeeded"
    assert case.site.row(case.id)["failures"] == 1
    assert len(case.site.outputs(case.id)) == 1
    case.site.check()


def test_a_stuck_step_is_noticed(cases: dict[str, Case]) -> None:
    """A step that never ends is noticed although the engine still answers; it counts once, and is tried again."""
    case = cases["stuck"]
    case.site.until(lambda: "picked_up_again" in case.site.journal(case.id), within_s=NOTICED_WITHIN_S + 8)
    assert case.site.row(case.id)["failures"] == 1
    case.person.cancel(case.id)
    assert case.person.wait(case.id) == "canceled"
    case.site.check()


def test_a_stop_waits_half_a_minute_and_counts_nothing(cases: dict[str, Case]) -> None:
    """SIGTERM during long work: the site stops within half a minute, the work waits, and no failure is counted."""
    case = cases["long"]
    assert case.stopped_after_s
    assert case.stopped_after_s.result(timeout=60) < STOPPED_WITHIN_S
    row = case.site.row(case.id)
    assert (row["status"], row["owner"], row["failures"]) == ("starting", "", 0)
    case.site.restart()
    case.site.until(lambda: case.site.row(case.id)["status"] == "processing")
    case.person.cancel(case.id)
    assert case.person.wait(case.id) == "canceled"
    case.site.check()


def test_a_locked_database_is_waited_for(sites: list[Site]) -> None:
    """While another process holds the database for 15 s, pages wait and then answer, and nothing is lost."""
    site = sites[0]
    person, id = _begin(site, steps=40, step_ms=50)
    locked, freed = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as threads:
        holding = threads.submit(_hold, site, locked, freed, 15.0)
        assert locked.wait(5)
        creating = threads.submit(person.create, "while it is locked", steps=4, step_ms=20)
        assert person.get("/", timeout_s=10)
        other = creating.result(timeout=40)
        holding.result()
    assert freed.is_set()
    assert {person.wait(id), person.wait(other)} == {"succeeded"}
    assert site.row(id)["failures"] == 0
    site.check()


def _hold(site: Site, locked: threading.Event, freed: threading.Event, seconds: float) -> None:
    connection = sqlite3.connect(site.data / "db.sqlite3", isolation_level=None, timeout=20)
    with closing(connection):
        connection.execute("BEGIN IMMEDIATE")
        locked.set()
        time.sleep(seconds)  # this is the fault, not a wait for one
        connection.execute("ROLLBACK")
        freed.set()
