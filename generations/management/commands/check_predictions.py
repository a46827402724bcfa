"""`manage.py check_predictions`: holds the live database and its files against the promises of the state machine."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from generations.services import invariants


class Command(BaseCommand):
    help = "Check every prediction, output and file; ends with 1 when a promise is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        sentences = list(invariants.broken())
        for sentence in sentences:
            self.stdout.write(sentence)
        if sentences:
            raise CommandError(f"{len(sentences)} broken.")
        self.stdout.write("Every prediction, output and file is as it must be.")
