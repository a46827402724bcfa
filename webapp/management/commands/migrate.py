"""Django's `migrate`, which does not stop at the missing guards that it is about to make (accounts/guard.py)."""

from typing import Any

from django.core.management.commands import migrate


class Command(migrate.Command):
    def check(self, *args: Any, databases: Any = None, **kwargs: Any) -> None:
        super().check(*args, **kwargs)
