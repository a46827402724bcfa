"""Cards: every prompt has one, in any script and of any length."""

import io

import pytest
from PIL import Image

from generations import poster, typefaces
from generations.poster import Poster
from tests.generations.pictures import gradient, saved

PROMPTS = {
    "Latin": "a penguin in the snow, 3d",
    "long": "a lamp and an owl in the night, " * 60,
    "one endless word": "a" * 2000,
    "Arabic": "شمس فوق الجبال عند الغروب",
    "Hebrew": "שמש מעל ההרים",
    "Cyrillic": "Сова ночью в лесу",
    "Japanese with Latin": "雪の中のペンギン、3D rendering",
    "emoji": "winter light 🌲❄️ over the fells",
}
NO_FACE = {
    "Devanagari": "हिमालय पर सूर्योदय",
    "Thai": "พระอาทิตย์ขึ้น",
    "Korean": "눈 속의 펭귄",
    "Arabic with Chinese": "شمس 太陽",
}


def inked(data: bytes) -> bool:
    """Is anything written where the prompt stands?"""
    card = Image.open(io.BytesIO(data)).convert("L").crop((poster.SIDE + poster.AIR, 60, 1180, 400))
    return card.getextrema()[1] > 128


@pytest.fixture(scope="module")
def picture() -> bytes:
    return saved(gradient(300, 500), "PNG")


@pytest.mark.parametrize("words", PROMPTS.values(), ids=PROMPTS)
def test_prompt_is_written(picture: bytes, words: str) -> None:
    """A card of 1200 × 630 with the prompt on it."""
    data = poster.draw(Poster(picture, words, "by Ada", "safelight/picto"))
    assert Image.open(io.BytesIO(data)).size == poster.SIZE
    assert inked(data)
    assert len(data) < 300_000


@pytest.mark.parametrize("words", [*NO_FACE.values(), ""], ids=[*NO_FACE, "none"])
def test_prompt_without_a_face_is_left_out(picture: bytes, words: str) -> None:
    """Where no typeface has the letters the card goes without the prompt: no boxes, no letters in a wrong order."""
    assert not inked(poster.draw(Poster(picture, words, "by Ada", "safelight/picto")))


@pytest.mark.parametrize("size", [(1, 1), (3000, 10), (10, 3000)])
def test_any_picture_hangs(size: tuple[int, int]) -> None:
    """A picture of any shape is on the card, whole."""
    data = poster.draw(Poster(saved(Image.new("RGB", size, "white"), "PNG"), "", "", "m"))
    assert Image.open(io.BytesIO(data)).convert("L").getpixel((315, 315)) > 200


def test_long_prompt_ends_with_dots(picture: bytes) -> None:
    """Of a prompt that does not fit its beginning is written, and says that there is more."""
    face, lines = poster._set(PROMPTS["long"], 442)
    assert len(lines) == poster.LINES[-1]
    assert lines[-1].endswith("…")
    assert all(face.length(line) <= 442 for line in lines)


def test_nothing_is_joined_without_the_shaper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where letters could not be joined, Arabic is left out rather than written apart."""
    monkeypatch.setattr(typefaces, "_can_join", lambda: False)
    assert typefaces.face_for(PROMPTS["Arabic"], size=32) is None
    assert typefaces.face_for(PROMPTS["Cyrillic"], size=32) is not None
