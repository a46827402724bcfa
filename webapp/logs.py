"""How the site logs: lines for people on a terminal, JSON with a request id everywhere else."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from webapp.access_log import CAPABILITY
from webapp.proxies import request_id

OURS = ("webapp", "accounts", "generations")
LINE = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


def config(*, debug: bool, terminal: bool) -> dict[str, Any]:
    """For Django's LOGGING. Requests are logged for machines, and for people only while they look for a fault."""
    level = "DEBUG" if debug else "INFO"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "webapp.logs.Line", "format": LINE, "datefmt": "%H:%M:%S"},
            "json": {"()": "webapp.logs.Json"},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line" if terminal else "json"},
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            **{name: {"level": level} for name in OURS},
            "webapp.access": {"level": "WARNING" if terminal and not debug else "INFO"},
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.request": {"level": "ERROR"},  # what was not found is in the access log
            "django.security.DisallowedHost": {"level": "CRITICAL"},  # a stranger's 400, there as well
        },
    }


class Line(logging.Formatter):
    """A message can hold what a stranger typed: no line break or escape sequence of it reaches the terminal."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = said(record)
        return super().formatMessage(record)

    def formatException(self, info: Any) -> str:
        """Each line of the traceback: the error's own words may be a stranger's."""
        return "\n".join(map(escaped, super().formatException(info).split("\n")))


class Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": said(record),
            "request_id": request_id.get() or None,
            "error": self.formatException(record.exc_info) if record.exc_info else None,
        }
        return json.dumps({name: value for name, value in fields.items() if value is not None})


def said(record: logging.LogRecord) -> str:
    """The message on one line; where it names an address, without what would open a door there."""
    text = record.getMessage()
    return escaped(CAPABILITY.sub("…", text) if record.name.startswith("django.") else text)


def escaped(text: str) -> str:
    """Control characters as \\n, \\x1b and the like."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
