"""Small picture files of every accepted format, and of the kinds that must be refused."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF")


def gradient(width: int = 48, height: int = 32, mode: str = "RGB") -> Image.Image:
    """Red grows to the right, green downwards."""
    red = Image.linear_gradient("L").rotate(90).resize((width, height))
    green = Image.linear_gradient("L").resize((width, height))
    picture = Image.merge("RGB", (red, green, Image.new("L", (width, height), 90)))
    return picture.convert(mode)


def saved(picture: Image.Image, format: str, **options: Any) -> bytes:
    found = io.BytesIO()
    picture.save(found, format, **options)
    return found.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def cornered(width: int = 48, height: int = 24) -> Image.Image:
    """White with a black square in the upper left corner."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("black", (0, 0, 12, 12))
    return picture


def black_corner(picture: Image.Image) -> str:
    """Which corner is dark."""
    right, bottom = picture.width - 4, picture.height - 4
    places = {
        "upper left": (4, 4),
        "upper right": (right, 4),
        "lower left": (4, bottom),
        "lower right": (right, bottom),
    }
    grey = picture.convert("L")
    return next(name for name, at in places.items() if int(grey.getpixel(at)) < 100)


def palette() -> Image.Image:
    """Of two colours, all of it the second."""
    picture = Image.new("P", (8, 8), 1)
    picture.putpalette([1, 2, 3, 40, 50, 60])
    return picture


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(
    width: int, height: int, *, depth: int = 8, colour: int = 0, rows: bytes = b"", extra: bytes = b""
) -> bytes:
    """A PNG by hand: it claims any size, holds only `rows`, with `extra` chunks before them."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = [chunk(b"IHDR", header), extra, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def moving(format: str, frames: int = 3) -> bytes:
    first, *others = [Image.new("RGB", (16, 16), (index * 20 % 256, 0, 0)) for index in range(frames)]
    return saved(first, format, save_all=True, append_images=others, duration=40)


def many_scans(scans: int = 2000) -> bytes:
    """A progressive JPEG that asks for its last pass over all pixels again and again."""
    data = saved(gradient(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + data[-2:]
