"""One-time links: 256 random bits in the address, their hash in a row, valid once and for a day."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.errors import LinkRefused
from accounts.models import OneTimeLink, User

FIRST_ADMIN = "first-admin"
LIFE = timedelta(hours=24)


@transaction.atomic
def mint_admin_link() -> str | None:
    """The path of a new link that makes the first administrator; None when there is an administrator already."""
    if has_administrator():
        return None
    now = timezone.now()
    OneTimeLink.objects.filter(expires_at__lt=now).delete()
    token = secrets.token_urlsafe(32)
    OneTimeLink.objects.create(digest=_digest(token), purpose=FIRST_ADMIN, expires_at=now + LIFE)
    audit.record(audit.command("up"), "link.mint", kind="link", id=_digest(token)[:16])
    return reverse("account-first-admin", args=[token])


def check_admin_link(token: str) -> None:
    """Raise LinkRefused unless this link would work now."""
    if has_administrator():
        raise LinkRefused("This site has an administrator already, so this link has done its work.")
    if not _valid(token).exists():
        raise LinkRefused(
            "This link was used, or is older than a day. Start the site again to get a new one."
        )


@transaction.atomic
def make_administrator(token: str, person: User) -> User:
    """Use the link up and make `person` the administrator. Raises LinkRefused."""
    list(OneTimeLink.objects.select_for_update().filter(purpose=FIRST_ADMIN))  # one at a time on PostgreSQL
    check_admin_link(token)
    _valid(token).update(used_at=timezone.now())
    person.is_staff = person.is_superuser = True
    person.save(update_fields=["is_staff", "is_superuser"])
    audit.record(person, "role.first", kind="user", id=person.pk, after={"link": _digest(token)})
    return person


def has_administrator() -> bool:
    return User.objects.filter(is_superuser=True, is_active=True).exists()


def _valid(token: str) -> QuerySet[OneTimeLink]:
    # Looked up by hash: how long the look-up takes tells nothing about the token.
    return OneTimeLink.objects.filter(
        digest=_digest(token), purpose=FIRST_ADMIN, used_at=None, expires_at__gt=timezone.now()
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
