"""Alive, and ready."""

import asyncio
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import AsyncClient, Client

from generations.models import Engine
from webapp import health


def test_alive_asks_no_database(client: Client) -> None:
    """/healthz answers without a database: this test has none."""
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db(transaction=True)
def test_ready_reports_engines(client: Client) -> None:
    """/readyz tells how the engines are, and is ready without any that works."""
    Engine.objects.create(name="embedded", base_url="http://127.0.0.1:1", status="CRASHING")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["engines"]) == (200, {"embedded": "CRASHING"})


@pytest.mark.django_db(transaction=True)
async def test_silent_database_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its database the site is not ready, and says which part is missing."""

    def fail() -> dict[str, str]:
        raise DatabaseError("gone")

    monkeypatch.setattr(health, "_read_engines", fail)
    answer = await AsyncClient().get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, False)


@pytest.mark.django_db(transaction=True)
async def test_silent_channel_layer_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a channel layer that delivers, the site is not ready."""

    class Deaf:
        async def new_channel(self, prefix: str) -> str:
            return prefix

        async def send(self, channel: str, message: dict[str, Any]) -> None:
            return

        async def receive(self, channel: str) -> dict[str, Any]:
            return await asyncio.Future()

    monkeypatch.setattr(health, "get_channel_layer", Deaf)
    monkeypatch.setattr(health, "WITHIN_S", 0.05)
    monkeypatch.setattr(health, "_read_engines", dict)
    answer = await AsyncClient().get("/readyz")
    assert (answer.status_code, answer.json()["channel_layer"]) == (503, False)
