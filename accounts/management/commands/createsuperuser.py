"""`manage.py createsuperuser`: Django's own, with a line in the audit for whom it made."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from accounts import audit
from accounts.models import User


class Command(createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        before = set(User.objects.filter(is_superuser=True).values_list("pk", flat=True))
        super().handle(*args, **options)  # it asks at the keyboard, so no transaction is held meanwhile
        for person in User.objects.filter(is_superuser=True).exclude(pk__in=before):
            audit.record(audit.command("createsuperuser"), "role.first", kind="user", id=person.pk)
