"""Bulk actions worked off in the dispatcher's process, a batch at a time, beside everything else."""

import asyncio
import logging

from django.db import close_old_connections

from generations.ledger import Darkroom
from generations.services import bulk

logger = logging.getLogger(__name__)

LOOK_S = 1.0


def work() -> bool:
    """A batch of each, on a connection that is fresh where the old one broke."""
    close_old_connections()
    try:
        return bulk.work()
    finally:
        close_old_connections()


async def keep(darkroom: Darkroom) -> None:
    while True:
        is_busy = False
        try:
            is_busy = await darkroom.do(work)
        except Exception:  # the loop must outlive one bad round; it is logged, and comes again
            logger.exception("Bulk actions could not go on.")
        await asyncio.sleep(0.0 if is_busy else LOOK_S)
