"""The person whom a command line names, by e-mail address or handle; made when missing."""

from django.db import transaction

from accounts import handles
from accounts.models import User


@transaction.atomic
def find_or_make(name: str) -> User:
    """An account without a password is made where there is none. Raises HandleRefused for an unfit handle."""
    name = name.strip().lower()
    if "@" in name:
        return User.objects.filter(email=name).first() or User.objects.create_user(name)
    found = User.objects.filter(handle=name).first()
    return found or handles.take(User.objects.create_user(f"{name}@localhost"), name)
