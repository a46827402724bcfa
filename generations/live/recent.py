"""What was rendered within the last moment: a crowd of pages that comes back at once is given the same frames."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

FRESH_S = 1.0  # not longer: a page may show more than what raises seq


class Numbered(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def seq(self) -> int: ...


Kept = TypeVar("Kept", bound=Numbered)


class Recent(Generic[Kept]):
    """Safe from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._kept: dict[str, tuple[float, Kept]] = {}  # in order of age

    def of(self, seqs: dict[str, int]) -> list[Kept]:
        """Those that are fresh and at exactly these seqs."""
        with self._lock:
            self._forget()
            found = [self._kept[id][1] for id in seqs if id in self._kept]
        return [each for each in found if each.seq == seqs[each.id]]

    def keep(self, rendered: Iterable[Kept]) -> None:
        with self._lock:
            self._forget()
            for each in rendered:
                self._kept.pop(each.id, None)
                self._kept[each.id] = (self._clock(), each)

    def _forget(self) -> None:
        horizon = self._clock() - FRESH_S
        for id in [id for id, (at, _) in self._kept.items() if at < horizon]:
            del self._kept[id]
