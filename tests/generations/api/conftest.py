"""Programs that ask the API, each with a token of somebody."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import User


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
