"""A README becomes HTML that can do nothing but be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generations import markdown


def test_prose_is_kept() -> None:
    """Headings go one down; lists, code, tables and links stay."""
    html = markdown.to_html(
        "# Fox\n\nIt *draws* `foxes`.\n\n- one\n- two\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n[code](https://example.org/a?b=1&c=2)\n"
    )
    assert "<h2>Fox</h2>" in html
    assert "<em>draws</em>" in html
    assert "<li>one</li>" in html
    assert "<td>2</td>" in html
    assert 'href="https://example.org/a?b=1&amp;c=2" rel="nofollow noopener noreferrer"' in html
    assert "style=" not in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![a](https://example.org/spy.png)",
        "[a](javascript:alert(1))",
        "[a](data:text/html,hello)",
        "[a](vbscript:x)",
        "<a href='javascript:x'>y</a>",
        "<iframe src=https://example.org></iframe>",
        "<https://example.org/\"onmouseover='x'>",
        "<style>body{display:none}</style>",
    ],
)
def test_nothing_runs_and_nothing_is_fetched(text: str) -> None:
    """No script, no handler, no picture, no frame, no address that a click would run."""
    html = markdown.to_html(text)
    for tag in ("<script", "<img", "<iframe", "<style"):
        assert tag not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert 'href="vbscript' not in html


@pytest.mark.parametrize("address", ["LICENSE", "/account/delete/", "//example.org", "?q=1"])
def test_links_that_are_no_whole_address_lead_nowhere(address: str) -> None:
    """A README cannot point at pages of this site as if they were its own files."""
    assert "href" not in markdown.to_html(f"[a]({address})")


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    """Whatever is written, something harmless comes out."""
    html = markdown.to_html(text)
    assert "<script" not in html
    assert "<img" not in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("![A fox](https://example.org/fox.png)", ">A fox</a>"),
        ("![](https://example.org/fox.png)", ">fox.png</a>"),
        ("[![built](https://example.org/b.svg)](https://example.org/ci)", ">built</a>"),
        ("![A fox](javascript:alert)", "javascript"),
        ("![A fox][1]\n\n[1]: https://example.org/fox.png", ">A fox</a>"),
    ],
)
def test_a_picture_is_a_link_by_its_words(text: str, html: str) -> None:
    """Nothing is fetched, and no mark of the syntax is left over."""
    found = markdown.to_html(text)
    assert html in found
    assert "<img" not in found
    assert found.count("<a") == found.count("</a>") <= 1
    assert ("!" in found) == ("javascript" in text)  # what is no address stays as it was typed
