"""People for every test: alice, her neighbour bob, a guest and a moderator, and the browser of each.

`plain_site` makes the site quick and alone: a fast password hash, static files as they lie in the tree, the files of
outputs in a folder of the test, an empty cache.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts import guard, roles, switches
from accounts.models import User

PASSWORD = "a quiet amber lamp"  # of everyone who has one


def staff_of(role: roles.Role, *, name: str = "") -> User:
    """A member of the staff. `name`: of another one in the same role."""
    address = f"{name or role.name.lower()}@example.org"
    person = User.objects.create_user(address, PASSWORD)
    roles.give(person, role, by="site")
    return person


def sign_in(client: Client, user: User) -> None:
    """Sign in; staff with the second factor that their pages ask for."""
    client.force_login(user)
    if user.is_staff:
        factor, _ = Authenticator.objects.get_or_create(
            user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "JBSWY3DPEHPK3PXP"}}
        )
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            {"method": "mfa", "at": 0.0, "type": "totp", "id": factor.pk}
        ]
        session.save()


@pytest.fixture(autouse=True)
def plain_site(settings: Any, tmp_path: Path) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ORIGIN = ""
    settings.STATIC_ROOT = tmp_path
    settings.AUDIT_HEAD = tmp_path / "audit_head"
    settings.STORAGES = {
        "default": {
            "BACKEND": "generations.storage.AtomicFileSystemStorage",
            "OPTIONS": {"location": tmp_path / "media"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.CLASSIFIER = {**settings.CLASSIFIER, "is_wanted": False}  # also where one is installed
    cache.clear()
    cache.set(switches.KEY, switches.State(), timeout=3600)  # as on a page that is not the first


@pytest.fixture(scope="session", autouse=True)
def emptied_between_tests() -> Iterator[None]:
    """Tables that nothing may be deleted from are emptied all the same, when a test's database is: unguarded before,
    guarded again by the hook that follows every migration and every such emptying."""
    operations = type(connection.ops)
    flush = operations.sql_flush

    def unguarded(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        guarded = [table for table in settings.APPEND_ONLY if table in tables]
        dropped = [line for table in guarded for line in guard.dropping(table, vendor=connection.vendor)]
        return [*dropped, *flush(self, style, tables, **options)]

    operations.sql_flush = unguarded
    yield
    operations.sql_flush = flush


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice@example.org", PASSWORD)


@pytest.fixture
def bob(db: None) -> User:
    """Somebody else: never the owner of what a test is about."""
    return User.objects.create_user("bob@example.org", PASSWORD)


@pytest.fixture
def guest(db: None) -> User:
    return User.objects.create_guest()


@pytest.fixture
def moderator(db: None) -> User:
    return staff_of(roles.Role.MODERATOR)


@pytest.fixture
def senior(db: None) -> User:
    return staff_of(roles.Role.SENIOR)


@pytest.fixture
def administrator(db: None) -> User:
    """By their role; no superuser."""
    return staff_of(roles.Role.ADMINISTRATOR)


@pytest.fixture
def client_of() -> Callable[[User | None], Client]:
    """client_of(user): a browser of its own, signed in as this person; of None: signed out."""

    def open_as(user: User | None) -> Client:
        client = Client()
        if user is not None:
            sign_in(client, user)
        return client

    return open_as
