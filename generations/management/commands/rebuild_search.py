"""`manage.py rebuild_search`: make the search index anew, while the site runs or not."""

from typing import Any

from django.core.management.base import BaseCommand

from generations.services import searching


class Command(BaseCommand):
    help = "Make what is searched of each prediction, and the index over it, anew."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{searching.rebuild():,} predictions can be found.")
