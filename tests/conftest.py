"""People for every test: alice, her neighbour bob, a guest and a moderator, and the browser of each.

`plain_site` makes the site quick and alone: a fast password hash, static files as they lie in the tree, the files of
outputs in a folder of the test, an empty cache.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User

PASSWORD = "a quiet amber lamp"  # of everyone who has one


@pytest.fixture(autouse=True)
def plain_site(settings: Any, tmp_path: Path) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ORIGIN = ""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        "default": {
            "BACKEND": "generations.storage.AtomicFileSystemStorage",
            "OPTIONS": {"location": tmp_path / "media"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    cache.clear()


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
    """Staff, but no superuser."""
    return User.objects.create_user("moderator@example.org", PASSWORD, is_staff=True)


@pytest.fixture
def client_of() -> Callable[[User | None], Client]:
    """client_of(user): a browser of its own, signed in as this person; of None: signed out."""

    def open_as(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return open_as
