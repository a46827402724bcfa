"""What passes its deadline ends: aborted before it began, canceled while it ran."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import tokens
from generations.models import Status
from generations.services import claims, predictions, running


@pytest.fixture
def overdue(alice, version):
    then = timezone.now() - timedelta(seconds=1)
    call = predictions.Call(tokens.create(alice, "bot")[0], deadline_at=then)
    return predictions.create(alice, version, {"prompt": "a fox"}, call=call)


def test_what_waits_is_aborted(overdue):
    assert predictions.end_overdue() == 1
    overdue.refresh_from_db()
    assert (overdue.status, overdue.shown_status) == (Status.ABORTED, "canceled")
    assert list(overdue.journal.values_list("kind", flat=True)) == ["created", "aborted"]
    assert predictions.end_overdue() == 0


def test_what_runs_is_canceled(overdue, engine):
    (row,) = claims.claim("one", engine, outputs=4, predictions=1)
    running.start(row, engine_seq=1)
    assert predictions.end_overdue() == 1
    overdue.refresh_from_db()
    assert (overdue.status, overdue.cancel_asked_at is not None) == (Status.PROCESSING, True)
    assert predictions.end_overdue() == 0
    running.finish(row, Status.CANCELED)
    overdue.refresh_from_db()
    assert overdue.status == Status.CANCELED


def test_what_has_time_goes_on(alice, version):
    later = timezone.now() + timedelta(minutes=1)
    call = predictions.Call(tokens.create(alice, "bot")[0], deadline_at=later)
    predictions.create(alice, version, {"prompt": "a fox"}, call=call)
    assert predictions.end_overdue() == 0
