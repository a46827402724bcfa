"""`manage.py dispatch`: a dispatcher as a process of its own, for the scaled profile."""

import asyncio
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from generations.live.dispatcher import Dispatcher


class Command(BaseCommand):
    help = "Claim predictions and send them to the engines, until SIGTERM. Needs PostgreSQL and REDIS_URL."

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor == "sqlite":
            raise CommandError("SQLite takes one dispatcher, and `manage.py up` runs it. Set DATABASE_URL.")
        asyncio.run(_run())


async def _run() -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await Dispatcher().run(stop)
