"""A prediction that takes the engine down with it: the others do not pay for it, and it does not go on for ever."""

import secrets

import pytest

from tests.site import Person, Site

pytestmark = pytest.mark.processes


def test_suspects_run_alone_and_none_is_blamed(site: Site, person: Person) -> None:
    """When an engine dies with several predictions in it, all of them end well, and no failure is counted."""
    prompts = ["innocent", "culprit", "innocent too"]
    faults = ["none", "crash_once", "none"]
    seed = secrets.randbelow(2**31)
    ids = [
        person.create(prompt, seed=seed, steps=40, step_ms=30, fault=fault)
        for prompt, fault in zip(prompts, faults, strict=True)
    ]
    assert {person.wait(id) for id in ids} == {"succeeded"}
    rows = [site.row(id) for id in ids]
    assert [row["failures"] for row in rows] == [0, 0, 0]
    assert sum(row["is_suspect"] for row in rows) >= 2
    assert all(len(site.outputs(id)) == 1 for id in ids)


def test_three_crashes_alone_are_the_end(site: Site, person: Person) -> None:
    """What kills the engine three times while it runs alone fails with a sentence, and the site draws on."""
    site.stop()
    site.restart()
    id = person.create("poison", steps=4, step_ms=20, fault="crash")
    assert person.wait(id) == "failed"
    row = site.row(id)
    assert (row["failures"], row["error_code"]) == (3, "engine_lost")
    assert "given up" in row["error"]
    assert site.outputs(id) == []
    assert "given up" in person.get(f"/predictions/{id}/")
    well = person.create("well", steps=4, step_ms=20)
    assert person.wait(well) == "succeeded"


@pytest.mark.parametrize("fault", ["error", "error_decode", "truncated", "bomb", "text"])
def test_a_fault_of_the_model_is_a_sentence(site: Site, person: Person, fault: str) -> None:
    """What the model gets wrong fails that prediction alone, with a sentence, no file and no second try."""
    before = site.files()
    id = person.create("faulty", steps=4, step_ms=20, fault=fault)
    assert person.wait(id) == "failed"
    row = site.row(id)
    assert row["error"]
    assert row["failures"] == 0
    assert site.files() == before


def test_every_promise_holds_after_all_that(site: Site) -> None:
    """Rows and files of everything above are as the state machine promises."""
    site.check()
