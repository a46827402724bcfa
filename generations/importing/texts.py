"""The texts in a PNG, WebP or JPEG, by keyword; read from the bytes, without a decoder and within bounds."""

import struct
import zlib
from collections.abc import Iterator
from itertools import islice

from generations import containers
from generations.errors import BadPicture
from generations.importing import exif

TEXT_MAX = 2 * 2**20  # of one text, unpacked
TEXTS_MAX = 64
COMMENT = "UserComment"


def texts_of(data: bytes) -> dict[str, str]:
    """Keyword → text; of a keyword that comes twice, the first. Raises BadPicture: no picture that is accepted."""
    kind = containers.inspect(data).format
    found: dict[str, str] = {}
    for keyword, text in islice(_texts(kind, data), TEXTS_MAX):
        found.setdefault(keyword, text)
    return found


def _texts(kind: str, data: bytes) -> Iterator[tuple[str, str]]:
    if kind == "PNG":
        for chunk, content in containers.png_chunks(data):
            if chunk in _PNG:
                yield from _PNG[chunk](content)
            elif chunk == b"eXIf":
                yield from exif.texts(content)
    elif kind == "WEBP":
        for chunk, content in _riff(data):
            if chunk == b"EXIF":
                yield from exif.texts(content.removeprefix(b"Exif\0\0"))
    elif kind == "JPEG":
        at = data.find(b"Exif\0\0", 0, 65_536)
        if at > 0:
            yield from exif.texts(data[at + 6 : at + 6 + 65_536])


def _plain(content: bytes) -> Iterator[tuple[str, str]]:
    keyword, split, text = content.partition(b"\0")
    if split and len(text) <= TEXT_MAX:
        yield keyword.decode("latin-1"), _either(text)


def _packed(content: bytes) -> Iterator[tuple[str, str]]:
    keyword, split, rest = content.partition(b"\0")
    text = _unpacked(rest[1:]) if split and rest[:1] == b"\0" else None
    if text is not None:
        yield keyword.decode("latin-1"), _either(text)


def _international(content: bytes) -> Iterator[tuple[str, str]]:
    """Keyword, NUL, packed or not, method, language, NUL, translated keyword, NUL, UTF-8."""
    keyword, _, rest = content.partition(b"\0")
    parts = rest[2:].split(b"\0", 2)
    if len(parts) == 3:
        text = _unpacked(parts[2]) if rest[:1] == b"\1" else parts[2]
        if text is not None and len(text) <= TEXT_MAX:
            yield keyword.decode("latin-1"), text.decode("utf-8", "replace")


_PNG = {b"tEXt": _plain, b"zTXt": _packed, b"iTXt": _international}


def _unpacked(data: bytes) -> bytes | None:
    """None when it is broken, or larger than TEXT_MAX: it is never unpacked further than that."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, TEXT_MAX)
    except zlib.error:
        return None
    return text if unpacker.eof else None


def _either(text: bytes) -> str:
    """Latin-1 by the standard; UTF-8 by what programs write."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    for _ in range(containers.PARTS):
        if at + 8 > len(data):
            return
        kind, size = struct.unpack_from("<4sI", data, at)
        yield kind, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


__all__ = ["COMMENT", "BadPicture", "texts_of"]
