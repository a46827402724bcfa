"""The newest line of the audit, kept in a file outside the database: so a chain that lost its end is seen.

The file only ever moves on to a higher number, whichever of several processes writes first.
"""

import fcntl
import logging
import os
from pathlib import Path

from django.conf import settings

from accounts.chain import Head

logger = logging.getLogger(__name__)


def read() -> Head | None:
    """The head, None when there is no file. A file that cannot be understood is no head either."""
    try:
        seq, mac = _path().read_text(encoding="ascii").split()
        return Head(int(seq), mac)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        logger.error("The head of the audit in %s cannot be read: %s", _path(), error)
        return None


def advance(head: Head) -> None:
    """Write the head if it is further on than the one there. A disk that refuses is logged, never raised."""
    try:
        with _lock_path().open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            there = read()
            if there is None or there.seq < head.seq:
                _replace(head)
    except OSError as error:
        logger.error("The head of the audit cannot be written to %s: %s", _path(), error)


def reset(head: Head) -> None:
    """Name this line as the newest, whatever stood there: after a backup was brought back."""
    with _lock_path().open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _replace(head)


def _replace(head: Head) -> None:
    aside = _path().with_name(f"{_path().name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{head.seq} {head.mac}\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(_path())


def _path() -> Path:
    return Path(settings.AUDIT_HEAD)


def _lock_path() -> Path:
    return _path().with_name(f"{_path().name}.lock")
