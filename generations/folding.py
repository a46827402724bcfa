"""Folds text for matching: case, accents, look-alike letters, zero-width characters and emoji make no difference.

Pure; called by wording.py. What is folded is never shown nor stored: places lead back to the text as it was typed.
"""

import unicodedata
from functools import lru_cache

DIVIDER = "\x01"  # an emoji or a symbol: it divides words, and is passed over inside one
_DROPPED = frozenset("\u034f\u115f\u1160\u3164\uffa0\u00ad")
_MARKED = frozenset({"Mn", "Me", "Cf"})
# Cyrillic, Greek and Armenian letters, and Latin ones that no decomposition brings back, by what they pass for
_LOOK_ALIKE = str.maketrans(
    "авекмнорстухіјѕԁԛԝһӏьё" + "αβεικνορτυχωγϲϳηκμ" + "օսոց" + "ıłøđðŧħɑɡɩɪʏʙʜɴʀʟᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢꜱꜰƒɢ€£¢¥",
    "abekmhopctyxijsdqwhlbe" + "abeikvoptuxwycjnkm" + "ounq" + "iloddthagiiybhnrlacdejkmoptuvwzsffgelcy",
)
# Letters in boxes and flags, which Unicode calls symbols: ranges of 26 from A
_BOXED = (0x1F150, 0x1F170, 0x1F1E6)


def fold(text: str) -> tuple[str, list[int] | None]:
    """The folded text, and of each of its characters the place in `text`; None where every place is its own."""
    if text.isascii():
        return text.lower(), None
    pieces: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        piece = _folded(char)
        pieces.append(piece)
        places += [place] * len(piece)
    return "".join(pieces), places


@lru_cache(maxsize=8192)
def _folded(char: str) -> str:
    if char.isascii():
        return char.lower()
    boxed = _boxed(ord(char))
    if boxed:
        return boxed
    category = unicodedata.category(char)
    if category in _MARKED or char in _DROPPED:
        return ""
    if category[0] == "Z" or category == "Cc" or char == "\u2800":
        return " "
    plain = "".join(part for part in unicodedata.normalize("NFKD", char) if _stays(part))
    folded = plain.casefold().translate(_LOOK_ALIKE)
    return folded if any(part.isalnum() for part in folded) else DIVIDER


def _stays(part: str) -> bool:
    """Marks on letters go; the vowel signs of other scripts are letters to their readers."""
    return unicodedata.category(part) not in _MARKED or 0x0900 <= ord(part) < 0x1000


def _boxed(point: int) -> str:
    first = next((each for each in _BOXED if each <= point < each + 26), None)
    return chr(ord("a") + point - first) if first is not None else ""
