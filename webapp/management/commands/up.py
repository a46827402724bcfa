"""`manage.py up`: the whole site on one machine, until Ctrl+C. `make run` ends here."""

import os
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import BaseCommand

from accounts import links
from webapp import startup


class Command(BaseCommand):
    help = "Bring the data up to date and run everything: web server, dispatcher and engine."
    requires_system_checks = [Tags.compatibility, Tags.security]  # the others cost a second start its speed

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(
            0o077
        )  # rows, sessions and pictures are for this user alone, also in a folder that others see
        try:
            with startup.sole_use(settings.DATA), startup.listen(settings.BIND, settings.PORT) as listening:
                startup.bring_up_to_date()
                self._run(listening)
        except KeyboardInterrupt:
            return

    def _run(self, listening: Any) -> None:
        from webapp import supervisor
        from webapp.asgi import application

        here = f"http://localhost:{listening.getsockname()[1]}"  # by name: passkeys take no numbers
        self._address = f"https://{settings.ALLOWED_HOSTS[0]}" if settings.TLS else here
        supervisor.run(listening, application=application, say_ready=self._say_ready)

    def _say_ready(self) -> None:
        self.stdout.write(f"Safelight is at {self._address}")
        path = links.mint_admin_link()
        if path is not None:
            self.stdout.write("Nobody looks after it yet. This link makes you its administrator, once:")
            self.stdout.write(f"{self._address}{path}")
        self.stdout.write("Ctrl+C stops it.")
        self.stdout.flush()
