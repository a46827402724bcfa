"""How fast something may be done: token buckets in the cache, so that a short burst is fine and a flood is not.

Of one process exact; several that share a cache may let a few more through where they ask at the same moment.
"""

import math
import threading
import time
from dataclasses import dataclass

from django.core.cache import cache

# One subject is counted by one thread at a time; another subject never waits for it, unless their hashes meet.
_LOCKS = [threading.Lock() for _ in range(64)]


@dataclass(frozen=True, slots=True)
class Level:
    """A bucket after somebody has asked: `wait_s` is 0 when they may go on."""

    most: int
    left: int
    reset_s: int  # until it is full again
    wait_s: int


def take(subject: str, *, most: int, window_s: int = 60) -> Level:
    """Take one of `subject`, which refills at `most` in `window_s`. Asking when it is empty costs nothing."""
    key = f"bucket:{subject}"
    rate = most / window_s
    with _LOCKS[hash(subject) % len(_LOCKS)]:
        now = time.time()
        left, at = cache.get(key) or (float(most), now)
        left = min(float(most), left + max(0.0, now - at) * rate)
        wait_s = 0 if left >= 1 else max(1, math.ceil((1 - left) / rate))
        left -= 0 if wait_s else 1
        cache.set(key, (left, now), timeout=2 * window_s)
    return Level(most=most, left=int(left), reset_s=math.ceil((most - left) / rate), wait_s=wait_s)
