"""How the engine logs: lines for people on a terminal, one JSON object a line everywhere else; for __main__."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

LINE = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


def start() -> None:
    """Send every logger to standard error, uvicorn's own among them. Called once, before anything is logged."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(LINE, "%H:%M:%S") if sys.stderr.isatty() else Json())
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)  # that it starts and stops is no news


class Json(logging.Formatter):
    """Escapes whatever a stranger may have typed: no line break of it starts a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        error = {"error": self.formatException(record.exc_info)} if record.exc_info else {}
        return json.dumps(fields | error)
