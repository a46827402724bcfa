"""The cache in Redis, and what becomes of limits while Redis is away."""

import pytest

from tests.site import free_port

pytest.importorskip("redis")

from webapp.shared_cache import SharedCache


@pytest.fixture
def away() -> SharedCache:
    """A cache whose Redis does not answer."""
    cache = SharedCache(f"redis://127.0.0.1:{free_port()}/0", {})
    yield cache
    cache._alone.clear()


def test_limits_are_counted_while_redis_is_away(away: SharedCache) -> None:
    """Without Redis a process counts for itself, and forgets nothing it counted."""
    assert away.add("tries", 0, timeout=60)
    assert not away.add("tries", 0, timeout=60)
    assert [away.incr("tries"), away.incr("tries")] == [1, 2]
    assert away.get("tries") == 2


def test_all_that_a_cache_is_asked_works_while_redis_is_away(away: SharedCache) -> None:
    """Setting, looking, touching and forgetting work alike."""
    away.set("word", "amber")
    assert ("word" in away, away.get("word"), away.touch("word", 9)) == (True, "amber", True)
    assert (away.delete("word"), away.get("word", "gone")) == (True, "gone")
    assert away.get_or_set("word", "red") == "red"
    with pytest.raises(ValueError, match="not found"):
        away.incr("nothing")
