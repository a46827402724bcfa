"""How long a page says that a prediction will wait: an interval that helps, or nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from generations import queries
from generations.models import Prediction, Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def made_in(alice: User, create: Callable[..., Prediction]) -> Callable[..., None]:
    """made_in(2, 3): predictions that took two and three seconds from their start."""

    def make(*seconds: float) -> None:
        now = timezone.now()
        for took in seconds:
            Prediction.objects.filter(pk=create(alice).pk).update(
                status=Status.SUCCEEDED, started_at=now - timedelta(seconds=took), completed_at=now
            )

    return make


def wait_of(row: Prediction) -> queries.Wait:
    wait = queries.snapshot(row).wait
    assert wait is not None
    return wait


def test_one_slow_run_spoils_no_estimate(alice, create, made_in):
    """Of the last runs the middle half counts: neither a stall nor a lucky run shows."""
    made_in(0.1, 2, 2, 2.5, 3, 3, 80)
    wait = wait_of(create(alice))
    assert (wait.low_s, wait.high_s) == (pytest.approx(2), pytest.approx(3))


def test_an_estimate_is_never_wide(alice, create, made_in):
    """Runs that are nothing alike, and many before it, still give ends that are within three times."""
    made_in(1, 1, 1, 40, 60, 80)
    create(alice), create(alice)
    wait = wait_of(create(alice))
    assert wait.low_s > 1
    assert wait.high_s == pytest.approx(wait.low_s * 3)


def test_one_run_is_no_estimate(alice, create, made_in):
    """After a single run nothing is known about how runs differ, and nothing is said."""
    made_in(2)
    assert wait_of(create(alice)) == queries.Wait(1)
