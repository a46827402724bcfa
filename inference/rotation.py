"""Whose turn it is when several buckets want the next step: deficit round robin, used by the batcher.

Shreedhar and Varghese, "Efficient fair queueing using deficit round robin", 1995. The currency is milliseconds of
step, not steps, so a bucket of large pictures cannot starve one of small pictures. A step's price is known only when
it is over, so it is charged afterwards and a deficit may go below zero.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection


class Rotation:
    """Each bucket that comes to the front earns a quantum, and steps until it has spent what it earned."""

    def __init__(self, *, quantum_ms: float = 50.0) -> None:
        self._quantum_ms = quantum_ms
        self._order: deque[str] = deque()
        self._credit: dict[str, float] = {}

    def pick(self, active: Collection[str]) -> str:
        """The bucket of the next step. `active` holds at least one; a bucket that left forfeits its credit."""
        self._follow(active)
        while self._credit[self._order[0]] <= 0:
            self._order.rotate(-1)
            self._credit[self._order[0]] += self._quantum_ms
        return self._order[0]

    def charge(self, bucket: str, spent_ms: float) -> None:
        self._credit[bucket] -= spent_ms

    def _follow(self, active: Collection[str]) -> None:
        self._order = deque(bucket for bucket in self._order if bucket in active)
        self._order.extend(bucket for bucket in dict.fromkeys(active) if bucket not in self._order)
        self._credit = {bucket: self._credit.get(bucket, 0.0) for bucket in self._order}
