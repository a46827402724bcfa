"""Templates keep to the Content-Security-Policy, and fragments say what they need."""

import re
from pathlib import Path

import pytest

from tests.architecture import tree

INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"(?:application/json|speculationrules)\")"
    r"|<style\b|\sstyle=|\son[a-z]+=\"|javascript:|hx-on|\bjs:",
    re.IGNORECASE,
)
PAGES = tree.templates()
FRAGMENTS = [path for path in PAGES if path.name.startswith("_")]


@pytest.mark.parametrize("path", PAGES, ids=tree.named)
def test_template_has_nothing_inline(path: Path) -> None:
    """No script, style or handler stands in the page: the policy would refuse it."""
    text = re.sub(
        r"{#.*?#}|{% comment.*?endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    assert INLINE.findall(text) == []


@pytest.mark.parametrize("path", FRAGMENTS, ids=tree.named)
def test_fragment_says_what_it_expects(path: Path) -> None:
    """The first line of a fragment names its context."""
    assert path.read_text(encoding="utf-8").startswith("{# expects:")


@pytest.mark.parametrize("path", FRAGMENTS, ids=tree.named)
def test_fragment_is_no_page(path: Path) -> None:
    """A fragment extends nothing, so it can be swapped into a page."""
    assert "{% extends" not in path.read_text(encoding="utf-8")
