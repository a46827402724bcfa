"""Words of strangers inside an error: they neither colour nor forge the log."""

import logging
import sys

import pytest

from webapp.logs import Json, Line


def failure(words: str, *, name: str = "webapp") -> logging.LogRecord:
    """The record of an error that quotes `words`."""
    try:
        raise ValueError(words)
    except ValueError:
        return logging.LogRecord(name, logging.ERROR, "", 0, "It failed at %s", (words,), sys.exc_info())


@pytest.mark.parametrize("formatter", [Line("%(message)s"), Json()], ids=["terminal", "machines"])
def test_traceback_is_escaped(formatter: logging.Formatter) -> None:
    """What an error quotes is escaped in its traceback as in its message."""
    assert "\x1b" not in formatter.format(failure("\x1b[31mred"))
    assert r"\x1b[31mred" in formatter.format(failure("\x1b[31mred")).replace("\\\\", "\\").replace(
        "\\u001b", "\\x1b"
    )


@pytest.mark.parametrize("formatter", [Line("%(message)s"), Json()], ids=["terminal", "machines"])
def test_link_in_a_warning_of_the_framework_is_cut(formatter: logging.Formatter) -> None:
    """An address that the framework warns of is written without the key in it."""
    record = logging.LogRecord(
        "django.security.csrf", logging.WARNING, "", 0, "Forbidden: %s", (f"/first-admin/{'a' * 43}/",), None
    )
    assert "/first-admin/…/" in formatter.format(record).replace("\\u2026", "…")
    assert "aaaa" not in formatter.format(record)
