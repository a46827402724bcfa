"""Cleans what people type before it is stored, drawn from or shown, and what programs print before it is shown."""

import re
import unicodedata
from itertools import accumulate

from generations.errors import FieldError, InvalidInput

MARKS_IN_A_ROW = 20  # no script stacks so many; more only overflow the page
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_HALVES = re.compile("[\ud800-\udfff\ufffd]")  # U+FFFD stands where bytes were no text
_INVISIBLE = {"Zs", "Zl", "Zp", "Cc", "Cf"}
_FILLERS = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10))))
_SHOWN = 40
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")  # of terminals


def clean_text(text: str, *, field: str = "", label: str = "The text") -> str:
    """NFC, lines ended by LF, without characters that turn the direction of what follows.

    Those are taken out silently: they come along when Arabic or Hebrew is copied, and could only spoof the page.
    Raises InvalidInput: half a character, a control character, accents piled up.
    """
    text = _BIDI.sub("", _LINE_ENDS.sub("\n", text))
    fault = _fault(text)
    if fault:
        raise InvalidInput([FieldError(field, f"{label} {fault}")])
    return unicodedata.normalize("NFC", text)


def is_blank(text: str) -> bool:
    """Nothing to see: only blanks, zero-width and control characters, fillers."""
    return all(char in _FILLERS or unicodedata.category(char) in _INVISIBLE for char in text)


def shown(text: str) -> str:
    """At most 40 characters of what a stranger sent, safe to put into a sentence: nothing invisible stays so."""
    pieces = [_written_out(char) for char in text[: _SHOWN + 1]]
    if sum(map(len, pieces)) <= _SHOWN:
        return "".join(pieces)
    fits = [piece for piece, end in zip(pieces, accumulate(map(len, pieces)), strict=True) if end < _SHOWN]
    return "".join(fits) + "…"


def printed(text: str) -> str:
    """What a program printed, as a page may show it: colours and moves of a terminal left out, a line that was written
    over as it was in the end, and no character that cannot be seen or that turns others round."""
    text = _ESCAPES.sub("", text.replace("\r\n", "\n"))
    text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", _BIDI.sub("", _LINE_ENDS.sub("\n", text)))


def _written_out(char: str) -> str:
    is_plain = char.isprintable() and not unicodedata.combining(char)
    return char if is_plain else f"\\u{ord(char):04x}"


def _fault(text: str) -> str | None:
    if _HALVES.search(text):
        return "holds half of a character. Type it again."
    control = _CONTROLS.search(text)
    if control:
        return f"holds a control character (U+{ord(control[0]):04X}). Take it out."
    # Before normalising, which takes time with the square of such a row.
    if not text.isascii() and _most_marks(text) > MARKS_IN_A_ROW:
        return "piles too many accents on one letter. Take some out."
    return None


def _most_marks(text: str) -> int:
    most = row = 0
    for char in text:
        category = unicodedata.category(char)
        if category in {"Mn", "Me"}:
            row += 1
            most = max(most, row)
        elif category != "Cf":  # a joiner between the marks does not end the pile
            row = 0
    return most
