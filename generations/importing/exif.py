"""Three texts of an EXIF block, where other programs keep recipes: the user's comment, the maker, the model."""

import struct
from collections.abc import Iterator

ENTRIES = 200  # of one directory
BYTES, ASCII, UNDEFINED = 1, 2, 7  # kinds of value
MAKE, MODEL, SUB_DIRECTORY, USER_COMMENT = 0x010F, 0x0110, 0x8769, 0x9286
NAMES = {MAKE: "Make", MODEL: "Model", USER_COMMENT: "UserComment"}
CHARSET = 8  # bytes before a comment that name its letters


def texts(data: bytes) -> Iterator[tuple[str, str]]:
    """Name and text. `data`: a TIFF header and what follows. What is broken is left out."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        return
    try:
        (first,) = struct.unpack_from(f"{order}I", data, 4)
        entries = dict(_directory(data, order, first))
        if SUB_DIRECTORY in entries:
            (further,) = struct.unpack(f"{order}I", entries.pop(SUB_DIRECTORY)[:4])
            entries |= dict(_directory(data, order, further))
    except struct.error:
        return
    for tag, name in NAMES.items():
        if tag in entries:
            yield name, _comment(entries[tag]) if tag == USER_COMMENT else _text(entries[tag])


def _directory(data: bytes, order: str, at: int) -> Iterator[tuple[int, bytes]]:
    (count,) = struct.unpack_from(f"{order}H", data, at)
    for index in range(min(count, ENTRIES)):
        place = at + 2 + 12 * index
        tag, kind, length = struct.unpack_from(f"{order}HHI", data, place)
        if tag == SUB_DIRECTORY:
            yield tag, data[place + 8 : place + 12]
        elif tag in NAMES and kind in (BYTES, ASCII, UNDEFINED):
            (away,) = struct.unpack_from(f"{order}I", data, place + 8)
            start = place + 8 if length <= 4 else away
            yield tag, data[start : start + length]


def _text(raw: bytes) -> str:
    return raw.rstrip(b"\0").decode("utf-8", "replace")


def _comment(raw: bytes) -> str:
    charset, text = raw[:CHARSET], raw[CHARSET:]
    if charset.startswith(b"UNICODE"):
        return max((text.decode(name, "replace") for name in ("utf-16-be", "utf-16-le")), key=_plainness)
    return _text(text)


def _plainness(text: str) -> int:
    """Of the two orders of bytes the right one gives letters that prompts are written in."""
    return sum(letter < "\u0250" for letter in text)
