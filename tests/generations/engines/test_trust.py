"""What an engine says is believed only where it is what the wire promises."""

import base64
import io
from typing import Any

import pytest
from PIL import Image

from generations.engines.trust import is_believable
from inference.protocol import PREVIEW_MAX_BYTES, Completed, Logged, Metric, Previewed, Produced, Progressed


def picture(format: str = "jpeg", size: tuple[int, int] = (48, 48), *, noise: bool = False) -> bytes:
    image = Image.effect_noise(size, 90) if noise else Image.new("L", size, 90)
    file = io.BytesIO()
    image.save(file, format)
    return file.getvalue()


def preview(data: bytes | str, **what: Any) -> Previewed:
    b64 = data if isinstance(data, str) else base64.b64encode(data).decode()
    return Previewed(**{"index": 0, "step": 3, "mime": "image/jpeg", "b64": b64, **what})


def test_a_small_jpeg_is_a_preview() -> None:
    """The preview that the wire promises is shown."""
    assert is_believable(preview(picture()), outputs=1)


@pytest.mark.parametrize(
    "event",
    [
        preview(picture(size=(300, 300), noise=True)),
        preview(picture("png")),
        preview(picture("webp")),
        preview(picture(size=(2000, 16))),
        preview(picture()[:-40]),
        preview(picture() + b"<script>"),
        preview("no base64 at all!"),
        preview(b""),
        preview(b"<svg onload=alert(1)>"),
        preview(picture(), mime="image/svg+xml"),
        preview(picture(), mime='image/jpeg" onerror="alert(1)'),
        preview(picture(), index=1),
        preview(picture(), index=-1),
        preview(picture(), index="0"),
        preview(picture(), step=-1),
        preview(picture(), step=2**40),
        Previewed(index=0, step=1, mime="image/jpeg", b64=7),  # type: ignore[arg-type]
    ],
)
def test_any_other_preview_is_dropped(event: Previewed) -> None:
    """Too large, of another type, damaged, with something behind it, or of an output that was not asked for."""
    assert not is_believable(event, outputs=1)


def test_the_size_is_that_of_the_wire() -> None:
    """What is over the wire's limit by the smallest step is dropped, however good a JPEG it is."""
    data = picture(size=(300, 300), noise=True)
    assert len(data) > PREVIEW_MAX_BYTES
    assert not is_believable(preview(data), outputs=1)


@pytest.mark.parametrize(
    "event",
    [
        Progressed(step=True, steps=4),
        Progressed(step=1, steps="4"),  # type: ignore[arg-type]
        Progressed(step=1, steps=4, eta=float("nan")),
        Progressed(step=1, steps=4, eta=-1.0),
        Produced(chunk="/outputs/a/1.png", index=1),
        Produced(chunk=None, index=0),  # type: ignore[arg-type]
        Metric(name="", value=1),
        Metric(name="read_as", value="x" * 20_000),
        Metric(name="heat", value=float("inf")),
        Metric(name="count", value="one", mode="increment"),
        Logged(data=["no text"]),  # type: ignore[arg-type]
        Completed(id="a", status="succeeded", metrics=[]),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_is_passed_over(event: Any) -> None:
    """Numbers that are none, places that were not asked for, and measures without measure."""
    assert not is_believable(event, outputs=1)
