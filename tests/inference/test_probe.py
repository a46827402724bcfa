"""How many slots are worth having."""

from __future__ import annotations

import pytest

from inference import probe
from inference.batcher import Batcher
from tests.inference.numbers_runner import Numbers


@pytest.mark.parametrize(
    ("found", "best"),
    [
        ({1: 10, 2: 20, 4: 40, 8: 80}, 1),  # no gain: a compute-bound device
        ({1: 10, 2: 10, 4: 10, 8: 10}, 8),  # free: a device that is far too large
        ({1: 10, 2: 12, 4: 20, 8: 38}, 4),  # 8 is only a little better than 4
    ],
)
def test_knee(found, best):
    """The cap is the smallest batch within a tenth of the best throughput."""
    assert probe.knee(found) == best


def test_a_runner_with_its_own_cap_is_not_probed():
    """Who knows need not be asked."""
    assert probe.chores(Numbers(max_slots=3), Batcher(max_slots=3), set_cap=True) == []
