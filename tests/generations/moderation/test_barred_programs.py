"""What a decision about an account closes is closed for programs too."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import User
from generations.models import Output, Prediction
from generations.services import cases
from tests.generations.moderation.test_decisions import decide


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss@example.org", "a quiet amber lamp")


def test_programs_of_a_suspended_person(alice: User, boss: User, make_output: Callable[..., Output]) -> None:
    """The API makes nothing for them, and says why; what is theirs can still be read."""
    made = make_output(alice)
    _, secret = tokens.create(alice, "a program")
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    decide(cases.file_signal(alice, kind="report", category="hate"), boss, "suspend", days=3)
    told = program.post(
        "/v1/predictions",
        {"version": made.prediction.version_id, "input": {"prompt": "a fox"}},
        content_type="application/json",
    )
    assert told.status_code == 403
    assert "suspended until" in told.json()["detail"]
    assert Prediction.objects.count() == 1
    assert program.get(f"/v1/predictions/{made.prediction_id}").status_code == 200
