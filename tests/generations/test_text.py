"""text.py: what people type, cleaned or refused in words."""

import pytest

from generations.errors import InvalidInput
from generations.text import clean_text, is_blank, shown


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("a cat", "a cat"),
        ("  a cat\t", "  a cat\t"),
        ("cafe\u0301", "café"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("شمس فوق الجبال", "شمس فوق الجبال"),
        ("good\u202egpj.exe", "goodgpj.exe"),
        ("\u2067שלום\u2069", "שלום"),
        ("👩‍👩‍👧‍👦 🏳️‍🌈", "👩‍👩‍👧‍👦 🏳️‍🌈"),
        ("می‌خواهم", "می‌خواهم"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{ 7*7 }} {% load x %}", "{{ 7*7 }} {% load x %}"),
        ("'; DROP TABLE outputs; --", "'; DROP TABLE outputs; --"),
        ("../../etc/passwd $(id) `id`", "../../etc/passwd $(id) `id`"),
        ("a" + "\u0301" * 20, "á" + "\u0301" * 19),
    ],
)
def test_text_is_kept_as_meant(typed, cleaned):
    """Composed, with plain line ends, without direction overrides; everything else stays as typed."""
    assert clean_text(typed) == cleaned


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("a\x00b", "Prompt holds a control character (U+0000). Take it out."),
        ("a\x1b[31mb", "Prompt holds a control character (U+001B). Take it out."),
        ("a\x85b", "Prompt holds a control character (U+0085). Take it out."),
        ("a\ud83d", "Prompt holds half of a character. Type it again."),
        ("a" + "\u0301" * 21, "Prompt piles too many accents on one letter. Take some out."),
        ("a" + "\u0301\u200d" * 21, "Prompt piles too many accents on one letter. Take some out."),
        ("a" + "\u0315\u0300" * 50_000, "Prompt piles too many accents on one letter. Take some out."),
    ],
)
def test_text_that_cannot_be_shown_is_refused(typed, sentence):
    """Control characters, halves and piles of accents get a sentence that names the field."""
    with pytest.raises(InvalidInput) as caught:
        clean_text(typed, field="prompt", label="Prompt")
    assert caught.value.by_field() == {"prompt": sentence}


@pytest.mark.parametrize(
    "text", ["", "  \n\t", "\u200b\u200d", "\u3000", "\ufeff", "\u2800", "\u3164", "\ufe0f", "\u00ad"]
)
def test_what_nobody_can_see_is_blank(text):
    """Blanks, zero-width characters and fillers alone are nothing."""
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", " . ", "🐈", "猫", "\u0301", "\U0001fae9"])
def test_what_can_be_seen_is_not_blank(text):
    """A sign, an emoji, even one newer than this Python, is something."""
    assert not is_blank(text)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("foo", "foo"),
        ("a b", "a b"),
        ("a\nb\x1b", "a\\u000ab\\u001b"),
        ("e\u0301", "e\\u0301"),
        ("\u202eevil", "\\u202eevil"),
        ("\ud800", "\\ud800"),
        ("x" * 40, "x" * 40),
        ("x" * 41, "x" * 39 + "…"),
        ("\x00" * 1_000_000, "\\u0000" * 6 + "…"),
    ],
)
def test_a_strangers_words_are_repeated_with_care(sent, said):
    """At most 40 characters, with everything invisible written out."""
    assert shown(sent) == said
