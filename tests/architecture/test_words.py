"""Habits that the house does without."""

import re

import pytest

from tests.architecture import tree

FACES = ("generations/views/", "generations/api/", "generations/live/consumers", "generations/live/streams")


def lines_with(pattern: str, *, under: tuple[str, ...] = ("",)) -> list[str]:
    """`file: line` of code that matches."""
    return [
        f"{tree.named(path)}: {line.strip()}"
        for path in tree.code()
        if tree.named(path).startswith(under)
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(pattern, line)
    ]


def test_faces_fetch_nothing_themselves() -> None:
    """Views and sockets ask access.py or queries for rows, so that rights are asked in one place."""
    assert lines_with(r"\.objects\.get\(|get_object_or_404", under=FACES) == []


def test_save_names_its_fields() -> None:
    """Every save() of a row says which fields it writes, so that it undoes no other change."""
    assert lines_with(r"(?<!form)\.save\(\)", under=("generations/", "accounts/")) == []


def test_waits_end_when_they_are_cancelled() -> None:
    """Python 3.11's wait_for() loses a cancel that comes with the end of the wait; asyncio.timeout() does not."""
    assert lines_with(r"asyncio\.wait_for\(") == []


@pytest.mark.parametrize(
    "word", [r"\bTODO\b", r"\bFIXME\b", r"\bXXX\b", r"\bpickle\b", r"except:$", r"\bprint\("]
)
def test_word_is_absent(word: str) -> None:
    """Nothing is left for later, nothing is swallowed whole, nothing is unpickled or printed."""
    assert lines_with(word) == []


def test_environment_is_read_in_one_place() -> None:
    """Only webapp/env.py reads settings from the environment; a child gets a copy from its supervisor."""
    found = lines_with(r"os\.environ|os\.getenv", under=("webapp/", "generations/", "accounts/"))
    allowed = ("webapp/env.py", "webapp/engine_child.py", "webapp/asgi.py")
    assert [line for line in found if not line.startswith(allowed)] == []
