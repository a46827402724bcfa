"""Deficit round robin over buckets."""

from __future__ import annotations

from collections import Counter

from inference.rotation import Rotation


def shares(prices: dict[str, float], *, rounds: int) -> Counter:
    """Milliseconds that each bucket got in so many steps."""
    rotation, spent = Rotation(), Counter()
    for _ in range(rounds):
        bucket = rotation.pick(list(prices))
        rotation.charge(bucket, prices[bucket])
        spent[bucket] += prices[bucket]
    return spent


def test_equal_time_not_equal_steps():
    """A bucket of dear steps gets as many milliseconds as one of cheap steps."""
    spent = shares({"small": 10, "large": 200}, rounds=2000)
    assert 0.9 < spent["small"] / spent["large"] < 1.1


def test_nobody_starves():
    """With three buckets, one of them very dear, each gets its third."""
    spent = shares({"a": 1, "b": 30, "c": 1000}, rounds=20_000)
    assert min(spent.values()) > 0.3 * sum(spent.values())


def test_alone():
    """One bucket alone is always its own turn, whatever its steps cost."""
    assert set(shares({"only": 60_000}, rounds=50)) == {"only"}


def test_leaving_forfeits():
    """A bucket that left and came back has no credit or debt from before."""
    rotation = Rotation()
    rotation.charge(rotation.pick(["a"]), 10_000)
    rotation.pick(["b"])
    picked = Counter()
    for _ in range(100):
        bucket = rotation.pick(["a", "b"])
        rotation.charge(bucket, 50)
        picked[bucket] += 1
    assert abs(picked["a"] - picked["b"]) <= 2
