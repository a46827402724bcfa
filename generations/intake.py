"""Pictures that people bring: what is kept of one, and how an engine is handed it. Pure; called in a thread.

Nothing of the sender's file is kept but what it shows: see imaging.py.
"""

import base64
import io
from dataclasses import dataclass

from PIL import Image

from generations import fingerprint, imaging
from generations.errors import BadPicture
from generations.fingerprint import Fingerprint

SIDE = 2048  # of what is kept
THUMB_SIDE = 320
ENGINE_SIDE = 1024  # of what an engine is sent
ENGINE_BYTES = 4 * 2**20  # of its file: what an engine takes
FEW_COLOURS = 256  # a drawing or a mask, kept without loss
LOSSLESS = {"lossless": True, "quality": 40, "method": 2}
LOSSY = {"quality": 92, "method": 2}


@dataclass(frozen=True, slots=True)
class Taken:
    """`picture` and `thumb`: WebP files, at most SIDE and THUMB_SIDE pixels a side. `width`, `height`: of `picture`."""

    picture: bytes
    thumb: bytes
    width: int
    height: int
    fingerprint: Fingerprint
    probes: tuple[str, ...]  # to look it up by in the block-list


def take(data: bytes, *, max_pixels: int) -> Taken:
    """Raises BadPicture with a sentence for people."""
    image = _within(imaging.decoded(data, max_pixels=max_pixels), SIDE)
    few = image.getcolors(FEW_COLOURS) is not None
    return Taken(
        picture=_webp(image, **(LOSSLESS if few else LOSSY)),
        thumb=_webp(_within(image, THUMB_SIDE), quality=80, method=2),
        width=image.width,
        height=image.height,
        fingerprint=fingerprint.of(image),
        probes=fingerprint.probes(image),
    )


def for_engine(data: bytes, *, shape: tuple[int, int] | None = None) -> tuple[str, tuple[int, int]]:
    """A stored picture as a data URI of a PNG, at most ENGINE_SIDE pixels a side; and its size.

    `shape`: the size of the start image, which a mask is stretched to, so that both are fitted alike.
    Raises BadPicture when the stored file is damaged.
    """
    image = imaging.decoded(data)
    image = image.resize(shape, Image.Resampling.BILINEAR) if shape else _within(image, ENGINE_SIDE)
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    if file.tell() > ENGINE_BYTES:  # noise, see-through and of the full size: nothing else is so large
        file = io.BytesIO()
        image.convert("RGB").save(file, "PNG", compress_level=1)
    if file.tell() > ENGINE_BYTES:
        raise BadPicture("The picture is too large to be sent to the model.")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}", image.size


def _within(image: Image.Image, side: int) -> Image.Image:
    """Scaled down until neither side is longer."""
    scale = side / max(image.size)
    if scale >= 1:
        return image
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _webp(image: Image.Image, **options: bool | int) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", **options)
    return file.getvalue()
