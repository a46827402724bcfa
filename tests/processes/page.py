"""An open studio that lives through faults: it connects again as live.js does, and says what it has."""

import contextlib
import json
import random
import threading
import time
from collections.abc import Iterable, Iterator

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection

from tests.site import ENDED, Person


class Page:
    """`seqs` and `statuses` by prediction, as the newest frame said; `losses`: how often the socket broke.

    It shows the predictions `ids` from the start, as they were when they were made.
    """

    def __init__(self, person: Person, ids: Iterable[str]) -> None:
        self._person = person
        self.seqs = dict.fromkeys(ids, 0)
        self.statuses: dict[str, str] = {}
        self.losses = 0
        self.faults: list[str] = []
        self._is_open = True
        self._thread = threading.Thread(target=self._live, daemon=True)

    @classmethod
    @contextlib.contextmanager
    def opened(cls, person: Person, *ids: str) -> Iterator["Page"]:
        page = cls(person, ids)
        page._thread.start()
        try:
            yield page
            assert not page.faults
        finally:
            page._is_open = False
            page._thread.join(timeout=10)

    def until(self, id: str, *wanted: str, within_s: float = 30.0) -> str:
        """The status that this page shows, as soon as it is one of `wanted`, or the end."""
        give_up = time.monotonic() + within_s
        while (status := self.statuses.get(id, "")) not in (wanted or ENDED):
            assert time.monotonic() < give_up, f"{id} is {status or 'unheard of'} on the page"
            time.sleep(0.02)
        return status

    def _live(self) -> None:
        pause_s = 0.5
        while self._is_open:
            try:
                with self._person.socket(have=self.seqs) as socket:
                    pause_s = 0.5
                    self._read(socket)
            except (OSError, WebSocketException):
                self.losses += 1
                time.sleep(pause_s * (0.5 + random.random()))
                pause_s = min(5.0, pause_s * 2)

    def _read(self, socket: ClientConnection) -> None:
        while self._is_open:
            with contextlib.suppress(TimeoutError):
                self._take(json.loads(socket.recv(timeout=0.5)))

    def _take(self, frame: dict[str, str | int]) -> None:
        id, seq = str(frame["id"]), int(frame["seq"])
        if seq <= self.seqs.get(id, -1):
            self.faults.append(f"{id} went from {self.seqs[id]} to {seq}")
        self.seqs[id], self.statuses[id] = seq, str(frame["status"])
