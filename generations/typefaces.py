"""The typefaces that cards are set in, and which letters each has; for poster.py.

A text is set in the first face that has all of its letters, else letter by letter in the first that has each; where
some letter has no shape at all, the text is left out.
"""

import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from PIL import ImageDraw, ImageFont, features

HERE = Path(__file__).parent
INTER = HERE.parent / "static" / "vendor" / "inter" / "inter-latin.woff2"
WIDE = (HERE / "fonts" / "DejaVuSans.ttf", HERE / "fonts" / "DroidSansFallback.ttf")
# What the cut-down Inter holds, as base.css says it to browsers.
LATIN = frozenset(
    [
        *range(0x20, 0x7F),
        *range(0xA0, 0x100),
        *(0x131, 0x152, 0x153, 0x2013, 0x2014, 0x2022, 0x2026, 0x20AC, 0x2212),
        *range(0x2018, 0x201B),
        *range(0x201C, 0x201F),
    ]
)
JOINED = ("ARABIC", "SYRIAC", "NKO", "MONGOLIAN")  # letters that change with their neighbours
MEDIUM = 500

Font = ImageFont.FreeTypeFont


def settable(text: str) -> str:
    """`text` on one line, without what no face can show and nobody misses: emoji and invisible characters."""
    kept = [char for char in text if unicodedata.category(char) not in {"So", "Sk", "Cf", "Co", "Cn", "Me"}]
    return " ".join("".join(kept).replace("\ufe0f", "").split())


@dataclass(frozen=True, slots=True)
class Face:
    """Fonts of one size in pixels, in the order in which they are asked for a letter."""

    size: int
    fonts: tuple[tuple[frozenset[int], Font], ...]

    def length(self, text: str) -> float:
        """Pixels from its first letter to its last."""
        return sum(font.getlength(run) for font, run in self._runs(text))

    def write(
        self, brush: ImageDraw.ImageDraw, place: tuple[float, float], text: str, *, fill: tuple[int, int, int]
    ) -> None:
        """`place`: of its left end, on the baseline."""
        x, y = place
        for font, run in self._runs(text):
            brush.text((x, y), run, font=font, fill=fill, anchor="ls")
            x += font.getlength(run)

    def _runs(self, text: str) -> Iterator[tuple[Font, str]]:
        for index, run in groupby(text, key=self._index):
            yield self.fonts[index][1], "".join(run)

    def _index(self, char: str) -> int:
        return next(index for index, (letters, _) in enumerate(self.fonts) if ord(char) in letters)


def face_for(text: str, *, size: int, weight: int = MEDIUM) -> Face | None:
    """How this text is set at `size` pixels; None where a letter has no shape, or shapes could not be joined."""
    letters = {ord(char) for char in text}
    if not _can_join() and any(unicodedata.name(char, "").startswith(JOINED) for char in text):
        return None
    fonts = [(LATIN, _inter(size, weight)), *((covered(path), _wide(path, size)) for path in WIDE)]
    for known, font in fonts:
        if letters <= known:
            return Face(size, ((known, font),))
    # Letters of several faces on one line stand from left to right: what runs the other way needs one for all.
    is_known = all(any(letter in known for known, _ in fonts) for letter in letters)
    return Face(size, tuple(fonts)) if is_known and not is_right_to_left(text) else None


def is_right_to_left(text: str) -> bool:
    """Whether any of it runs that way."""
    return any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text)


@lru_cache(maxsize=8)
def covered(path: Path) -> frozenset[int]:
    """The code points for which a TrueType file has a shape, from its table "cmap" (formats 4 and 12)."""
    data = path.read_bytes()
    table = _table(data, b"cmap")
    found: set[int] = set()
    for index in range(_u16(data, table + 2)):
        at = table + _u32(data, table + 8 + 8 * index)
        kind = _u16(data, at)
        if kind == 12:
            found |= _groups(data, at)
        elif kind == 4:
            found |= _segments(data, at)
    return frozenset(found)


@lru_cache(maxsize=16)
def _inter(size: int, weight: int) -> Font:
    font = ImageFont.truetype(str(INTER), size)
    font.set_variation_by_axes([weight])
    return font


@lru_cache(maxsize=16)
def _wide(path: Path, size: int) -> Font:
    return ImageFont.truetype(str(path), size)


def _can_join() -> bool:
    return bool(features.check("raqm"))


def _table(data: bytes, name: bytes) -> int:
    for index in range(_u16(data, 4)):
        entry = 12 + 16 * index
        if data[entry : entry + 4] == name:
            return _u32(data, entry + 8)
    raise ValueError(f"no table {name!r} in this font")


def _groups(data: bytes, at: int) -> set[int]:
    found: set[int] = set()
    for index in range(_u32(data, at + 12)):
        first, last, glyph = struct.unpack_from(">III", data, at + 16 + 12 * index)
        found.update(range(first + (0 if glyph else 1), last + 1))
    return found


def _segments(data: bytes, at: int) -> set[int]:
    count = _u16(data, at + 6) // 2
    ends, starts = at + 14, at + 16 + 2 * count
    deltas, offsets = starts + 2 * count, starts + 4 * count
    found: set[int] = set()
    for index in range(count):
        first, last = _u16(data, starts + 2 * index), _u16(data, ends + 2 * index)
        delta, offset = _u16(data, deltas + 2 * index), _u16(data, offsets + 2 * index)
        for code in range(first, min(last, 0xFFFE) + 1):
            place = offsets + 2 * index + offset + 2 * (code - first)
            glyph = _u16(data, place) if offset else code
            if glyph and (glyph + delta) & 0xFFFF:
                found.add(code)
    return found


def _u16(data: bytes, at: int) -> int:
    return int(struct.unpack_from(">H", data, at)[0])


def _u32(data: bytes, at: int) -> int:
    return int(struct.unpack_from(">I", data, at)[0])
