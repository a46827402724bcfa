"""The batcher, driven with plain numbers: who shares a step, who joins, who leaves, who pays for a fault."""

from __future__ import annotations

import pytest

from inference.batcher import Drawn
from inference.protocol import Completed, Logged, Metric, Previewed, Progressed, Started, output_seed
from tests.inference.numbers_runner import desk


def test_outputs_share_a_step():
    """Two predictions that arrive together take every step in one forward."""
    d = desk()
    d.submit("a")
    d.submit("b")
    d.run()
    assert d.runner.batches == [["a", "b"]] * 3


def test_joins_between_two_steps():
    """A newcomer shares the very next step, and leaves when its own steps are over, whatever the others do."""
    d = desk()
    d.submit("long", steps=5)
    d.batcher.turn()
    d.submit("short", steps=2)
    d.run()
    assert d.runner.batches == [["long"], ["long", "short"], ["long", "short"], ["long"], ["long"]]


def test_own_course():
    """Each output sees its own step indices only, however often the batch around it changes."""
    d = desk(max_slots=2)
    for steps in (1, 5, 3, 2, 4):
        d.submit(str(steps), steps=steps)
    d.run()
    assert [d.of(str(n), Drawn)[0].data for n in (1, 2, 3, 4, 5)] == [b"0", b"1", b"3", b"6", b"10"]


def test_cap():
    """No step has more outputs than there are slots, and none waits while a slot is free."""
    d = desk(max_slots=2)
    d.submit("a", count=3)
    d.run()
    assert [len(batch) for batch in d.runner.batches] == [2, 2, 2, 1, 1, 1]


def test_first_come_first_served():
    """Slots are given in the order of arrival."""
    d = desk(max_slots=1)
    for name in "cab":
        d.submit(name, steps=1)
    d.run()
    assert d.runner.batches == [["c"], ["a"], ["b"]]


def test_runner_cap():
    """A model's own cap holds, while the engine has slots for other models."""
    d = desk()
    d.batcher.cap("tests/numbers", 1)
    d.batcher.cap("tests/other", 4)
    d.submit("a", count=2, steps=1)
    d.run()
    assert (d.batcher.max_slots, d.runner.batches) == (4, [["a"], ["a"]])


def test_buckets_never_mix():
    """A forward holds outputs of one bucket only."""
    d = desk()
    d.submit("s", bucket="small")
    d.submit("l", bucket="large")
    d.run()
    assert sorted(d.runner.batches) == [["l"]] * 3 + [["s"]] * 3


def test_solo_shares_nothing():
    """A solo prediction waits until the slots are empty, runs alone with its own outputs, and nobody joins it."""
    d = desk()
    d.submit("before", steps=2)
    d.submit("alone", count=2, steps=2, solo=True)
    d.submit("after", steps=2)
    d.run()
    assert d.runner.batches == [["before"]] * 2 + [["alone", "alone"]] * 2 + [["after"]] * 2


def test_events_in_order():
    """A reader hears the start, what was drawn with which seed and read how, the steps, the picture, the end."""
    d = desk(step_s=1.0)
    d.submit("a", steps=2)
    d.run()
    step = [Logged, Progressed, Previewed]
    kinds = [Started, Metric, Metric, *step, *step, Drawn, Completed]
    assert [type(told) for told in d.told["a"]] == kinds


def test_seed_and_reading_of_each_output():
    """Every output is told its seed and its reading with its index, once."""
    d = desk()
    d.submit("a", count=2, steps=1)
    d.run()
    values = [(told.name, told.mode, told.value) for told in d.of("a", Metric)]
    assert values == [
        ("seed", "append", {"index": 0, "seed": 7}),
        ("read_as", "append", {"index": 0, "name": "a"}),
        ("seed", "append", {"index": 1, "seed": output_seed(7, 1)}),
        ("read_as", "append", {"index": 1, "name": "a"}),
    ]


def test_started_at_the_first_slot():
    """A prediction that waits is not started; it starts with its first output's slot, once."""
    d = desk(max_slots=1)
    d.submit("first", steps=2)
    d.submit("second", count=2, steps=1)
    d.batcher.turn()
    assert d.told["second"] == []
    d.run()
    assert len(d.of("second", Started)) == 1


def test_progress_is_the_mean_over_outputs():
    """Progress counts all outputs, those still waiting too, and ends at the full number."""
    d = desk(max_slots=1, step_s=1.0)
    d.submit("a", count=2, steps=2)
    d.run()
    assert [(told.step, told.steps) for told in d.of("a", Progressed)] == [(0, 2), (1, 2), (1, 2), (2, 2)]


def test_at_most_four_events_a_second():
    """Quick steps are told four times a second, the first at once and the last always."""
    d = desk(step_s=0.01)
    d.submit("a", steps=60)
    d.run()
    assert [told.step for told in d.of("a", Progressed)] == [1, 26, 51, 60]


def test_started_is_told_before_the_first_step():
    """What was told goes out after each part of a turn, so a slow step does not hold back the start."""
    d = desk()
    d.submit("a")
    seen = []
    d.batcher.turn(flush=lambda: seen.append((len(d.runner.batches), len(d.told["a"]) > 0)))
    assert seen[0] == (0, True)


def test_cancel_between_two_steps():
    """A cancelled prediction takes no further step and ends as canceled; its neighbour goes on."""
    d = desk()
    gone = d.submit("gone", steps=9)
    d.submit("stays", steps=3)
    d.batcher.turn()
    gone.cancel_asked = True
    d.run()
    assert d.runner.batches == [["gone", "stays"], ["stays"], ["stays"]]
    assert [d.of(name, Completed)[0].status for name in ("gone", "stays")] == ["canceled", "succeeded"]


def test_cancel_while_waiting():
    """A prediction that has no slot yet can be cancelled, and is never started."""
    d = desk(max_slots=1)
    d.submit("runs")
    d.batcher.turn()
    d.submit("waits").cancel_asked = True
    d.run()
    assert [type(told) for told in d.told["waits"]] == [Completed]


@pytest.mark.parametrize("place", ["begin", "step", "decode"])
def test_a_fault_costs_one_prediction(place):
    """Whatever a model raises, wherever, ends its own prediction with a sentence; those beside it are drawn."""
    d = desk()
    d.submit("good", steps=2)
    d.submit("bad", steps=2, count=2, bad=place)
    d.submit("fine", steps=2)
    d.run()
    assert [d.of(name, Completed)[0].status for name in ("good", "bad", "fine")] == [
        "succeeded",
        "failed",
        "succeeded",
    ]
    assert d.of("bad", Completed)[0].error.endswith(".")


def test_a_fault_changes_no_neighbour():
    """After a shared step failed, each neighbour has taken that step once."""
    d = desk()
    d.submit("bad", steps=4, bad="step")
    d.submit("good", steps=4)
    d.run()
    assert d.of("good", Drawn)[0].data == b"6"


def test_decodes_two_at_a_time():
    """Finished outputs are decoded two between steps, so that those still running are not held up."""
    d = desk()
    d.submit("a", steps=1, count=4)
    d.submit("b", steps=3)
    d.run()
    assert max(map(len, d.runner.decodes)) == 2
    assert len(d.of("a", Drawn)) == 4


def test_completed_once():
    """Every prediction ends exactly once, and the batcher keeps nothing of it."""
    d = desk(max_slots=2)
    for name in "abcdef":
        d.submit(name, count=2)
    d.run()
    assert [len(d.of(name, Completed)) for name in "abcdef"] == [1] * 6
    assert (d.batcher.live, d.batcher.slots, list(d.batcher.waiting), list(d.batcher.done)) == (
        [],
        [],
        [],
        [],
    )


def test_metrics():
    """The end says how long it waited, how long it took, and with how many it shared."""
    d = desk(max_slots=1, step_s=1.0)
    d.submit("a", steps=2)
    d.submit("b", steps=3)
    d.run()
    assert d.of("b", Completed)[0].metrics == {"predict_time": 3.0, "wait_time": 2.0, "mean_batch": 1.0}


def test_time_left():
    """The time left is the steps to go at the pace of the last one."""
    d = desk(step_s=2.0)
    d.submit("a", steps=4)
    d.run()
    assert [told.eta for told in d.of("a", Progressed)] == [6.0, 4.0, 2.0, 0.0]
