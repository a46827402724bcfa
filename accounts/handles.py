"""Handles: who may have which name under /@, and for how long (for ever)."""

import re
from pathlib import Path

from django.db import transaction

from accounts.errors import HandleRefused
from accounts.models import Handle, User
from accounts.models.user import HANDLE

# Words of our own addresses, of the API, and those that would pass for the people who run the site.
RESERVED = frozenset(Path(__file__).with_name("reserved_handles.txt").read_text(encoding="ascii").split())


def take(person: User, name: str) -> User:
    """Give `person` this handle: a new one, or one that was theirs before. Raises HandleRefused."""
    name = name.strip().lower()
    _check(name)
    with transaction.atomic():
        handle, _ = Handle.objects.get_or_create(name=name, defaults={"user": person})
        if handle.user_id != person.pk:
            raise HandleRefused(f"“{name}” is taken. Choose another one.")
        person.handle = name
        person.save(update_fields=["handle"])
    return person


def _check(name: str) -> None:
    if not re.match(HANDLE, name):
        raise HandleRefused(
            "A handle has 1 to 39 letters a–z, digits and hyphens, and neither begins nor ends with a hyphen."
        )
    if name in RESERVED:
        raise HandleRefused(f"“{name}” is kept for the site itself. Choose another one.")
