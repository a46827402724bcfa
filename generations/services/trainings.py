"""Trainings: asked for, and refused while no engine can train; canceled."""

from typing import Any, NoReturn

from django.utils import timezone

from accounts.models import User
from generations.errors import FieldError, InvalidInput, NotAllowed, NotFound
from generations.models import ACTIVE, RegisteredModel, Status, Training, Version


def create(user: User, version: Version, *, destination: RegisteredModel, input: Any) -> NoReturn:
    """Always refused so far, for a reason that is the asker's own first. Raises InvalidInput, NotFound, NotAllowed.

    A version can train when its engine can, and none of the engines that a site may have offers it yet.
    """
    if destination.user_id != user.pk:
        raise NotFound("The destination does not exist, or is not yours.")
    if not isinstance(input, dict):
        raise InvalidInput([FieldError("input", "The input is an object with a value for each setting.")])
    raise NotAllowed(f"{version.model.ref} cannot be trained: this version has no training.")


def cancel(training: Training) -> Training:
    """End it; nothing happens to one that has ended."""
    Training.objects.filter(pk=training.pk, status__in=ACTIVE).update(
        status=Status.CANCELED, completed_at=timezone.now()
    )
    training.refresh_from_db()
    return training
