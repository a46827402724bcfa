"""`manage.py backup <folder>`: a copy of rows and files that a site can start from, made while it runs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit
from generations.errors import GenerationsError
from generations.services import backup


class Command(BaseCommand):
    help = "Copy all rows and files to a new folder. Start from it with SAFELIGHT_DATA=<folder>."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        audit.record(audit.command("backup"), "backup.make", after=str(options["folder"]))
        try:
            count = backup.copy_to(options["folder"].resolve())
        except GenerationsError as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(f"{options['folder']} holds everything, {count} pictures among it.")
