"""What must be so before the site can answer: a data folder that is ours alone, tables and static files up to date."""

import fcntl
import hashlib
import logging
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection

from accounts import audit, guard

logger = logging.getLogger(__name__)


@contextmanager
def sole_use(folder: Path) -> Generator[None, None, None]:
    """Hold the folder until the block ends, or this process does. Raises ImproperlyConfigured when it is taken."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (folder / "lock").open("a+", encoding="ascii")
    except OSError as error:
        raise ImproperlyConfigured(
            f"Cannot write to {folder} ({error.strerror}). Make the folder writable or set SAFELIGHT_DATA."
        ) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise ImproperlyConfigured(
                f"The site is running on {folder} already (process {file.read().strip() or 'unknown'}). "
                "Stop that one, or set SAFELIGHT_DATA to another folder."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def listen(host: str, port: int) -> socket.socket:
    """The socket of the site, taken before anything else starts. Raises ImproperlyConfigured when it can't be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise ImproperlyConfigured(
            f"Cannot listen on {host}, port {port} ({os.strerror(error.errno or 0)}). "
            "Stop what listens there, or choose another: PORT=8001 make run."
        ) from None


def bring_up_to_date() -> None:
    """Migrate and collect static files, each only when there is something to do: a second start does neither."""
    if not _is_migrated():
        call_command("migrate", interactive=False, verbosity=0)
    elif lost := guard.ensure():
        logger.error(
            "Tables had lost what guards them, and have it again: %s. Run verify_audit.", ", ".join(lost)
        )
        audit.record(audit.SITE, "guard.restore", kind="table", id=",".join(lost)[:64])
    stamp, sources = Path(settings.STATIC_ROOT).with_name("static.stamp"), _static_sources()
    if not stamp.exists() or stamp.read_text(encoding="ascii") != sources:
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(sources, encoding="ascii")


def _is_migrated() -> bool:
    """Is every migration file recorded? Asked by name: building Django's graph of them takes most of a second."""
    files = {
        (config.label, path.stem)
        for config in apps.get_app_configs()
        for path in Path(config.path).glob("migrations/[0-9]*.py")
    }
    try:
        with connection.cursor() as cursor:
            if "django_migrations" not in connection.introspection.table_names(cursor):
                return False
            cursor.execute("SELECT app, name FROM django_migrations")
            return files <= set(cursor.fetchall())
    except DatabaseError as error:
        raise ImproperlyConfigured(f"The database does not answer: {str(error).splitlines()[0]}") from None


def _static_sources() -> str:
    """A word for the static files of all apps as they lie in the tree now."""
    seen = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            seen.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return seen.hexdigest()
