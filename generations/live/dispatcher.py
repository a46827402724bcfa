"""The dispatcher: claims rows in fair order, sends them to engines, keeps the leases, takes up what others dropped.

One asyncio task of the server in the embedded profile, a process of its own (`manage.py dispatch`) in the scaled one.
"""

import asyncio
import logging
import secrets
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

from channels.layers import get_channel_layer
from django.conf import settings

from generations import events
from generations.engines.client import open_session
from generations.errors import EngineBusy, EngineError, EngineRefused, EngineSilent, EngineUnavailable
from generations.ledger import Darkroom, Ledger
from generations.live import bulk, clock, screening
from generations.live import flight as flights
from generations.live.engines import Engines
from generations.live.flight import Flight, tell
from generations.live.reaper import Reaper
from generations.live.sender import Sender
from generations.models import Engine, EngineKind, Prediction, Status
from generations.services import claims, grids, running

logger = logging.getLogger(__name__)

FEED_S = 0.2  # between two looks at grids, however fast the queue moves
POLL_S = 1.0  # the truth behind the wake-up message, which may be lost
RENEWALS = 3  # within a lease, so that two may be late
PREFETCH = 2  # predictions beyond an engine's slots, so that a slot that comes free never waits for us
STORING = 8  # predictions beyond those that the engine is done with, and whose pictures wait to be stored
STOP_S = 30.0  # how long running predictions may go on after SIGTERM
CANCEL_S = 10.0  # how long an engine may take to cancel before the row ends without it
QUEUE_SHOWN = 50  # waiting rows whose place is brought up to date as the queue moves
BUSY_S = 0.5
STUCK_S = 60.0  # how long an engine that went silent at work is given nothing, unless it is started anew
RETURN_S = 10.0  # how long, at the stop, the database may take to hear what goes back to the queue


class Dispatcher:
    """`on_stuck(engine)` is called when an engine is connected but silent: the supervisor restarts its child."""

    def __init__(
        self, *, embedded: bool = False, on_stuck: Callable[[Engine], Awaitable[None]] | None = None
    ) -> None:
        self.name = f"{socket.gethostname()[:40]}-{secrets.token_hex(4)}"
        self.ledger = Ledger("dispatcher")
        self.darkroom = Darkroom()
        self.flights: dict[str, Flight] = {}
        self._embedded = embedded
        self._on_stuck = on_stuck
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._poke = asyncio.Event()
        self._moved = asyncio.Event()
        self._freed = asyncio.Event()
        self._crews: dict[str, frozenset[str]] = {}  # boot of a lost engine → what was running in it
        self._pause_until: dict[
            str, float
        ] = {}  # by boot, so that an engine that is started anew is not meant

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then running predictions have STOP_S, and the rest goes back to the queue."""
        async with open_session() as session:
            self.engines = Engines(
                session, self.ledger, changed=self._wake, poke=self._poke, on_stuck=self._on_stuck
            )
            self.reaper = Reaper(self, embedded=self._embedded)
            self.sender = Sender(self.name, embedded=self._embedded)
            claiming = asyncio.create_task(self._claim_until(stop))
            loops = [
                asyncio.create_task(loop)
                for loop in (
                    self.engines.watch(),
                    self._hear_forever(),
                    self._renew_forever(),
                    self._stir_forever(),
                    self._feed_forever(),
                    self.reaper.watch(),
                    self.sender.run(),
                    clock.keep(self.darkroom),
                    bulk.keep(self.darkroom),
                    screening.Screener(self.ledger, self.darkroom).keep(),
                )
            ]
            waiter = asyncio.create_task(stop.wait())
            try:
                done, _ = await asyncio.wait([waiter, claiming, *loops], return_when=asyncio.FIRST_COMPLETED)
                for task in done - {waiter}:
                    task.result()
                self._wake.set()
                # What it takes at this very moment is launched, and so returned with the others.
                await asyncio.wait([claiming], timeout=RETURN_S)
                await self._land()
            finally:
                tasks = [waiter, claiming, *loops, *self._tasks.values()]
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                self.ledger.close()
                self.darkroom.close()

    def look_at_engines(self) -> None:
        """One of them has come, gone or moved: do not wait for the next look."""
        self._poke.set()

    def slots_changed(self) -> None:
        self._wake.set()

    async def same_boot(self, flight: Flight) -> bool:
        """Is the engine process that was given this prediction still there?"""
        return await self.engines.boot_of(flight.row.engine_id) in (flight.row.boot, None)

    def launch(self, row: Prediction) -> None:
        """Follow a row that is leased to us."""
        client = self.engines.client(row.engine_id)
        flight = Flight(row, client)
        before = self._tasks.get(row.pk)
        if before is not None:  # it was taken from us, and came back
            before.cancel()
        self.flights[row.pk] = flight
        self._tasks[row.pk] = asyncio.create_task(self._fly(flight), name=f"prediction {row.pk}")

    # Claims

    async def _claim_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self._wake.clear()
            for engine in self.engines.ready():
                await self._claim(engine)
            await _wait_for(self._wake, POLL_S)

    async def _claim(self, engine: Engine) -> None:
        if self._pause_until.get(engine.boot, 0.0) > asyncio.get_running_loop().time():
            return
        here = [flight for flight in self.flights.values() if flight.row.engine_id == engine.pk]
        drawing = sum(flight.outputs_left > 0 for flight in here)
        # A stock Cog server has no queue: what is beyond its slots it refuses.
        most = engine.slots_max + (0 if engine.kind == EngineKind.COG else PREFETCH)
        rows = await self.ledger.write(
            claims.claim,
            self.name,
            engine,
            outputs=most - sum(flight.outputs_left for flight in here),
            predictions=min(most - drawing, most + STORING - len(here)),
        )
        for row in rows:
            self.launch(row)
        if rows:
            self._moved.set()
            self._freed.set()

    async def _stir_forever(self) -> None:
        """Places in the queue, brought up to date at most once a second."""
        while True:
            await self._moved.wait()
            self._moved.clear()
            for id, user_id, seq in await self.ledger.write(claims.stir, first=QUEUE_SHOWN):
                await events.nudge(id, user_id, seq=seq)
            await asyncio.sleep(1.0)

    async def _feed_forever(self) -> None:
        """Cells of grids, sent as their people get places in the queue."""
        while True:
            await _wait_for(self._freed, POLL_S)
            self._freed.clear()
            try:
                await self.ledger.write(grids.feed)
            except Exception:  # one bad grid must not end the dispatcher; it is logged, and comes again
                logger.exception("Cells of grids could not be sent; trying again in a second.")
                await asyncio.sleep(POLL_S)
            await asyncio.sleep(FEED_S)

    # Flights

    async def _fly(self, flight: Flight) -> None:
        try:
            await flights.follow(flight, self)
        except EngineBusy:
            self._pause(flight, BUSY_S)
            await self._return(flight)
        except EngineRefused as error:
            await flights.end(flight.row, Status.FAILED, self, error=error.sentence, code=error.code)
        except EngineSilent:
            self._pause(flight, STUCK_S)
            await self._lose(flight)
            await self._report_stuck(flight)
        except EngineUnavailable:
            self._pause(flight, BUSY_S)
            self.engines.look_now()
            await self._lose(flight)
        except Exception:  # whatever it was, the row must not stay leased to a flight that is over
            logger.exception("Following %s failed.", flight.row.pk)
            await tell(flight.row, await self.ledger.write(running.lose, flight.row, fault=True))
        finally:
            if self.flights.get(flight.row.pk) is flight:
                del self.flights[flight.row.pk], self._tasks[flight.row.pk]
            self._wake.set()

    def _pause(self, flight: Flight, seconds: float) -> None:
        """Give this very engine process nothing for a while."""
        until = asyncio.get_running_loop().time() + seconds
        self._pause_until[flight.row.boot] = max(until, self._pause_until.get(flight.row.boot, 0.0))

    async def _return(self, flight: Flight) -> None:
        await tell(flight.row, await self.ledger.write(running.lose, flight.row))

    async def _lose(self, flight: Flight) -> None:
        """Its engine is gone. What ran beside others is a suspect and runs alone next; what ran alone is at fault."""
        crew = self._crew(flight.row.boot)
        if all(each is flight or each.row.boot != flight.row.boot for each in self.flights.values()):
            del self._crews[flight.row.boot]
        if flight.row.pk not in crew:
            await self._return(flight)
            return
        alone = len(crew) == 1
        seq = await self.ledger.write(running.lose, flight.row, fault=alone, suspect=not alone)
        await tell(flight.row, seq)

    def _crew(self, boot: str) -> frozenset[str]:
        """What ran in an engine process when the first of us saw that it was gone.

        When nothing had begun there, it died of what it had accepted and was about to begin.
        """
        if boot not in self._crews:
            aboard = [each for each in self.flights.values() if each.row.boot == boot and each.is_accepted]
            begun = [each for each in aboard if each.has_started]
            self._crews[boot] = frozenset(each.row.pk for each in begun or aboard)
        return self._crews[boot]

    async def _report_stuck(self, flight: Flight) -> None:
        engine = self.engines.get(flight.row.engine_id)
        if self._on_stuck is not None and engine is not None and engine.boot == flight.row.boot:
            await self._on_stuck(engine)

    # Leases, cancels, the end

    async def _renew_forever(self) -> None:
        while True:
            await asyncio.sleep(settings.LEASE_S / RENEWALS)
            await self.ledger.write(claims.renew, self.name, list(self.flights))
            for id in await self.ledger.write(claims.asked_to_cancel, self.name):
                self._cancel(id)

    async def _hear_forever(self) -> None:
        """Wake-ups and cancels from the pages. A lost message costs POLL_S or a renewal, never a prediction."""
        layer = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel("dispatcher")
                await layer.group_add(events.DISPATCHERS, channel)
                while True:
                    self._hear(await layer.receive(channel))
            except Exception:  # noqa: BLE001 - each layer has errors of its own; the loops above go on without it
                logger.warning("The channel layer does not answer; listening again in a second.")
                await asyncio.sleep(1.0)

    def _hear(self, message: dict[str, str]) -> None:
        if message["type"] == "dispatcher.wake":
            self._wake.set()
            self._moved.set()
        elif message["type"] == "dispatcher.deliver":
            self.sender.wake()
        elif message["type"] == "dispatcher.cancel":
            self._cancel(message["id"])

    def _cancel(self, id: str) -> None:
        flight = self.flights.get(id)
        if flight is not None and f"cancel {id}" not in self._tasks:
            self._tasks[f"cancel {id}"] = asyncio.create_task(self._cancel_flight(flight))

    async def _cancel_flight(self, flight: Flight) -> None:
        """Ask the engine until it has heard; after CANCEL_S the row ends without it."""
        id, loop = flight.row.pk, asyncio.get_running_loop()
        give_up = loop.time() + CANCEL_S
        try:
            while id in self.flights and loop.time() < give_up:
                await _ask_to_cancel(flight)
                await asyncio.sleep(0.5)
            if self.flights.get(id) is flight:
                task = self._tasks[id]
                if await flights.end(flight.row, Status.CANCELED, self):
                    task.cancel()
        finally:
            self._tasks.pop(f"cancel {id}", None)

    async def _land(self) -> None:
        """Ordered stop: let them end, then return the rest, which counts nothing against them."""
        running_now = [task for id, task in self._tasks.items() if id in self.flights]
        if running_now:
            await asyncio.wait(running_now, timeout=STOP_S)
        left = list(self.flights.values())
        for flight in left:
            self._tasks[flight.row.pk].cancel()
        for flight in left:
            with suppress(TimeoutError):  # then its lease runs out
                async with asyncio.timeout(RETURN_S):
                    await self._return(flight)


async def _ask_to_cancel(flight: Flight) -> None:
    try:
        await flight.client.cancel(flight.row.pk)
    except EngineError:
        logger.info("The engine did not hear that %s is to be canceled; asking again.", flight.row.pk)


async def _wait_for(event: asyncio.Event, timeout_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()
