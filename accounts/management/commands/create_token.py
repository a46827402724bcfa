"""`manage.py create_token <username>`: print an API token; the person is made when missing."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts import audit, tokens
from accounts.errors import HandleRefused, TokenRefused
from accounts.models import Scope
from accounts.named import find_or_make


class Command(BaseCommand):
    help = "Make an API token for a person, and print it: it is not shown again. The person is made when missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="e-mail address or handle")
        parser.add_argument("--name", default="command line", help="how its list calls it")
        parser.add_argument("--scopes", default=",".join(Scope.values), help="of read, predict, write")
        parser.add_argument("--days", type=int, default=None, help="until it expires; never without")
        parser.add_argument("--daily-limit", type=int, default=None, help="predictions in 24 hours")

    def handle(self, *, username: str, name: str, scopes: str, days: int | None, **options: Any) -> None:
        asked = {scope.strip() for scope in scopes.split(",") if scope.strip()}
        if strange := asked - set(Scope.values):
            raise CommandError(f"There is no scope {', '.join(sorted(strange))}: only read, predict, write.")
        expires_at = None if days is None else timezone.now() + timedelta(days=days)
        try:
            person = find_or_make(username)
            with transaction.atomic():
                token, text = tokens.create(
                    person, name, scopes=asked, expires_at=expires_at, daily_limit=options["daily_limit"]
                )
                by = audit.command("create_token")
                audit.record(by, "token.create", kind="user", id=person.pk, after={"token": token.pk})
        except (HandleRefused, TokenRefused) as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(text)
