"""Names that a person gives: made tidy, or refused with a sentence; and how many things may have one."""

from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet

from generations.errors import FieldError, InvalidInput, NotAllowed

Named = TypeVar("Named", bound=models.Model)


def tidy(name: str, *, most: int, thing: str) -> str:
    """Without quotes, which a search is typed with, and without what cannot be seen."""
    found = " ".join("".join(sign if sign.isprintable() else " " for sign in name).replace('"', "'").split())
    if not found:
        raise InvalidInput([FieldError("name", f"Give the {thing} a name.")])
    if len(found) > most:
        raise InvalidInput([FieldError("name", f"The name of a {thing} has at most {most} characters.")])
    return found


def make(row: Named) -> Named | None:
    """Save a new row; None when somebody was quicker."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return None
    return row


def check_room(rows: QuerySet[Any], *, most: int, things: str) -> None:
    if rows.count() >= most:
        raise NotAllowed(f"You have {most} {things}, and that is the most. Delete one you no longer need.")
