"""kill -9 of the engine, the server, both, or everything, at each stage: a prediction ends, once and whole."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.site import Person, Site, is_alive, running_site

pytestmark = pytest.mark.processes

SEED = 1234


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A guest runs one prediction at a time here, so that a second one waits."""
    folder: Path = tmp_path_factory.mktemp("site") / "data"
    with running_site(folder, env={"SAFELIGHT_LIMIT_RUNNING_GUEST": "1"}) as site:
        yield site
        site.check()


def _queued(site: Site, person: Person) -> str:
    person.create("first", steps=10, step_ms=40)
    return person.create("kill", seed=SEED, steps=4, step_ms=20)


def _running(site: Site, person: Person) -> str:
    id = person.create("kill", seed=SEED, steps=16, step_ms=50)
    site.until(lambda: site.row(id)["step"] > 0)
    return id


def _decoding(site: Site, person: Person) -> str:
    id = person.create("kill", seed=SEED, steps=2, step_ms=20, decode_ms=700)
    site.until(lambda: site.row(id)["step"] == 2)
    return id


def _storing(site: Site, person: Person) -> str:
    before = site.files()
    id = person.create("kill", seed=SEED, steps=2, step_ms=20, num_outputs=3, width=512, height=512)
    site.until(lambda: site.files() - before)
    return id


def _engine(site: Site) -> None:
    boot = site.engine()["boot"]
    site.kill_engine()
    site.until_engine(other_than=boot)


def _server(site: Site) -> None:
    engine = site.engine_pid()
    site.kill_server()
    site.until(lambda: not is_alive(engine), within_s=5)
    site.restart()


def _both(site: Site) -> None:
    site.kill_engine()
    site.kill_server()
    site.restart()


def _group(site: Site) -> None:
    site.kill_group()
    site.restart()


STAGES = {"queued": _queued, "running": _running, "decoding": _decoding, "storing": _storing}
KILLS = {"engine": _engine, "server": _server, "both": _both, "group": _group}


@pytest.mark.parametrize("kill", KILLS.values(), ids=KILLS.keys())
@pytest.mark.parametrize("reach", STAGES.values(), ids=STAGES.keys())
def test_a_kill_loses_nothing(
    site: Site, person: Person, reach: Callable[[Site, Person], str], kill: Callable[[Site], None]
) -> None:
    """Whatever is killed at whatever stage, the prediction succeeds with every output once, and no orphan is left."""
    id = reach(site, person)
    kill(site)
    assert person.wait(id) == "succeeded"
    row, outputs = site.row(id), site.outputs(id)
    assert [output["index"] for output in outputs] == list(range(row["outputs_asked"]))
    assert all(output["is_published"] for output in outputs)
    assert row["owner"] == ""
    assert row["failures"] <= 1
    assert site.journal(id)[-1] == "succeeded"
    assert site.journal(id).count("succeeded") == 1


def test_a_picture_is_the_same_after_a_crash(site: Site, person: Person) -> None:
    """The same seed draws the same pixels, whether the engine was killed on the way or not."""
    whole = person.create("the same", seed=7, steps=12, step_ms=30)
    person.wait(whole)
    broken = person.create("the same", seed=7, steps=12, step_ms=30)
    site.until(lambda: site.row(broken)["step"] > 0)
    site.kill_engine()
    person.wait(broken)
    assert "picked_up_again" in site.journal(broken)
    assert site.pixels(broken) == site.pixels(whole)


def test_a_page_says_that_it_was_picked_up_again(site: Site, person: Person) -> None:
    """While a prediction runs for a second time, its page says so; afterwards it does not."""
    id = person.create("again", steps=30, step_ms=50)
    site.until(lambda: site.row(id)["step"] > 0)
    site.kill_engine()
    site.until(lambda: "picked_up_again" in site.journal(id))
    assert "icked up again" in person.get(f"/predictions/{id}/")
    person.wait(id)
    assert "icked up again" not in person.get(f"/predictions/{id}/")


def test_an_ordered_stop_lets_it_end(site: Site, person: Person) -> None:
    """SIGTERM during a short prediction: it ends well, nothing is counted, and the site stops with 0."""
    id = person.create("nearly there", steps=20, step_ms=50)
    site.until(lambda: site.row(id)["step"] > 0)
    assert site.stop() == 0
    row = site.row(id)
    assert (row["status"], row["failures"]) == ("succeeded", 0)
    site.restart()
