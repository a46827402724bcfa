"""The echo runner: deterministic, quick to draw, and faulty on demand."""

from __future__ import annotations

import base64
import io
import time

import pytest
from PIL import Image, ImageChops

from inference.bare import run_all
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


def uri(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def opened(file: bytes) -> Image.Image:
    return Image.open(io.BytesIO(file)).convert("RGB")


RED = uri(Image.new("RGB", (64, 64), (250, 0, 0)))
RIGHT = Image.new("L", (64, 64), 0)
RIGHT.paste(255, (32, 0, 64, 64))


def test_strength_says_how_much_of_the_start_image_is_left():
    """0 keeps it, 1 leaves nothing of it, 0.5 is half of each."""
    kept, gone = opened(drawn(start_image=RED, strength=0)), opened(drawn(start_image=RED, strength=1))
    half = opened(drawn(start_image=RED, strength=0.5))
    assert kept.getextrema() == ((250, 250), (0, 0), (0, 0))
    assert gone.tobytes() == opened(drawn()).tobytes()
    expected = Image.blend(kept, gone, 128 / 255)
    assert max(high for _, high in ImageChops.difference(half, expected).getextrema()) <= 1


def test_a_mask_keeps_what_is_black():
    found = opened(drawn(start_image=RED, mask=uri(RIGHT), strength=1))
    left, right = (0, 0, 110, 256), (146, 0, 256, 256)
    assert found.crop(left).getextrema() == ((250, 250), (0, 0), (0, 0))
    assert found.crop(right).tobytes() == opened(drawn()).crop(right).tobytes()


def test_the_preview_shows_the_start_image_too():
    runner = echo.load()
    sample = runner.begin(asked(start_image=RED, strength=0), seed=5)
    sample.step = sample.steps
    red, green, blue = opened(runner.preview(sample)).resize((1, 1)).getpixel((0, 0))
    assert (red > 230, green < 20, blue < 20) == (True, True, True)


@pytest.mark.parametrize("given", [{"mask": RED}, {"start_image": "https://example.com/a.png"}])
def test_a_picture_that_cannot_be_taken_is_an_error_with_a_sentence(given):
    with pytest.raises(RunnerError, match="start"):
        drawn(**given)
