"""The sampler's arithmetic."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from inference.runners import flow


@pytest.mark.parametrize("steps", [1, 2, 12, 50])
def test_time_table(steps):
    """Time rises from 0 to 1 in so many steps."""
    times = flow.time_table(steps)
    assert (len(times), times[0], times[-1]) == (steps + 1, 0, 1)
    assert (np.diff(times) > 0).all()


@pytest.mark.parametrize("steps", [1, 3, 12])
def test_straight_line(steps):
    """With the true velocity of a straight line, any number of steps ends at the picture, and foresees it at once."""
    noise, picture = np.float32([1, -2, 3]), np.float32([0.5, 0.25, -1])
    x, times = noise, flow.time_table(steps)
    for t, t_next in pairwise(times):
        assert np.allclose(flow.expected(x, picture - noise, t=t), picture, atol=1e-5)
        x = flow.euler(x, picture - noise, t=t, t_next=t_next)
    assert np.allclose(x, picture, atol=1e-5)


def test_dice_depend_on_seed_and_step_alone():
    """The same seed and step give the same numbers, whatever was drawn before; any other pair gives others."""
    first = flow.dice(7, 3).standard_normal(8, dtype=np.float32)
    flow.dice(7, 4).standard_normal(100)
    again = flow.dice(7, 3).standard_normal(8, dtype=np.float32)
    others = [flow.dice(*pair).standard_normal(8, dtype=np.float32) for pair in [(7, 4), (8, 3), (3, 7)]]
    assert first.tobytes() == again.tobytes()
    assert len({first.tobytes(), *(other.tobytes() for other in others)}) == 4


def test_large_words():
    """Seed and step may each be any 64-bit number."""
    assert np.isfinite(flow.dice(2**64 - 1, 2**63).random())


def test_guidance_one_is_the_conditional():
    """Guidance 1 is what the prompt says, 0 what any picture would do."""
    yes, no = np.float32([1, 2]), np.float32([3, 5])
    assert (flow.guided(yes, no, guidance=1) == yes).all()
    assert (flow.guided(yes, no, guidance=0) == no).all()
