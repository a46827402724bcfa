"""The reaper: finds leases that nobody renews, by a monotonic clock of its own, and takes them up or returns them."""

import asyncio
from typing import TYPE_CHECKING

from django.conf import settings

from generations.live.flight import tell
from generations.models import Prediction, Status
from generations.services import claims, running

if TYPE_CHECKING:
    from generations.live.dispatcher import Dispatcher

Seen = tuple[int, int]  # claim, renewals


class Reaper:
    """A lease has run out when its (claim, renewals) stood still for LEASE_S; no wall clock is compared."""

    def __init__(self, dispatcher: "Dispatcher", *, embedded: bool) -> None:
        self._dispatcher = dispatcher
        self._embedded = embedded
        self._seen: dict[str, tuple[Seen, float]] = {}

    async def watch(self) -> None:
        if self._embedded:
            # The only dispatcher there is: whatever is leased belongs to one that is dead.
            await self._take_up(await self._others())
        while True:
            await self._take_up(self._run_out(await self._others()))
            await asyncio.sleep(settings.LEASE_S / 6)

    async def _others(self) -> list[Prediction]:
        rows = await self._dispatcher.ledger.write(lambda: list(claims.leased()))
        return [row for row in rows if row.pk not in self._dispatcher.flights]

    def _run_out(self, rows: list[Prediction]) -> list[Prediction]:
        now = asyncio.get_running_loop().time()
        before, self._seen = self._seen, {}
        for row in rows:
            state = (row.claim, row.renewals)
            known = before.get(row.pk)
            self._seen[row.pk] = known if known and known[0] == state else (state, now)
        return [row for row in rows if now - self._seen[row.pk][1] >= settings.LEASE_S]

    async def _take_up(self, rows: list[Prediction]) -> None:
        for row in rows:
            if await self._is_running_on(row):
                if await self._dispatcher.ledger.write(claims.adopt, row, owner=self._dispatcher.name):
                    self._dispatcher.launch(row)
                continue
            fault = row.status == Status.PROCESSING
            await tell(row, await self._dispatcher.ledger.write(running.lose, row, fault=fault))
            self._dispatcher.slots_changed()

    async def _is_running_on(self, row: Prediction) -> bool:
        """Does the engine process that was given this row still live? Then its stream can be resumed."""
        if not row.boot or row.engine_id is None:
            return False
        if self._dispatcher.engines.get(row.engine_id) is None:
            return False
        return await self._dispatcher.engines.boot_of(row.engine_id) == row.boot
