"""`manage.py add_engine <name> <base url>`: an engine on another machine, for the dispatchers to send work to."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts import audit
from generations.services import engines


class Command(BaseCommand):
    help = "Name an engine (`python -m inference` elsewhere) and where it is; the same name again moves it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("base_url")
        parser.add_argument("--token-file", type=Path, help="holds the engine's SAFELIGHT_ENGINE_TOKEN")

    def handle(self, *args: Any, **options: Any) -> None:
        parts = urlsplit(options["base_url"])
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise CommandError("The base URL must be like http://gpu-1:5000.")
        if options["name"] == engines.EMBEDDED:
            raise CommandError(f"{engines.EMBEDDED} is the engine of `manage.py up`. Choose another name.")
        token = _token(options["token_file"])
        with transaction.atomic():
            engines.record(name=options["name"], base_url=options["base_url"], token=token)
            audit.record(
                audit.command("add_engine"),
                "engine.add",
                kind="engine",
                id=options["name"][:64],
                after=options["base_url"],
            )
        self.stdout.write(
            f"{options['name']} is known. `/readyz` says how it is, once a dispatcher has asked it."
        )


def _token(path: Path | None) -> str:
    try:
        return path.read_text(encoding="utf-8").strip() if path else ""
    except OSError as error:
        raise CommandError(f"Cannot read {path} ({error.strerror}).") from error
