"""Bad input: one sentence, one field, before anything is queued."""

from __future__ import annotations

import pytest

from inference import inputs
from inference.errors import InvalidInput
from inference.runners import echo


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({}, "prompt", "prompt is missing."),
        ({"prompt": ""}, "prompt", "prompt is empty."),
        ({"prompt": " \n\t"}, "prompt", "prompt is empty."),
        ({"prompt": "x" * 2001}, "prompt", "prompt must be at most 2,000 characters."),
        ({"prompt": 3}, "prompt", "prompt must be text."),
        ({"prompt": None}, "prompt", "prompt must be text."),
        ({"prompt": "\ud800"}, "prompt", "prompt holds half of a character. Write it again."),
        ({"prompt": "a", "steps": 0}, "steps", "steps must be at least 1."),
        ({"prompt": "a", "steps": 201}, "steps", "steps must be at most 200."),
        ({"prompt": "a", "steps": 1e400}, "steps", "steps must be a whole number."),
        ({"prompt": "a", "steps": 1.5}, "steps", "steps must be a whole number."),
        ({"prompt": "a", "steps": "12"}, "steps", "steps must be a whole number."),
        ({"prompt": "a", "steps": True}, "steps", "steps must be a whole number."),
        ({"prompt": "a", "steps": [[1]]}, "steps", "steps must be a whole number."),
        ({"prompt": "a", "width": 100}, "width", "width must be a multiple of 64."),
        ({"prompt": "a", "seed": 2**64}, "seed", "seed must be at most 4,294,967,295."),
        ({"prompt": "a", "seed": -1}, "seed", "seed must be at least 0."),
        ({"prompt": "a", "fault": "flood"}, "fault", None),
        ({"prompt": "a", "banana": 1}, "banana", "banana is not an input of this model."),
    ],
)
def test_refused(given, field, sentence):
    """Each wrong value is refused with the name of its field and what would be right."""
    with pytest.raises(InvalidInput) as refused:
        inputs.settle(echo.SCHEMA, given)
    assert refused.value.field == field
    assert sentence in {None, refused.value.sentence}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"{}",
        b'{"input": 3}',
        b'{"input": {"prompt": "a", "seed": NaN}}',
        b'{"input": {"prompt": "a", "seed": ' + b"9" * 5000 + b"}}",
        b'{"input": {"prompt": "a"}} trailing',
        b'{"input": {"prompt": "\xff"}}',
        b"[" * 100_000,
    ],
)
def test_broken_body(body):
    """A body that is no JSON object with an input is refused, never a crash."""
    with pytest.raises(InvalidInput):
        inputs.parse(body)


def test_defaults_are_filled_in():
    """What was left out has its default; the seed has none and stays out."""
    settled = inputs.settle(echo.SCHEMA, {"prompt": "a"})
    assert settled["steps"] == 20
    assert "seed" not in settled


def test_whole_numbers_are_integers():
    """12.0 is a whole number to JSON; a runner gets 12."""
    assert repr(inputs.settle(echo.SCHEMA, {"prompt": "a", "steps": 12.0})["steps"]) == "12"


@pytest.mark.parametrize(
    "prompt", ["🦊", "\u202eabc", "<b>{{ x }}</b>", "'; DROP TABLE", "a\u0000b", "\u200b"]
)
def test_strange_prompts_are_prompts(prompt):
    """Words that would hurt a page or a database are only words here, and come through unchanged."""
    assert inputs.settle(echo.SCHEMA, {"prompt": prompt})["prompt"] == prompt
