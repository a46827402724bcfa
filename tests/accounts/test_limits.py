"""Promises of the numbers of a plan."""

import pytest

from accounts.limits import limits_of
from accounts.models import User


@pytest.mark.parametrize(("is_guest", "numbers"), [(True, (4, 1, 40)), (False, (20, 4, 500))])
def test_defaults(is_guest, numbers):
    """A guest may have less than a person with an account."""
    limits = limits_of(User(is_guest=is_guest))
    assert (limits.queued, limits.running, limits.per_day) == numbers
