"""Where the rows live: SQLite under SAFELIGHT_DATA, or the PostgreSQL that DATABASE_URL names."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def from_url(url: str, *, data: Path) -> dict[str, Any]:
    if not url:
        return sqlite(data / "db.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or dict(parse_qsl(parts.query)).get("host", "")),
            "PORT": str(parts.port or ""),
            "OPTIONS": {"pool": {"min_size": 2, "max_size": 16, "timeout": 20}},
            "CONN_HEALTH_CHECKS": True,  # a server that was started anew costs nobody an error
            "DISABLE_SERVER_SIDE_CURSORS": True,
            "TEST": {"NAME": f"test_safelight_{os.getpid()}"},
        }
    raise ImproperlyConfigured("DATABASE_URL must begin with postgresql:// or sqlite://.")


def sqlite(path: Path) -> dict[str, Any]:
    """WAL and IMMEDIATE: with the defaults, writers that meet fail at once instead of waiting for each other."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000",
        },
        # A file, also in tests: threads and processes must see the same rows.
        # Named by the process: two runs of the tests at once do not meet.
        "TEST": {"NAME": path.with_name(f"test.{os.getpid()}.sqlite3")},
    }
