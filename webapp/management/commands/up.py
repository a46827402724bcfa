"""`manage.py up`: the whole site on one machine, until Ctrl+C. `make run` ends here."""

import os
import shlex
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import BaseCommand

from accounts import links
from webapp import startup


class Command(BaseCommand):
    help = "Bring the data up to date and run everything: web server, dispatcher and engine."
    _trusted = ""  # the certificate of our own authority, where there is one
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

        self._address = _address(listening.getsockname()[1])
        tls = self._tls() if settings.LOCAL_TLS else None
        supervisor.run(listening, application=application, say_ready=self._say_ready, tls=tls)

    def _tls(self) -> Any:
        from webapp import local_tls

        found = local_tls.certificates(settings.DATA / "tls", settings.ALLOWED_HOSTS)
        self._trusted = str(found.authority)
        return local_tls.context(found)

    def _say_ready(self) -> None:
        self.stdout.write(f"Safelight is at {self._address}")
        if self._trusted:
            self.stdout.write("Programs trust its certificate by one of these, Python's and Node's:")
            self.stdout.write(f"export SSL_CERT_FILE={shlex.quote(self._trusted)}")
            self.stdout.write(f"export NODE_EXTRA_CA_CERTS={shlex.quote(self._trusted)}")
        path = links.mint_admin_link()
        if path is not None:
            self.stdout.write("Nobody looks after it yet. This link makes you its administrator, once:")
            self.stdout.write(f"{self._address}{path}")
        self.stdout.write("Ctrl+C stops it.")
        self.stdout.flush()


def _address(port: int) -> str:
    """By name: passkeys take no numbers."""
    if settings.TLS and not settings.LOCAL_TLS:
        return f"https://{settings.ALLOWED_HOSTS[0]}"
    return f"{'https' if settings.LOCAL_TLS else 'http'}://localhost:{port}"
