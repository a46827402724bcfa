"""`manage.py serve`: a web server alone, for the scaled profile; dispatchers and engines run elsewhere."""

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from webapp import startup


class Command(BaseCommand):
    help = (
        "Serve pages and sockets until SIGTERM. Needs PostgreSQL and REDIS_URL when there is more than one."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.LOCAL_TLS:
            raise CommandError("SAFELIGHT_LOCAL_TLS is for `manage.py up` alone: here a proxy speaks TLS.")
        from twisted.internet import reactor

        from webapp.asgi import application
        from webapp.server import Limits, Server, loop

        limits = Limits.of_site(
            upload_mb=settings.LIMITS["upload_mb"],
            file_mb=settings.LIMITS["file_mb"],
            has_api_host=bool(settings.API_ORIGIN),
        )
        server, stop = Server(application, limits=limits), asyncio.Event()
        with startup.listen(settings.BIND, settings.PORT) as listening:
            server.open(listening)
        for name in (signal.SIGINT, signal.SIGTERM):
            loop().add_signal_handler(name, stop.set)
        ending = loop().create_task(_shut_after(stop, server))
        reactor.run(installSignalHandlers=False)
        ending.result()


async def _shut_after(stop: asyncio.Event, server: Any) -> None:
    from twisted.internet import reactor

    try:
        await stop.wait()
        await server.shut()
    finally:
        reactor.stop()
