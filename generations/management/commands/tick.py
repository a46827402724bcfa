"""`manage.py tick`: the periodic work once, for cron; a running dispatcher does it by itself."""

from typing import Any

from django.core.management.base import BaseCommand

from generations.live import clock


class Command(BaseCommand):
    help = "Empty old bins, expire guests, sweep files without a row, clear old sessions."

    def handle(self, *args: Any, **options: Any) -> None:
        for name in clock.TABLE:
            clock.run(name)
            self.stdout.write(f"done: {name}")
