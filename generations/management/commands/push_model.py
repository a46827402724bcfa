"""`manage.py push_model <url> owner/name`: register a running Cog server as an engine, and its model with it."""

from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit
from generations.engines.asking import ask
from generations.errors import GenerationsError
from generations.services import pushing


class Command(BaseCommand):
    help = "Register a Cog server that runs at <url>; its model appears in the catalogue as owner/name."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", help="such as http://127.0.0.1:5000; only this site should reach it")
        parser.add_argument("ref", help="owner/name: somebody's handle, or safelight, and a name")
        parser.add_argument("--slots", type=int, default=1, help="predictions that it runs at once (1)")
        parser.add_argument("--private", action="store_true", help="for its owner alone")
        parser.add_argument("--token-file", type=_secret, default=None, help="a file with its bearer token")

    def handle(self, *args: Any, **options: Any) -> None:
        url, ref, token = options["url"].rstrip("/"), options["ref"], options["token_file"] or ""
        try:
            document, health = ask(url, "openapi.json", token=token), ask(url, "health-check", token=token)
            version = pushing.push(
                ref,
                base_url=url,
                token=token,
                document=document,
                health=health,
                slots=options["slots"],
                is_private=options["private"],
            )
        except GenerationsError as error:
            raise CommandError(error.sentence) from error
        audit.record(audit.command("push_model"), "model.push", after=f"{ref}:{version.pk} at {url}")
        self.stdout.write(f"{ref}:{version.pk} runs at {url}, as soon as it answers that it is ready.")


def _secret(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ArgumentTypeError(f"cannot read {path} ({error.strerror})") from None
