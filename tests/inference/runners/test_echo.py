"""The echo runner: deterministic, quick to draw, and faulty on demand."""

from __future__ import annotations

import io
import time

import pytest
from PIL import Image

from inference.batcher import run_all
from inference.errors import RunnerError
from inference.inputs import settle
from inference.runners import echo


def asked(**given: object) -> dict:
    return settle(echo.SCHEMA, {"prompt": "hello", "steps": 4, "step_ms": 0, "seed": 5, **given})


def drawn(**given: object) -> bytes:
    return run_all(echo.load(), [asked(**given)], max_slots=1)[0][0]


@pytest.mark.parametrize(
    "other", [{"prompt": "bye"}, {"seed": 6}, {"width": 128}, {"guidance": 1}, {"negative_prompt": "rain"}]
)
def test_all_of_the_recipe_shows(other):
    """The same recipe draws the same file; a change of any part of it another."""
    assert drawn() == drawn()
    assert drawn(**other) != drawn()


def test_size():
    """The picture has the size that was asked for."""
    assert Image.open(io.BytesIO(drawn(width=320, height=64))).size == (320, 64)


def test_steps_and_time_change_nothing():
    """How long it takes is not part of the picture."""
    assert drawn(steps=9, step_ms=1) == drawn()


def test_a_step_takes_the_longest_of_its_own():
    """Eight outputs take the time of one, as on a device that has room for all of them."""
    began = time.monotonic()
    run_all(echo.load(), [asked(step_ms=50, num_outputs=8)], max_slots=8)
    assert 0.2 <= time.monotonic() - began < 0.8  # one after the other would take 1.6


@pytest.mark.parametrize("fault", ["error", "error_decode"])
def test_errors(fault):
    """A fault of the model is an error with a sentence."""
    with pytest.raises(RunnerError, match="asked to fail"):
        drawn(fault=fault)


@pytest.mark.parametrize("fault", ["truncated", "bomb", "text"])
def test_files_that_are_no_pictures(fault):
    """A broken file cannot be opened and loaded as a picture."""
    with pytest.raises((OSError, Image.DecompressionBombError)):
        Image.open(io.BytesIO(drawn(fault=fault))).load()


def test_oversize():
    """The oversize file is a picture all the same, and 48 MiB long."""
    file = drawn(fault="oversize")
    assert len(file) == echo.OVERSIZE_BYTES
    assert Image.open(io.BytesIO(file)).size == (256, 256)


def test_crash_once(tmp_path, monkeypatch):
    """The second time, also in another process, the crash does not happen."""
    monkeypatch.setattr(echo.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(echo.os, "_exit", lambda code: (_ for _ in ()).throw(RunnerError("gone")))
    with pytest.raises(RunnerError, match="gone"):
        drawn(fault="crash_once")
    assert drawn(fault="crash_once") == drawn()


def test_every_fault_is_described():
    """The schema says what each fault does."""
    assert all(name in echo.SCHEMA["properties"]["fault"]["description"] for name in echo.FAULTS)
