"""An account as the API shows it. `name` is never null: a client of ours would refuse it."""

from typing import Any, Literal

from ninja import Schema

from accounts.models import User


class AccountObject(Schema):
    type: Literal["user", "organization"]
    username: str
    name: str
    github_url: str | None
    avatar_url: str | None


def account_object(person: User) -> dict[str, Any]:
    return {
        "type": "user",
        "username": username_of(person),
        "name": person.display_name,
        "github_url": None,
        "avatar_url": None,
    }


def username_of(person: User) -> str:
    """The handle, or a name in its place that is never anybody's handle: a handle has no underscore."""
    return person.handle or f"user_{person.pk}"
