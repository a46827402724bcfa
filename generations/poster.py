"""The card of a share: 1200 × 630 pixels that a messenger shows beside the link. Pure Pillow: slow, so in a thread."""

import io
import unicodedata
from dataclasses import dataclass
from typing import cast

from PIL import Image, ImageDraw, ImageFilter

from generations import typefaces
from generations.imaging import decoded
from generations.typefaces import Face

SIZE = (1200, 630)
SIDE, AIR = 630, 64
GROUND, INK, QUIET = (14, 12, 11), (240, 237, 232), (168, 161, 153)
LAMP, HOOD, BULB = (240, 128, 70), (150, 62, 30), (252, 232, 200)
WORDS = (46, 38, 32)  # pixels of the prompt's letters, largest first
LINES = (5, 6, 7)  # of each of these sizes
SMALL = 26
WORDS_MAX = 600  # characters that are looked at; no card has room for more
MARK = "Safelight"


@dataclass(frozen=True, slots=True)
class Poster:
    """What a card says. `picture`: bytes of a picture, or None for a card without. `words`: "" when none are shown."""

    picture: bytes | None
    words: str
    by: str
    model: str


def draw(poster: Poster) -> bytes:
    """The card as a JPEG. Raises BadPicture."""
    card = Image.new("RGB", SIZE, GROUND)
    left = AIR
    if poster.picture is not None:
        _hang(card, decoded(poster.picture))
        left = SIDE + AIR
    _write(ImageDraw.Draw(card), poster, left=left)
    found = io.BytesIO()
    card.save(found, "JPEG", quality=86, optimize=True, progressive=True)
    return found.getvalue()


def _hang(card: Image.Image, picture: Image.Image) -> None:
    """The whole picture in a square at the left, before a blurred enlargement of itself; nothing is cut off."""
    picture = picture.convert("RGB")
    scale = SIDE / min(picture.size)
    wide = picture.resize(
        (round(picture.width * scale), round(picture.height * scale)), Image.Resampling.BILINEAR
    )
    x, y = (wide.width - SIDE) // 2, (wide.height - SIDE) // 2
    backdrop = wide.crop((x, y, x + SIDE, y + SIDE)).filter(ImageFilter.GaussianBlur(40))
    card.paste(Image.blend(backdrop, Image.new("RGB", backdrop.size, GROUND), 0.45), (0, 0))
    scale = SIDE / max(picture.size)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    shown = picture.resize(size, Image.Resampling.LANCZOS)
    card.paste(shown, ((SIDE - shown.width) // 2, (SIDE - shown.height) // 2))


def _write(brush: ImageDraw.ImageDraw, poster: Poster, *, left: int) -> None:
    width = SIZE[0] - left - AIR
    font, lines = _set(typefaces.settable(poster.words[:WORDS_MAX]), width)
    if font is not None:
        is_right = _is_right_to_left(" ".join(lines))
        for number, line in enumerate(lines):
            x = left + width - font.length(line) if is_right else left
            font.write(brush, (x, AIR + 72 + number * round(font.size * 1.36)), line, fill=INK)
    _foot(brush, poster, left=left, width=width)


def _foot(brush: ImageDraw.ImageDraw, poster: Poster, *, left: int, width: int) -> None:
    bottom = SIZE[1] - AIR
    _lamp(brush, left, bottom - 30)
    _line(brush, MARK, (left + 44, bottom - 4), width - 44, INK)
    _line(brush, poster.model, (left, bottom - 62), width, QUIET)
    _line(brush, poster.by, (left, bottom - 100), width, QUIET)


def _line(
    brush: ImageDraw.ImageDraw, text: str, place: tuple[int, int], width: int, colour: tuple[int, int, int]
) -> None:
    """One line, on its baseline, as much of it as there is room for; nothing where no face has its letters."""
    text = typefaces.settable(text)
    font = typefaces.face_for(text + "…", size=SMALL) if text else None
    if font is not None:
        font.write(brush, place, _cut(text, font, width), fill=colour)


def _lamp(brush: ImageDraw.ImageDraw, left: int, top: int) -> None:
    """The mark of the rail, drawn again."""
    brush.ellipse((left, top, left + 30, top + 30), fill=LAMP)
    brush.chord((left, top, left + 30, top + 30), 15, 165, fill=HOOD)
    brush.ellipse((left + 10, top + 7, left + 20, top + 17), fill=BULB)


def _set(words: str, width: int) -> tuple[Face | None, list[str]]:
    """The largest face in which the words fit, and their lines; of what never fits the beginning."""
    if not words or typefaces.face_for(words + "…", size=SMALL) is None:
        return None, []
    for size, most in zip(WORDS, LINES, strict=True):
        font = cast(Face, typefaces.face_for(words + "…", size=size))
        lines = _wrapped(words, font, width)
        if len(lines) <= most:
            return font, lines
    return font, [*lines[: most - 1], _cut(lines[most - 1] + " " + lines[most], font, width, is_more=True)]


def _wrapped(words: str, font: Face, width: int) -> list[str]:
    """Broken between words, or anywhere in a word that is wider than a line (as lines of Chinese are)."""
    lines, line = [], ""
    for word in words.split(" "):
        whole = f"{line} {word}".strip()
        while font.length(whole) > width:
            if line:
                lines.append(line)
                whole, line = word, ""
                continue
            fits = _fitting(whole, font, width)
            lines.append(whole[:fits])
            whole = whole[fits:]
        line = whole
    return [*lines, line] if line else lines


def _fitting(text: str, font: Face, width: int) -> int:
    """How many letters of `text` fit, at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if font.length(text[:middle]) <= width else (low, middle - 1)
    return low


def _cut(text: str, font: Face, width: int, *, is_more: bool = False) -> str:
    if not is_more and font.length(text) <= width:
        return text
    return text[: _fitting(text, font, width - round(font.length("…")))].rstrip() + "…"


def _is_right_to_left(text: str) -> bool:
    """By its first letter that has a direction."""
    ways = (unicodedata.bidirectional(char) for char in text)
    return next((way in {"R", "AL"} for way in ways if way in {"L", "R", "AL"}), False)
