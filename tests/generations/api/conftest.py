"""Programs that ask the API, each with a token of somebody."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import User
from generations.ids import new_id
from generations.models import Engine, Output, Prediction, RegisteredModel, Status, Version
from inference.runners import echo


class Program:
    """A client of the API. Answers are Django's, with .json()."""

    def __init__(self, token: str = "") -> None:
        self.token = token
        self._client = Client()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """`path` without /v1. A header's name may have _ for its hyphens."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        content = body if isinstance(body, bytes | str) else "" if body is None else json.dumps(body)
        path = path if path.startswith("/v1") else f"/v1{path}"
        return self._client.generic(method, path, content, content_type="application/json", headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, body, **headers)


@pytest.fixture
def program(alice: User) -> Program:
    """One of alice's, that may do everything."""
    return Program(tokens.create(alice, "a program")[1])


@pytest.fixture
def stranger(db: None) -> Program:
    return Program()


@pytest.fixture
def version(db: None) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name="echo", title="Echo")
    return Version.objects.create(pk="e" * 64, model=model, schema=echo.SCHEMA)


@pytest.fixture
def engine(version: Version) -> Engine:
    found = Engine.objects.create(
        name="one", base_url="http://127.0.0.1:1", boot="b1", slots_max=4, status="READY"
    )
    found.versions.add(version)
    return found


@pytest.fixture
def finish(version: Version) -> Callable[..., Prediction]:
    """finish(id, status="succeeded", pictures=1): as an engine would end it, with files that exist."""

    def end(id: str, *, status: str = Status.SUCCEEDED, pictures: int = 1, error: str = "") -> Prediction:
        now = timezone.now()
        rows = Prediction.objects.filter(pk=id)
        rows.update(
            status=status,
            started_at=F("created_at"),
            completed_at=now,
            error=error,
            metrics={"steps_per_s": 3.5},
        )
        row = rows.get()
        for index in range(pictures if status == Status.SUCCEEDED else 0):
            make_output(row, index)
        return row

    return end


def make_output(row: Prediction, index: int) -> Output:
    key = f"outputs/te/{new_id()}"
    default_storage.save(f"{key}/master.png", ContentFile(b"a picture"))
    return Output.objects.create(
        prediction=row,
        user_id=row.user_id,
        index=index,
        key=key,
        sha256="5" * 64,
        size=9,
        width=64,
        height=64,
        placeholder="data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        colour="#112233",
        is_published=True,
    )
