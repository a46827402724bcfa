"""How many pixels an AVIF really codes, read from its AV1 stream and not from what its header claims. Pure.

A decoder makes room for what the stream says, so a file that declares 64 × 64 and codes 16,384 × 16,384 would pass a
check of the header and cost a gigabyte. HEIF's boxes: ISO/IEC 23008-12; the stream: AV1 Bitstream Specification §5.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

Size = tuple[int, int]
Extent = tuple[int, int]  # offset and length within the file

BOXES, ITEMS, EXTENTS, UNITS = (
    100_000,
    512,
    4096,
    4096,
)  # more of them are no picture but a way to keep us busy
SEQUENCE, FRAME_HEADER, FRAME = 1, 3, 6  # types of AV1's units


class Broken(ValueError):
    """The file is not an AVIF of one still picture whose parts are all there."""


@dataclass(frozen=True, slots=True)
class Coded:
    """`largest`: the largest frame that the streams may hold. `pixels`: of all their frames together."""

    largest: Size
    pixels: int


def coded(data: bytes) -> Coded:
    """Raises Broken, struct.error, IndexError."""
    meta = _only_meta(data)
    kinds = dict(_kinds(data, meta))
    frames: list[Size] = []
    for id, extents in _places(data, meta):
        if kinds.get(id) == b"av01":
            frames += _frames(b"".join(data[at : at + length] for at, length in extents))
    if not frames:
        raise Broken("there is no frame")
    width, height = max(frames, key=lambda size: size[0] * size[1])
    return Coded((width, height), sum(width * height for width, height in frames))


# ── boxes ──


def boxes(data: bytes, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind of each box, where its content starts, where it stops. Raises Broken when one reaches too far."""
    at = start
    for _ in range(BOXES):
        if at >= stop:
            return
        length, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        end = stop if length == 0 else at + length
        if not at + head <= end <= stop:
            raise Broken("a box reaches too far")
        yield kind, at + head, end
        at = end
    raise Broken("there are too many boxes")


def _only_meta(data: bytes) -> Extent:
    found = [(start, stop) for kind, start, stop in boxes(data, 0, len(data)) if kind == b"meta"]
    if len(found) != 1:
        raise Broken("there is not one list of items")
    start, stop = found[0]
    return start + 4, stop  # after version and flags


def _inside(data: bytes, box: Extent, kind: bytes) -> Extent:
    found = [(start, stop) for each, start, stop in boxes(data, *box) if each == kind]
    if len(found) != 1:
        raise Broken(f"there is not one {kind!r}")
    return found[0]


def _kinds(data: bytes, meta: Extent) -> Iterator[tuple[int, bytes]]:
    """Number and type of each item."""
    start, stop = _inside(data, meta, b"iinf")
    first = start + (6 if data[start] == 0 else 8)
    for index, (kind, at, _) in enumerate(boxes(data, first, stop)):
        if index >= ITEMS:
            raise Broken("there are too many items")
        if kind == b"infe" and data[at] == 2:
            id, _, type = struct.unpack_from(">HH4s", data, at + 4)
            yield id, type
        elif kind == b"infe" and data[at] == 3:
            id, _, type = struct.unpack_from(">IH4s", data, at + 4)
            yield id, type


def _places(data: bytes, meta: Extent) -> Iterator[tuple[int, list[Extent]]]:
    """Number of each item and where its bytes are."""
    at, _ = _inside(data, meta, b"iloc")
    version = data[at]
    if version > 2:
        raise Broken("items are placed in an unknown way")
    sizes = data[at + 4] >> 4, data[at + 4] & 15, data[at + 5] >> 4, data[at + 5] & 15
    cursor = Cursor(data, at + 6)
    count = cursor.take(4 if version == 2 else 2)
    if count > ITEMS or any(size not in (0, 4, 8) for size in sizes):
        raise Broken("items are placed in an unknown way")
    for _ in range(count):
        id = cursor.take(4 if version == 2 else 2)
        method = cursor.take(2) & 15 if version else 0
        yield id, _extents(cursor, sizes, start=_start(data, meta, method), has_index=version > 0)


def _start(data: bytes, meta: Extent, method: int) -> int:
    """From where offsets count: the file's beginning, or the data that lies among the boxes."""
    if method == 0:
        return 0
    if method == 1:
        return _inside(data, meta, b"idat")[0]
    raise Broken("an item is made of another")


def _extents(
    cursor: "Cursor", sizes: tuple[int, int, int, int], *, start: int, has_index: bool
) -> list[Extent]:
    of_offset, of_length, of_base, of_index = sizes
    cursor.take(2)  # which file: this one
    base = cursor.take(of_base)
    count = cursor.take(2)
    cursor.extents += count
    if cursor.extents > EXTENTS:
        raise Broken("an item is in too many pieces")
    found = []
    for _ in range(count):
        cursor.take(of_index if has_index else 0)
        at = start + base + cursor.take(of_offset)
        length = cursor.take(of_length) or max(0, len(cursor.data) - at)
        if at + length > len(cursor.data):
            raise Broken("an item reaches too far")
        found.append((at, length))
    return found


@dataclass(slots=True)
class Cursor:
    data: bytes
    at: int
    extents: int = 0  # listed so far, of all items

    def take(self, size: int) -> int:
        """The next `size` bytes as a number; 0 when there are none of it."""
        if self.at + size > len(self.data):
            raise Broken("the file is cut short")
        self.at += size
        return int.from_bytes(self.data[self.at - size : self.at], "big")


# ── AV1 ──


def _frames(stream: bytes) -> Iterator[Size]:
    """The size of each frame, as large as its sequence allows it to be."""
    size, at = None, 0
    for _ in range(UNITS):
        if at >= len(stream):
            return
        kind, start, at = _unit(stream, at)
        if kind == SEQUENCE:
            size = _sequence(Bits(stream[start:at]))
        elif kind in (FRAME_HEADER, FRAME):
            if size is None:
                raise Broken("a frame without a sequence")
            yield size
    raise Broken("the stream has too many parts")


def _unit(stream: bytes, at: int) -> tuple[int, int, int]:
    """Type, start and end of the unit at `at`."""
    head = stream[at]
    start = at + (2 if head & 4 else 1)
    if not head & 2:
        return head >> 3 & 15, start, len(stream)
    length = shift = 0
    while True:
        byte = stream[start]
        length |= (byte & 127) << shift
        start, shift = start + 1, shift + 7
        if not byte & 128:
            break
        if shift > 49:
            raise Broken("a length is too long")
    if start + length > len(stream):
        raise Broken("a unit reaches too far")
    return head >> 3 & 15, start, start + length


def _sequence(bits: "Bits") -> Size:
    """A still picture has the very size; in another sequence each frame may choose, up to what its bits can say."""
    bits.take(4)  # profile, is it still
    is_fixed = bool(bits.take(1))
    if is_fixed:
        bits.take(5)
    else:
        _skip_timing(bits)
    across, down = bits.take(4) + 1, bits.take(4) + 1
    width, height = bits.take(across) + 1, bits.take(down) + 1
    return (width, height) if is_fixed else (1 << across, 1 << down)


def _skip_timing(bits: "Bits") -> None:
    has_model, of_delay = False, 0
    if bits.take(1):
        bits.take(64)
        if bits.take(1):
            bits.skip_exponential()
        has_model = bool(bits.take(1))
        if has_model:
            of_delay = bits.take(5) + 1
            bits.take(42)
    has_delay = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:
            bits.take(1)
        if has_model and bits.take(1):
            bits.take(2 * of_delay + 1)
        if has_delay and bits.take(1):
            bits.take(4)


class Bits:
    """Bits of a header, the highest of each byte first."""

    def __init__(self, data: bytes) -> None:
        head = data[:256]
        self._value, self._left = int.from_bytes(head, "big"), 8 * len(head)

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise Broken("the sequence is cut short")
        return self._value >> self._left & ((1 << count) - 1)

    def skip_exponential(self) -> None:
        zeros = 0
        while not self.take(1):
            zeros += 1
        self.take(zeros if zeros < 32 else 0)
