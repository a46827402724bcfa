"""Periodic work, one table of intervals: run in the dispatcher's process, or by cron through `manage.py tick`."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections

from generations.ledger import Darkroom
from generations.services import (
    actions,
    bulk,
    cards,
    catalog,
    deliveries,
    evidence,
    files,
    models,
    notices,
    outputs,
    people,
    policies,
    predictions,
    retention,
    uploads,
)

logger = logging.getLogger(__name__)

MINUTE_S, HOUR_S = 60.0, 3600.0
LIFT_S, SEND_S = 20.0, 5.0


def _finish_bulk() -> None:
    """Where only cron does the periodic work, nobody else goes on with them."""
    while bulk.work():
        pass


TABLE: dict[str, tuple[float, Callable[[], Any]]] = {
    "lift actions that have ended": (LIFT_S, actions.lift_ended),
    "seal what is diverted": (MINUTE_S, evidence.seal_waiting),
    "delete sealed evidence whose time is over": (HOUR_S, evidence.purge_over),
    "send notices": (SEND_S, notices.send_due),
    "purge bins": (HOUR_S, outputs.purge_bins),
    "expire guests": (HOUR_S, people.expire_guests),
    "delete unused uploads": (HOUR_S, uploads.sweep),
    "forget old deliveries": (HOUR_S, deliveries.forget_old),
    "sweep files without a row": (HOUR_S, files.sweep),
    "sweep cards of shares that are gone": (HOUR_S, cards.sweep),
    "go on with bulk actions": (HOUR_S, _finish_bulk),
    "forget old bulk actions": (HOUR_S, bulk.forget_old),
    "count runs of models": (MINUTE_S, catalog.count_runs),
    "delete removed versions": (5 * MINUTE_S, models.purge_removed),
    "end what is overdue": (1.0, predictions.end_overdue),
    "remove data of what programs made": (MINUTE_S, retention.remove_old),
    "forget what prompt rules matched": (24 * HOUR_S, policies.forget_old),
    "clear old sessions": (24 * HOUR_S, SessionStore.clear_expired),
}


def run(name: str) -> None:
    """One line of the table, now."""
    close_old_connections()
    try:
        TABLE[name][1]()
    finally:
        close_old_connections()


async def keep(darkroom: Darkroom) -> None:
    """Every line of the table at its interval, the first time after it, or a minute after the start."""
    await asyncio.gather(*(_repeat(name, interval_s, darkroom) for name, (interval_s, _) in TABLE.items()))


async def _repeat(name: str, interval_s: float, darkroom: Darkroom) -> None:
    await asyncio.sleep(min(interval_s, MINUTE_S))
    while True:
        try:
            await darkroom.do(run, name)
        except Exception:  # the loop must outlive one bad round; it is logged, and comes again
            logger.exception("Periodic work failed: %s", name)
        await asyncio.sleep(interval_s)
