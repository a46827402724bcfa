"""A copy of everything while the site runs: the rows as of one moment, then the files that those rows name."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection

from generations.errors import Conflict
from generations.models import Output, Upload
from generations.services import files

KEPT = (
    "secret_key",
    "manifest_key",
    "audit_key",
    "evidence_key",
)  # beside rows and files: without them links, sessions, seals and the audit are void


def copy_to(folder: Path) -> int:
    """Write a data folder that `manage.py up` can start from; how many outputs it holds.

    Rows first: a file is written before its row and removed after it, so what the rows of that moment name is there,
    but for what was deleted for ever meanwhile, and that leaves the copy too. Raises Conflict when `folder` is not
    empty, or the rows are in PostgreSQL, which has tools of its own. Slow: never in an event loop.
    """
    if connection.vendor != "sqlite":
        raise Conflict(
            "The rows are in PostgreSQL: copy them with pg_dump first, then the files of the storage."
        )
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty. Name a new folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (
        settings.AUDIT_HEAD.exists()
    ):  # before the rows: a head that lags behind them is no break, one ahead is
        shutil.copy2(settings.AUDIT_HEAD, folder / "audit_head")
    rows = folder / "db.sqlite3"
    _copy_rows(rows)
    count = _copy_files(rows, folder / "media")
    for name in KEPT:
        if (settings.DATA / name).exists():
            shutil.copy2(settings.DATA / name, folder / name)
    return count


def _copy_rows(target: Path) -> None:
    """SQLite's online backup: one moment of a database that others go on writing."""
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy)
    target.chmod(0o600)


def _copy_files(rows: Path, target: Path) -> int:
    """The files of every output in the copied rows; an output whose files went meanwhile leaves the copy."""
    with closing(sqlite3.connect(rows)) as copy:
        for upload in _uploads(copy):
            _copy_named(upload, target)
        for (key,) in copy.execute("SELECT key FROM generations_sealedevidence WHERE purged_at IS NULL"):
            _copy_file(key, target)
        named = _outputs(copy)
        gone = [output.pk for output in named if not _copy_named(output, target)]
        delete = f"DELETE FROM {Output._meta.db_table} WHERE id = ?"  # noqa: S608 - the name is our own
        copy.executemany(delete, [(id,) for id in gone])
        copy.commit()
    return len(named) - len(gone)


def _outputs(copy: sqlite3.Connection) -> list[Output]:
    """As the copy has them: the live rows may have gone since."""
    query = f"SELECT id, key, renditions, has_timelapse FROM {Output._meta.db_table}"  # noqa: S608 - our own
    return [
        Output(id=id, key=key, renditions=json.loads(renditions), has_timelapse=bool(has_timelapse))
        for id, key, renditions, has_timelapse in copy.execute(query)
    ]


def _uploads(copy: sqlite3.Connection) -> list[Upload]:
    query = f"SELECT id, key, is_file FROM {Upload._meta.db_table}"  # noqa: S608 - our own
    return [Upload(id=id, key=key, is_file=bool(is_file)) for id, key, is_file in copy.execute(query)]


def _copy_named(owner: Output | Upload, target: Path) -> bool:
    try:
        for name in files.names_of(owner):
            _copy_file(f"{owner.key}/{name}", target)
    except FileNotFoundError:
        return False
    return True


def _copy_file(key: str, target: Path) -> None:
    path = target / key
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with default_storage.open(key) as source, path.open("wb") as kept:
            shutil.copyfileobj(source, kept)
