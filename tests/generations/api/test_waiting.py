"""`Prefer: wait`: the answer comes with the end, or when the time is up, whatever happens meanwhile."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, transaction

from generations import listening
from generations.models import Prediction, Version
from tests.generations.api.conftest import Program

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody nudges here."""
    monkeypatch.setattr(listening, "LOOK_S", 0.1)


def ask(program: Program, version: Version, prefer: str) -> tuple[Any, dict[str, Any]]:
    body = {"version": version.pk, "input": {"prompt": "a fox"}}
    answer = program.post("/predictions", body, Prefer=prefer)
    return answer, answer.json() if not answer.streaming else _told(answer)


def _told(answer: Any) -> dict[str, Any]:
    async def all_of_it() -> bytes:
        return b"".join([piece async for piece in answer.streaming_content])

    return json.loads(async_to_sync(all_of_it)())


def test_the_answer_comes_with_the_end(
    program: Program, version: Version, finish: Callable[..., Prediction]
) -> None:
    def end() -> None:
        while not (made := Prediction.objects.first()):
            time.sleep(0.02)
        time.sleep(0.3)
        with transaction.atomic():  # as an end comes: outputs and status together
            finish(made.pk)
        connection.close()

    ending = threading.Thread(target=end)
    ending.start()
    answer, told = ask(program, version, "wait=20")
    ending.join()
    assert (answer.status_code, told["status"], len(told["output"])) == (201, "succeeded", 1)


def test_the_answer_comes_when_the_time_is_up(program: Program, version: Version) -> None:
    began = time.monotonic()
    answer, told = ask(program, version, "wait=1")
    assert time.monotonic() - began < 5
    assert (answer.status_code, told["status"]) == (201, "starting")
    assert Prediction.objects.get().status == "starting"  # and it goes on


def test_what_cannot_be_read_at_the_end_is_told_as_it_began(
    program: Program, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that broke off would be sent again, and make a second one."""

    async def broken(*args: Any, **how: Any) -> bytes:
        raise OSError("the database is away")

    monkeypatch.setattr(listening, "until", broken)
    answer, told = ask(program, version, "wait")
    assert (answer.status_code, told["status"], told["id"]) == (201, "starting", Prediction.objects.get().pk)


def test_a_prediction_that_goes_meanwhile_is_told_as_it_began(program: Program, version: Version) -> None:
    def remove() -> None:
        while not Prediction.objects.exists():
            time.sleep(0.02)
        time.sleep(0.3)
        Prediction.objects.all().delete()
        connection.close()

    removing = threading.Thread(target=remove)
    removing.start()
    answer, told = ask(program, version, "wait=1")
    removing.join()
    assert (answer.status_code, told["status"]) == (201, "starting")
