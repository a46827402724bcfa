"""Walks the bytes of a picture before any decoder sees them: format, size, whole, still; for imaging.py.

Decoders forgive (a PNG without its end, a broken check sum, bytes behind the end). Here nothing is forgiven.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from generations import avif
from generations.errors import BadPicture

NOT_ACCEPTED = "The file is not a PNG, JPEG, WebP or AVIF picture."
DAMAGED = "The picture is damaged or cut short."
TRAILING = "The file holds something else behind the picture."
MOVING = "The picture moves; only still ones are accepted."

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
AVIF_BRANDS = {b"avif", b"avis", b"mif1", b"msf1"}
JPEG_SCANS = 100  # a progressive JPEG may ask for a pass over all pixels every few bytes
PARTS = 100_000  # chunks, segments or boxes: a file of nothing but empty ones would keep us busy
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_JPEG_MARKER = re.compile(rb"\xff+([^\xff])", re.DOTALL)
_JPEG_END_OF_SCAN = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")


@dataclass(frozen=True, slots=True)
class Container:
    """What the header says. `size`: width and height in pixels, None where there is none (a JPEG without a frame).

    Of an AVIF: of its largest coded frame, which its decoder makes room for whatever the header declares; and `coded`
    the pixels of all its frames. `data`: the file, without what follows a JPEG's end (cameras put previews there).
    """

    format: str
    size: tuple[int, int] | None
    data: bytes
    coded: int = 0


def inspect(data: bytes) -> Container:
    """Raises BadPicture: unknown format, cut short at any byte, wrong check sum, moving, or something behind it."""
    if not data:
        raise BadPicture("The file is empty.")
    try:
        return _walk(data)
    except (struct.error, IndexError, avif.Broken) as error:
        raise BadPicture(DAMAGED) from error


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of each chunk, to the end. Raises BadPicture, struct.error."""
    at = len(PNG_SIGNATURE)
    for _ in range(PARTS):
        length, kind = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + length]
        (crc,) = struct.unpack_from(">I", data, at + 8 + length)
        if crc != zlib.crc32(content, zlib.crc32(kind)):
            raise BadPicture(DAMAGED)
        yield kind, content
        at += length + 12
        if kind == b"IEND":
            return _end(data, at)
    raise BadPicture(DAMAGED)


def _end(data: bytes, at: int) -> None:
    if at < len(data):
        raise BadPicture(TRAILING)


def _walk(data: bytes) -> Container:
    if data.startswith(PNG_SIGNATURE):
        return _png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    if data[4:8] == b"ftyp" and data[8:12] in AVIF_BRANDS:
        return _avif(data)
    if re.match(rb"(\xef\xbb\xbf)?\s*<(\?xml|!--|!doctype\s+svg|svg)", data[:200], re.IGNORECASE):
        raise BadPicture("SVG drawings are not accepted; PNG, JPEG, WebP and AVIF are.")
    raise BadPicture(NOT_ACCEPTED)


def _png(data: bytes) -> Container:
    size = None
    for index, (kind, content) in enumerate(png_chunks(data)):
        if index == 0:
            if kind != b"IHDR":
                raise BadPicture(DAMAGED)
            size = struct.unpack_from(">II", content)
        if kind == b"acTL":
            raise BadPicture(MOVING)
    return Container("PNG", size, data)


def _jpeg(data: bytes) -> Container:
    at, size, scans = 2, None, 0
    for _ in range(PARTS):
        found = _JPEG_MARKER.match(data, at)
        if found is None or scans > JPEG_SCANS:
            break
        marker, at = found[1][0], found.end()
        if marker == 0xD9:
            return Container("JPEG", size, data[:at])
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 3)
            size = (width, height)
        at += struct.unpack_from(">H", data, at)[0]
        if marker == 0xDA:
            scans += 1
            at = _end_of_scan(data, at)
    raise BadPicture(DAMAGED)


def _end_of_scan(data: bytes, at: int) -> int:
    found = _JPEG_END_OF_SCAN.search(data, at)
    if found is None:
        raise BadPicture(DAMAGED)
    return found.start()


def _webp(data: bytes) -> Container:
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    at = 12
    for _ in range(PARTS):
        kind, size = struct.unpack_from("<4sI", data, at)
        if kind in {b"ANIM", b"ANMF"}:
            raise BadPicture(MOVING)
        at += 8 + size
        if at + at % 2 >= end:
            break
        at += at % 2
    if at > len(data) or not at <= end <= at + at % 2:
        raise BadPicture(DAMAGED)
    _end(data, at + at % 2)
    return Container("WEBP", _webp_size(data), data)


def _webp_size(data: bytes) -> tuple[int, int]:
    """The decoder makes room for the whole canvas as soon as it opens the file: known before."""
    kind = data[12:16]
    if kind == b"VP8X":
        wide, high = data[24:27], data[27:30]
        return int.from_bytes(wide, "little") + 1, int.from_bytes(high, "little") + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise BadPicture(DAMAGED)


def _avif(data: bytes) -> Container:
    kinds = {kind for kind, _, _ in avif.boxes(data, 0, len(data))}
    if b"moov" in kinds:
        raise BadPicture(MOVING)
    found = avif.coded(data)
    return Container("AVIF", found.largest, data, coded=found.pixels)
