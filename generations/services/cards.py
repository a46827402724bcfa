"""Card images of shares: drawn once for each state of what they show, and kept on storage until the share changes."""

import hashlib
import json

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from generations.exhibits import Exhibit
from generations.models import Share

ROOT = "cards"
LOOK = 1  # raised when cards are drawn differently


def digest_of(exhibit: Exhibit) -> str:
    """Changes with whatever the card shows."""
    cover = exhibit.cover
    told = [
        LOOK,
        exhibit.title,
        exhibit.by,
        exhibit.model,
        cover.master if cover else "",
        exhibit.is_sensitive,
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def kept(exhibit: Exhibit) -> bytes | None:
    """The card of this state, where it was drawn before."""
    try:
        with default_storage.open(_path(exhibit)) as file:
            return file.read()
    except FileNotFoundError:
        return None


def keep(exhibit: Exhibit, data: bytes) -> None:
    """In place of what was drawn of it before."""
    remove(exhibit.id)
    default_storage.save(_path(exhibit), ContentFile(data))


def remove(share_id: str) -> None:
    """What was drawn of this share; where nothing was, nothing happens."""
    folder = f"{ROOT}/{share_id}"
    for name in [*_listed(folder)[1], ""]:
        default_storage.delete(f"{folder}/{name}".rstrip("/"))


def sweep() -> int:
    """Remove the cards of shares that are gone; how many."""
    drawn = set(_listed(ROOT)[0])
    gone = drawn - set(
        Share.objects.filter(pk__in=drawn, revoked_at__isnull=True).values_list("pk", flat=True)
    )
    for id in gone:
        remove(id)
    return len(gone)


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def _path(exhibit: Exhibit) -> str:
    return f"{ROOT}/{exhibit.id}/{digest_of(exhibit)}.jpg"
