"""Sends webhooks: a task beside the dispatcher. What it knows is in the rows; killed at any moment, it loses none.

One try is bounded by SEND_S, so what somebody else has been sending for TAKEN_S has no sender any more.
"""

import asyncio
import logging
from contextlib import suppress

from generations import outgoing
from generations.errors import AddressRefused, AddressSilent
from generations.ledger import Ledger
from generations.models import Delivery, Prediction
from generations.services import deliveries

logger = logging.getLogger(__name__)

AT_ONCE = 32
SEND_S = 10.0
ANSWER_MAX = 64 * 1024  # bytes of an answer that are read, so that its connection ends well
POLL_S = 1.0  # the truth behind the wake-up message, which may be lost
LEAST_S = 0.1  # between two looks, when something is due that cannot go yet
LOOK_S = 5.0  # between two looks at what other senders hold
TAKEN_S = 30.0


class Sender:
    """`embedded`: there is no other sender, so what another holds is taken over at once."""

    def __init__(self, name: str, *, embedded: bool) -> None:
        self.name = name
        self._ledger = Ledger("sender")
        self._taken_s = 0.0 if embedded else TAKEN_S
        self._wake = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], Delivery] = {}
        self._seen: dict[
            str, tuple[tuple[str, int], float]
        ] = {}  # by id: who holds it, and since when we see it

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    async def run(self) -> None:
        """Until it is cancelled: then what is under way goes back to the outbox."""
        watching = asyncio.create_task(self._watch())
        try:
            while True:
                self._wake.clear()
                room = AT_ONCE - len(self._tasks)
                for each in await self._ledger.write(deliveries.claim, self.name, most=room):
                    self._launch(each)
                due_s = await self._ledger.write(deliveries.next_due_s)
                await self._rest(POLL_S if due_s is None else min(POLL_S, max(LEAST_S, due_s)))
        finally:
            watching.cancel()
            await self._stop()

    def _launch(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._send(delivery), name=f"webhook {delivery.pk}")
        self._tasks[task] = delivery
        task.add_done_callback(self._landed)

    def _landed(self, task: "asyncio.Task[None]") -> None:
        self._tasks.pop(task, None)
        self._wake.set()

    async def _send(self, delivery: Delivery) -> None:
        answered, error, is_final = None, "", False
        try:
            message = await self._ledger.write(deliveries.message, delivery)
            answer = await outgoing.send(
                "POST",
                message.url,
                headers=message.headers,
                body=message.body,
                most=ANSWER_MAX,
                within_s=SEND_S,
            )
            answered = answer.status
            error = "" if 200 <= answered < 300 else f"The receiver answered {answered}."
        except Prediction.DoesNotExist:
            return  # deleted meanwhile, and this webhook with it
        except AddressRefused as refused:
            error, is_final = refused.sentence, True
        except AddressSilent as silent:
            error = silent.sentence
        except Exception:  # one bad row must not stop the others; it is logged, and counts as a try
            logger.exception("The webhook %s could not be sent.", delivery.pk)
            error = "The site could not put this webhook together."
        await self._ledger.write(
            deliveries.settle, delivery, answered=answered, error=error, is_final=is_final
        )

    async def _watch(self) -> None:
        """What was being sent when its sender died."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                held = await self._ledger.write(deliveries.claimed_by_others, self.name)
                now = loop.time()
                self._seen = {
                    id: was if (was := self._seen.get(id, (by, now)))[0] == by else (by, now)
                    for id, by in held.items()
                }
                lost = [(id, by) for id, (by, since) in self._seen.items() if now - since >= self._taken_s]
                for each in await self._ledger.write(deliveries.take_over, self.name, lost):
                    self._launch(each)
            except Exception:  # the loop must outlive one bad round
                logger.exception("Looking for webhooks that nobody sends failed; looking again.")
            await asyncio.sleep(LOOK_S)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    async def _stop(self) -> None:
        tasks = dict(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._ledger.read(deliveries.give_back, list(tasks.values()))
        self._ledger.close()
