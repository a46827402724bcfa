"""`manage.py changepassword <e-mail>`: Django's own, with a line in the audit for whose it changed."""

from typing import Any

from django.contrib.auth.management.commands import changepassword

from accounts import audit
from accounts.models import User


class Command(changepassword.Command):
    def handle(self, *args: Any, **options: Any) -> Any:
        said = super().handle(*args, **options)
        person = User.objects.filter(email=options["username"]).first()
        if person is not None:
            audit.record(audit.command("changepassword"), "password.change", kind="user", id=person.pk)
        return said
