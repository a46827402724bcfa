"""Pictures that come in with a request, as data URIs, to arrays; bounded before anything is decoded. Used by runners.

Whoever sent the request is not trusted: length, type and size are read and held to limits first, then one decoder
alone, the one of the declared type, sees the bytes.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from inference.errors import RunnerError

Floats = NDArray[np.float32]

BYTES_MAX = 4 * 2**20  # of the file, before it is written as base64
PIXELS_MAX = 2048 * 2048
SIDE_MAX = 8192
HEAD = re.compile(r"data:image/(png|jpeg|webp);base64,", re.IGNORECASE)

NO_PICTURE = "The start picture did not come as a PNG, JPEG or WebP picture."
DAMAGED = "The start picture is damaged or cut short."
TOO_MUCH = (
    f"The start picture is too large: at most {BYTES_MAX // 2**20} MB and 2,048 × 2,048 pixels are taken."
)


def decode(uri: str, *, width: int, height: int) -> Floats:
    """The picture as [height, width, 3], 0..1: scaled to cover that size, its middle kept; see-through is white.

    `uri`: "data:image/png;base64,…", also jpeg and webp. Raises RunnerError, and nothing else.
    """
    picture = _opened(uri).convert("RGBA")
    ground = Image.new("RGBA", picture.size, "white")
    return _covering(Image.alpha_composite(ground, picture).convert("RGB"), width, height)


def decode_mask(uri: str, *, width: int, height: int) -> Floats:
    """The mask as [height, width], 0..1, fitted as `decode` fits: 1 where the picture is painted anew.

    Brightness counts, see-through is black. Raises RunnerError, and nothing else.
    """
    picture = _opened(uri).convert("RGBA")
    ground = Image.new("RGBA", picture.size, "black")
    return _covering(Image.alpha_composite(ground, picture).convert("L"), width, height)


def _covering(picture: Image.Image, width: int, height: int) -> Floats:
    fitted = ImageOps.fit(picture, (width, height), Image.Resampling.LANCZOS)
    return np.asarray(fitted, np.float32) / np.float32(255)


def _opened(uri: str) -> Image.Image:
    """Decoded to the last pixel, upright, 8 bits a channel."""
    format, data = _read(uri)
    if format == "WEBP":
        _check(_webp_size(data))  # its decoder makes room for the whole canvas as soon as it opens the file
    try:
        with Image.open(io.BytesIO(data), formats=(format,)) as picture:
            _check(picture.size)
            if getattr(picture, "n_frames", 1) > 1 and format != "JPEG":
                raise RunnerError("The start picture moves; only still ones are taken.")
            picture.load()
            return _eight_bit(ImageOps.exif_transpose(picture))
    except RunnerError:
        raise
    except Exception as error:  # broken bytes make decoders raise nearly anything
        raise RunnerError(DAMAGED) from error


def _read(uri: str) -> tuple[str, bytes]:
    head = HEAD.match(uri)
    if head is None:
        raise RunnerError(NO_PICTURE)
    if len(uri) - head.end() > (BYTES_MAX + 2) // 3 * 4:
        raise RunnerError(TOO_MUCH)
    try:
        return head[1].upper(), base64.b64decode(uri[head.end() :], validate=True)
    except (binascii.Error, ValueError) as error:
        raise RunnerError(DAMAGED) from error


def _check(size: tuple[int, int]) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise RunnerError(DAMAGED)
    if width * height > PIXELS_MAX or max(size) > SIDE_MAX:
        raise RunnerError(TOO_MUCH)


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height as the file's first chunk says them: "VP8X" (extended), "VP8L" (lossless) or "VP8 "."""
    try:
        kind = data[12:16]
        if data[:4] == b"RIFF" and kind == b"VP8X":
            return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
        if data[:4] == b"RIFF" and kind == b"VP8L":
            (bits,) = struct.unpack_from("<I", data, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        if data[:4] == b"RIFF" and kind == b"VP8 ":
            width, height = struct.unpack_from("<HH", data, 26)
            return width & 0x3FFF, height & 0x3FFF
    except struct.error as error:
        raise RunnerError(DAMAGED) from error
    raise RunnerError(NO_PICTURE)


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Grey of 16 bits to 8, which a plain conversion would clip."""
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda level: level * (1 / 257)).convert("L")
    return picture
