"""Promises of the reader of searches: it refuses nothing, and says what it did not understand."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generations.search import TEXT_MAX, WORDS_MAX, parse

TODAY = date(2026, 3, 1)


def said(text: str) -> list[str]:
    return [term.said for term in parse(text, today=TODAY).terms]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cat", ["cat"]),
        ("cat -dog", ["cat", "not dog"]),
        ('"red hat"', ["“red hat”"]),
        ('"red hat', ["“red hat”"]),
        ("model:picto", ["made by picto"]),
        ('tag:"summer trip"', ["tagged summer trip"]),
        ("-album:old", ["not in old"]),
        ("seed:0042", ["seed 42"]),
        ("rating:4", ["rated 4"]),
        ("rating:3+", ["rated 3 or more"]),
        ("rating:<3", ["rated 0 to 2"]),
        ("size:512x768", ["512 × 768"]),
        ("size:landscape", ["wide"]),
        ("is:favorite", ["favourites"]),
        ("before:2026-01-01", ["before 2026-01-01"]),
        ("SINCE:today", ["from today on"]),
        ("cat cat", ["cat"]),
        ("- : \" '", []),
        ("", []),
    ],
)
def test_what_is_typed_is_understood(text: str, expected: list[str]) -> None:
    """Words, phrases and filters in their usual spellings."""
    assert said(text) == expected
    assert parse(text, today=TODAY).sentences == ()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("rating:9", "0 to 5"),
        ("rating:>5", "No rating"),
        ("seed:abc", "whole number"),
        ("seed:99999999999999999999999", "whole number"),
        ("seed:٤٢", "whole number"),
        ("size:big", "512x768"),
        ("before:2026-13", "2026-01-31"),
        ("on:2026-02-30", "2026-01-31"),
        ("after:9999-12", "2026-01-31"),
        ("is:blue", "is:favourite"),
        ("tag:", "Nothing stands after"),
    ],
)
def test_what_makes_no_sense_is_left_out_and_said(text: str, word: str) -> None:
    """A filter with nonsense in it does not narrow the search, and a sentence says what it should look like."""
    found = parse(f"cat {text}", today=TODAY)
    assert [term.said for term in found.terms] == ["cat"]
    assert [word in sentence for sentence in found.sentences] == [True]


def test_an_unknown_filter_is_searched_as_words() -> None:
    """ "colour:red" is no filter: it is looked for in the prompts, and that is said."""
    found = parse("colour:red")
    assert [term.kind for term in found.terms] == ["word"]
    assert "searched as words" in found.sentences[0]


def test_dates_are_spans() -> None:
    """A month is all of its days; "before" ends where it begins, "after" begins with it."""
    on, before, after = parse("on:2026-01 before:2026-01 after:2026-12-31").terms
    assert (on.since, on.until) == (date(2026, 1, 1), date(2026, 2, 1))
    assert (before.since, before.until) == (None, date(2026, 1, 1))
    assert (after.since, after.until) == (date(2026, 12, 31), None)


def test_there_are_twenty_words_at_most() -> None:
    """More are left out, and that is said."""
    found = parse(" ".join(f"word{number}" for number in range(30)))
    assert len(found.terms) == WORDS_MAX
    assert found.sentences == (f"Only the first {WORDS_MAX} words were searched.",)


def test_a_book_is_not_read() -> None:
    """Of a text that is far too long the beginning is read, quickly."""
    found = parse("a" * 1_000_000)
    assert len(found.terms[0].value) == TEXT_MAX
    assert "first 500 characters" in found.sentences[0]


@given(
    st.text(max_size=200) | st.from_regex(r'(-?(tag|is|on|seed|rating|size|x)?:?"?[\w .:-]{0,5}"? ?){1,8}')
)
@example('A":0').via("a stray quote before a colon")
@example('tag":x')
@example(':-"0')
def test_it_never_fails_and_reads_back_what_it_writes(text: str) -> None:
    """Whatever is typed gives a search, and the search as text gives the same search again."""
    found = parse(text, today=TODAY)
    assert parse(str(found), today=TODAY).terms == found.terms


def test_a_chip_is_removed_and_added() -> None:
    """A search without one of its terms, and with one more."""
    found = parse("cat tag:x")
    assert str(found.without(found.terms[0])) == "tag:x"
    assert str(found.with_("is:rated").with_("tag:x")) == "cat tag:x is:rated"
