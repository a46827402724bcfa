"""The keys of a site that was given none: made once, kept under SAFELIGHT_DATA, readable by its owner alone."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def kept_in(folder: Path, name: str = "secret_key") -> str:
    """The key in that file of `folder`, made when missing. Two starts at once agree on one key."""
    path = folder / name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _write_once(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"Cannot keep data in {folder} ({error.strerror}). Make the folder writable or set SAFELIGHT_DATA."
        ) from None


def _write_once(path: Path) -> None:
    # Written aside, then linked: a link fails where the name is taken, so the first writer wins and nobody reads half.
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(aside, path)
    except FileExistsError:
        return
    finally:
        aside.unlink()
