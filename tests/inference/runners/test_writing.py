"""The models that write: what they say follows from prompt and seed, word by word, at a reader's pace."""

from __future__ import annotations

import re

import pytest

from inference.batcher import Batcher, Drawn, Prediction
from inference.inputs import settle
from inference.protocol import Completed, Logged, Produced, Progressed
from inference.runners import canary, scribe
from inference.runners.base import Runner
from tests.inference.numbers_runner import Numbers, desk

METER = re.compile(r"^\s*(\d+)%\s*\|.+?\|\s*(\d+)/(\d+)", re.MULTILINE)  # as the clients' helpers read it


def told_by(runner: Runner, **given: object) -> list:
    """Everything that one prediction told."""
    told: list = []
    input = settle(runner.card.schema, given)
    batcher = Batcher(max_slots=1)
    batcher.submit(
        Prediction(id="one", runner=runner, input=input, seed=input.get("seed", 0), tell=told.append)
    )
    while batcher.turn():
        pass
    return told


def written(**given: object) -> list[str]:
    told = told_by(scribe.load(), **{"prompt": "a fox", "words": 40, "pace": 1000, "seed": 1, **given})
    pieces = [each for each in told if isinstance(each, Produced)]
    assert [each.index for each in pieces] == list(range(len(pieces)))
    return [each.chunk for each in pieces]


@pytest.mark.parametrize("other", [{"prompt": "a lamp"}, {"seed": 2}])
def test_a_text_follows_from_prompt_and_seed(other):
    """The same two give the same text; another of either another text."""
    assert written() == written()
    assert written(**other) != written()


@pytest.mark.parametrize("words", [1, 2, 7, 60, 400])
def test_a_text_has_the_words_that_were_asked_for(words):
    """A piece a word, the first letter large, a stop at the end, no doubled blanks."""
    pieces = written(words=words)
    text = "".join(pieces)
    assert len(pieces) == len(text.split()) == words
    assert text[0].isupper()
    assert text.endswith(".")
    assert "  " not in text


def test_a_short_text_is_the_beginning_of_a_long_one():
    """Asking for more words changes nothing before the last one of the short text."""
    assert written(words=30)[:29] == written(words=60)[:29]


def test_a_text_is_about_its_prompt():
    """Nouns of the prompt come back, in any script; plain words and signs do not."""
    assert scribe.themes("Write about the FOX, the fox & die Möwe <b>") == ["fox", "die", "möwe"]
    assert "möwe" in "".join(written(prompt="Möwe", words=120)).lower()


def test_a_prompt_of_signs_is_taken():
    """There is a text also where no word is left to write about."""
    assert written(prompt="!!! 123", words=12)


def test_the_canary_says_hello_in_three_pieces():
    """Three yields, which make a sentence with the name as it was given."""
    told = told_by(canary.load(), text="Ada <3")
    assert [each.chunk for each in told if isinstance(each, Produced)] == ["hello ", "there, ", "Ada <3"]
    assert isinstance(told[-1], Completed)
    assert told[-1].status == "succeeded"
    assert not [each for each in told if isinstance(each, Drawn)]


def test_the_log_has_a_line_for_each_step():
    """As tqdm writes them, in order, the last one full; however few events carry them."""
    told = told_by(scribe.load(), prompt="a fox", words=50, pace=1000)
    log = "".join(each.data for each in told if isinstance(each, Logged))
    found = [tuple(map(int, each)) for each in METER.findall(log)]
    assert found == [(100 * step // 50, step, 50) for step in range(1, 51)]
    assert len([each for each in told if isinstance(each, Logged)]) < 5


def test_a_model_that_draws_logs_its_steps_too():
    """One line a step of the mean over the outputs, in events that are no more than those of progress."""
    d = desk(step_s=0.01)
    d.submit("a", steps=60, count=2)
    d.run()
    log = "".join(told.data for told in d.of("a", Logged))
    assert [int(each[1]) for each in METER.findall(log)] == list(range(1, 61))
    assert len(d.of("a", Logged)) <= len(d.of("a", Progressed))


def test_what_was_written_is_told_before_an_end():
    """A fault takes nothing away of what was said before it."""
    d = desk(step_s=0.01)
    d.submit("a", steps=30, bad="decode")
    d.run()
    assert METER.findall("".join(told.data for told in d.of("a", Logged)))[-1] == ("100", "30", "30")


class Speaking(Numbers):
    """Numbers that are said, with half a second between two."""

    @property
    def card(self):
        card = super().card
        object.__setattr__(card, "is_light", True)
        return card

    def begin(self, input, *, seed):
        sample = super().begin(input, seed=seed)
        sample.pause_s = 0.5
        return sample


def test_what_rests_takes_no_slot_and_no_time():
    """A text that keeps its pace holds up no picture: those are drawn in its pauses, in all the slots."""
    d = desk(max_slots=1, step_s=0.01)
    speaking = Speaking(d.runner.clock, 0.01, batches=d.runner.batches)
    d.batcher.nap = lambda seconds: setattr(d.runner.clock, "now", d.runner.clock.now + seconds)
    d.batcher.submit(
        Prediction(
            id="text", runner=speaking, input={"name": "text", "steps": 3}, seed=1, tell=lambda told: None
        )
    )
    d.submit("picture", steps=4)
    d.run()
    assert d.runner.batches == [["text", "picture"], *[["picture"]] * 3, ["text"], ["text"]]
    assert d.runner.clock.now >= 1.0
