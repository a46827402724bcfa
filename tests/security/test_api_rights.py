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
from generations.models import Collection, RegisteredModel, Training, Version
from generations.services import deployments
from tests.security.conftest import Things

pytestmark = pytest.mark.django_db

ASKERS = ("owner", "other", "staff", "too little", "nobody")
HIDDEN = "200 404 404 403 401"
# name → (method, address, body, a status for each of ASKERS). "too little": the owner's token without the scope.
HERS = "/v1/models/alice/hers"
PINNED, SPARE, TRAINED = "b" * 64, "c" * 64, "0" * 26
DEPLOYMENT = {
    "name": "second",
    "model": "alice/hers",
    "version": PINNED,
    "hardware": "cpu",
    "min_instances": 0,
    "max_instances": 1,
}
MODEL = {"owner": "alice", "name": "new", "visibility": "private", "hardware": "cpu"}
CATALOGUE = {
    "collections_list": ("GET", "/v1/collections", None, "200 200 200 403 401"),
    "collections_get": ("GET", "/v1/collections/foxes", None, "200 200 200 403 401"),
    "models_list": ("GET", "/v1/models", None, "200 200 200 403 401"),
    "models_search": ("QUERY", "/v1/models", "fox", "200 200 200 403 401"),
    "models_create": ("POST", "/v1/models", MODEL, "201 403 403 403 401"),
    "models_get": ("GET", HERS, None, "200 404 404 403 401"),
    "models_update": ("PATCH", HERS, {"readme": "# Hers"}, "200 404 404 403 401"),
    "models_delete": ("DELETE", "/v1/models/alice/empty", None, "204 404 404 403 401"),
    "models_readme_get": ("GET", f"{HERS}/readme", None, "200 404 404 403 401"),
    "models_examples_list": ("GET", f"{HERS}/examples", None, "200 404 404 403 401"),
    "search": ("GET", "/v1/search?query=fox", None, "200 200 200 403 401"),
    "hardware_list": ("GET", "/v1/hardware", None, "200 200 200 403 401"),
    "models_versions_list": ("GET", f"{HERS}/versions", None, "200 404 404 403 401"),
    "models_versions_get": ("GET", f"{HERS}/versions/{PINNED}", None, "200 404 404 403 401"),
    "models_versions_delete": ("DELETE", f"{HERS}/versions/{SPARE}", None, "202 404 404 403 401"),
    "deployments_list": ("GET", "/v1/deployments", None, "200 200 200 403 401"),
    "deployments_create": ("POST", "/v1/deployments", DEPLOYMENT, "201 422 422 403 401"),
    "deployments_get": ("GET", "/v1/deployments/alice/live", None, "200 404 404 403 401"),
    "deployments_update": (
        "PATCH",
        "/v1/deployments/alice/live",
        {"max_instances": 2},
        "200 404 404 403 401",
    ),
    "deployments_delete": ("DELETE", "/v1/deployments/alice/live", None, "204 404 404 403 401"),
    "trainings_create": (
        "POST",
        f"{HERS}/versions/{PINNED}/trainings",
        {"destination": "alice/hers", "input": {}},
        "422 404 404 403 401",
    ),
    "trainings_list": ("GET", "/v1/trainings", None, "200 200 200 403 401"),
    "trainings_get": ("GET", f"/v1/trainings/{TRAINED}", None, "200 404 404 403 401"),
    "trainings_cancel": ("POST", f"/v1/trainings/{TRAINED}/cancel", None, "200 404 404 403 401"),
}
TABLE: dict[str, tuple[str, str, Any, str]] = {
    **CATALOGUE,
    "account_get": ("GET", "/v1/account", None, "200 200 200 403 401"),
    "files_create": ("POST", "/v1/files", None, "422 422 422 403 401"),
    "files_list": ("GET", "/v1/files", None, "200 200 200 403 401"),
    "files_get": ("GET", "/v1/files/{file}", None, HIDDEN),
    "files_delete": ("DELETE", "/v1/files/{file}", None, "204 404 404 403 401"),
    "streams_text": ("GET", "/v1/streams/{stream}", None, "200 200 200 200 200"),  # the same
    "streams_files": ("GET", "/v1/files/streams/{stream}", None, "200 200 200 200 200"),
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

OPEN = {"files_download", "streams_text", "streams_files"}  # need no token: the link itself is the right


def operations() -> set[str]:
    return {pattern.name for pattern in api.urls[0] if isinstance(pattern, URLPattern) and pattern.name} - {
        "api-root"
    }


def test_table_is_complete() -> None:
    """Every operation of the API stands in the table, and no other."""
    assert operations() == set(TABLE)


def _fill_catalogue(owner: User) -> None:
    """Her private model with two versions, a deployment of one and a training of it."""
    mine = {"owner": "alice", "user": owner, "visibility": "private"}
    model = RegisteredModel.objects.create(name="hers", readme="# Hers", **mine)
    RegisteredModel.objects.create(name="empty", **mine)
    Collection.objects.create(slug="foxes", name="Foxes", description="Models that draw foxes.")
    pinned, _ = (Version.objects.create(pk=id, model=model, schema={}) for id in (PINNED, SPARE))
    deployments.create(owner, name="live", version=pinned, hardware="cpu", min_instances=0, max_instances=1)
    Training.objects.create(pk=TRAINED, user=owner, version=pinned, destination=model, input={})


@pytest.fixture
def secrets_of(
    alice: User, bob: User, moderator: User, version: Version, things_of: Callable[..., Things]
) -> tuple[dict[str, str], Things]:
    """What each asker sends as their token, and the owner's things."""
    handles.take(alice, "alice")
    hers = things_of(alice)
    pinned = {"name": "mine", "version": version, "hardware": "cpu"}
    deployments.create(alice, **pinned, min_instances=0, max_instances=1)
    _fill_catalogue(alice)
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
