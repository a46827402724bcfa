"""`manage.py seed_gallery <user> <n>`: fill a gallery without an engine, to look at it or to measure it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import audit
from accounts.errors import HandleRefused
from accounts.named import find_or_make
from generations.services import seeding


class Command(BaseCommand):
    help = "Add n pictures to a person's gallery. The person is made when missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="e-mail address or handle")
        parser.add_argument("n", type=int, help="how many pictures")

    def handle(self, *, user: str, n: int, **options: Any) -> None:
        if n < 0:
            raise CommandError("n must be 0 or more.")
        try:
            person = find_or_make(user)
        except HandleRefused as error:
            raise CommandError(str(error)) from error
        audit.record(audit.command("seed_gallery"), "gallery.seed", kind="user", id=person.pk, after=n)
        seeding.fill(person, n)
        self.stdout.write(f"{person.email} has {n} more pictures.")
