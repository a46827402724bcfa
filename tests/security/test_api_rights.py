"""Who may do what through the API: every operation, for a token of its owner, of others, with too little, and none."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from accounts import handles, tokens
from accounts.models import User
from generations.api.urls import api
from generations.models import Version
from generations.services import deployments
from tests.security.conftest import Things

pytestmark = pytest.mark.django_db

ASKERS = ("owner", "other", "staff", "too little", "nobody")
HIDDEN = "200 404 404 403 401"
# name → (method, address, body, a status for each of ASKERS). "too little": the owner's token without the scope.
TABLE: dict[str, tuple[str, str, Any, str]] = {
    "account_get": ("GET", "/v1/account", None, "200 200 200 403 401"),
    "files_create": ("POST", "/v1/files", None, "422 422 422 403 401"),
    "files_list": ("GET", "/v1/files", None, "200 200 200 403 401"),
    "files_get": ("GET", "/v1/files/{file}", None, HIDDEN),
    "files_delete": ("DELETE", "/v1/files/{file}", None, "204 404 404 403 401"),
    "files_download": ("GET", "{download}", None, "200 200 200 200 200"),  # the link itself is the right
    "webhooks_default_secret": ("GET", "/v1/webhooks/default/secret", None, "200 200 200 403 401"),
    "predictions_list": ("GET", "/v1/predictions", None, "200 200 200 403 401"),
    "predictions_get": ("GET", "/v1/predictions/{prediction}", None, HIDDEN),
    "predictions_cancel": ("POST", "/v1/predictions/{prediction}/cancel", None, HIDDEN),
    "predictions_create": (
        "POST",
        "/v1/predictions",
        {"version": "safelight/picto", "input": {"prompt": "a fox"}},
        "201 201 201 403 401",
    ),
    "models_predictions_create": (
        "POST",
        "/v1/models/safelight/picto/predictions",
        {"input": {"prompt": "a fox"}},
        "201 201 201 403 401",
    ),
    "deployments_predictions_create": (
        "POST",
        "/v1/deployments/alice/mine/predictions",
        {"input": {"prompt": "a fox"}},
        "201 404 404 403 401",
    ),
}

OPEN = {"files_download"}  # need no token: the link itself is the right


def operations() -> set[str]:
    return {pattern.name for pattern in api.urls[0] if isinstance(pattern, URLPattern) and pattern.name} - {
        "api-root"
    }


def test_table_is_complete() -> None:
    """Every operation of the API stands in the table, and no other."""
    assert operations() == set(TABLE)


@pytest.fixture
def secrets_of(
    alice: User, bob: User, moderator: User, version: Version, things_of: Callable[..., Things]
) -> tuple[dict[str, str], Things]:
    """What each asker sends as their token, and the owner's things."""
    handles.take(alice, "alice")
    hers = things_of(alice)
    pinned = {"name": "mine", "version": version, "hardware": "cpu"}
    deployments.create(alice, **pinned, min_instances=0, max_instances=1)
    found = {
        "owner": hers.secret,
        "other": tokens.create(bob, "bob's")[1],
        "staff": tokens.create(moderator, "theirs")[1],
        "nobody": "r8_" + "0" * 37,
    }
    return found, hers


@pytest.mark.parametrize("name", TABLE)
def test_right(secrets_of: tuple[dict[str, str], Things], alice: User, name: str) -> None:
    """Each operation answers each asker as the table says."""
    method, address, body, statuses = TABLE[name]
    secrets, hers = secrets_of
    scope = "predict" if method in {"GET", "QUERY"} else "read"
    secrets["too little"] = tokens.create(alice, "less", scopes=[scope])[1]
    told = {}
    for who in ASKERS:
        filled = json.loads(hers.fill(json.dumps(body)))
        told[who] = str(
            Client()
            .generic(
                method,
                hers.fill(address),
                json.dumps(filled) if filled is not None else "",
                content_type="application/json",
                headers={"Authorization": f"Bearer {secrets[who]}"},
            )
            .status_code
        )
    assert told == dict(zip(ASKERS, statuses.split(), strict=True))


@pytest.mark.parametrize("name", TABLE)
def test_a_session_is_no_token(
    secrets_of: tuple[dict[str, str], Things],
    client_of: Callable[[User | None], Client],
    alice: User,
    name: str,
) -> None:
    """Who is signed in on the site is nobody to the API, so a form of another site reaches nothing."""
    method, address, _, _ = TABLE[name]
    answer = client_of(alice).generic(method, secrets_of[1].fill(address))
    assert answer.status_code == (200 if name in OPEN else 401)
