"""What the site writes down, and what it does not."""

import json
import logging
from typing import Any

import pytest

from webapp import access_log, logs
from webapp.proxies import request_id


def record(message: str) -> logging.LogRecord:
    return logging.LogRecord("webapp.test", logging.INFO, "", 0, "%s", (message,), None)


def test_json_line_has_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line for machines is one JSON object with time, level, logger, message and the id of its request."""
    token = request_id.set("abc12345")
    found = json.loads(logs.Json().format(record("hello")))
    request_id.reset(token)
    assert found.pop("time").endswith("+00:00")
    assert found == {"level": "INFO", "logger": "webapp.test", "message": "hello", "request_id": "abc12345"}


@pytest.mark.parametrize("formatter", [logs.Json(), logs.Line(logs.LINE)], ids=["json", "line"])
def test_strangers_cannot_write_lines(formatter: logging.Formatter) -> None:
    """Line breaks and escape sequences in a message are shown as such."""
    written = formatter.format(record("a\nb\x1b[2Jc\u2028d"))
    assert written.isprintable()
    assert "\x1b" not in written


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/gallery/?q=secret", "/gallery/"),
        ("/account/first-admin/zZQAYIszR4qSKl8BdHtsz5Vz2vJJdb_Oxkd/", "/account/first-admin/…/"),
        ("/media/01jd8x3k5v7m9p2r4t6w8y0z1a/Zm9vYmFyYmF6cXV4cXV1eA/320.avif",
         "/media/01jd8x3k5v7m9p2r4t6w8y0z1a/…/320.avif"),
        ("/predictions/01jd8x3k5v7m9p2r4t6w8y0z1a/", "/predictions/01jd8x3k5v7m9p2r4t6w8y0z1a/"),
    ],
)  # fmt: skip
def test_access_log_opens_no_door(caplog: pytest.LogCaptureFixture, path: str, shown: str) -> None:
    """A path is logged without its query, and without what in it is a key; ids stay."""
    details: dict[str, Any] = {"path": path, "method": "GET", "status": 200, "time_taken": 0.01, "size": 5}
    with caplog.at_level(logging.INFO, "webapp.access"):
        access_log.log("http", "complete", details)
    assert f" {shown} " in caplog.messages[0]
