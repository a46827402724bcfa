"""A deployment: made, changed (each change is a release), and deleted."""

import re
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from generations.errors import Conflict, FieldError, InvalidInput, NotAllowed
from generations.models import Deployment, Prediction, Release, Version
from generations.models.deployment import INSTANCES_MAX_MOST, INSTANCES_MIN_MOST
from generations.services.models import check_hardware

DEPLOYMENTS_MAX = 100  # of one person
RELEASES_MAX = 10_000  # of one deployment
UNUSED = timedelta(minutes=15)
NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")


def create(
    user: User, *, name: str, version: Version, hardware: str, min_instances: int, max_instances: int
) -> Deployment:
    """Raises InvalidInput, NotAllowed, Conflict."""
    if not user.handle:
        raise NotAllowed(
            "A deployment needs an owner with a handle. Choose yours on your account page first."
        )
    if not NAME.fullmatch(name):
        raise _wrong("name", "A name has 1 to 64 letters a–z, digits, dots, hyphens and underscores.")
    _check(hardware, min_instances, max_instances)
    if Deployment.objects.filter(user=user).count() >= DEPLOYMENTS_MAX:
        raise NotAllowed(f"You have {DEPLOYMENTS_MAX} deployments, and that is the most. Delete one first.")
    try:
        with transaction.atomic():
            made = Deployment.objects.create(user=user, name=name)
            settings = {"hardware": hardware, "min_instances": min_instances, "max_instances": max_instances}
            _release(made, number=1, version=version, settings=settings)
    except IntegrityError:
        raise Conflict(f"You have a deployment “{name}” already.") from None
    return made


def update(deployment: Deployment, *, version: Version | None, settings: dict[str, Any]) -> Deployment:
    """A new release with what is given changed; none where nothing is. `settings`: hardware, min_, max_instances."""
    with transaction.atomic():
        locked = Deployment.objects.select_for_update(of=("self",)).select_related("current__version__model")
        row = locked.get(pk=deployment.pk)
        now = row.current
        if now is None or not (settings or version):
            return row
        before = {key: getattr(now, key) for key in ("hardware", "min_instances", "max_instances")}
        after = {**before, **settings}
        _check(after["hardware"], after["min_instances"], after["max_instances"])
        if now.number >= RELEASES_MAX:
            raise NotAllowed(f"A deployment has {RELEASES_MAX:,} releases at most. Make a new one.")
        _release(row, number=now.number + 1, version=version or now.version, settings=after)
    return row


def delete(deployment: Deployment) -> None:
    """One that has had nothing to do for 15 minutes. Raises NotAllowed."""
    since = timezone.now() - UNUSED
    used = Prediction.objects.filter(deployment=deployment)
    if used.filter(completed_at=None).exists() or used.filter(completed_at__gt=since).exists():
        raise NotAllowed("A deployment can be deleted 15 minutes after its last prediction has ended.")
    deployment.delete()


def version_to_run(deployment: Deployment) -> Version:
    """What it runs now. Raises NotAllowed while it is switched off."""
    now = deployment.current
    if now is None or now.max_instances == 0:
        raise NotAllowed("This deployment is switched off: its max_instances is 0.")
    return now.version


def _release(deployment: Deployment, *, number: int, version: Version, settings: dict[str, Any]) -> None:
    deployment.current = Release.objects.create(
        deployment=deployment, number=number, version=version, **settings
    )
    deployment.save(update_fields=["current"])


def _check(hardware: str, low: int, high: int) -> None:
    check_hardware(hardware)
    wrong = []
    if not 0 <= low <= INSTANCES_MIN_MOST:
        wrong.append(FieldError("min_instances", f"This is from 0 to {INSTANCES_MIN_MOST}."))
    if not 0 <= high <= INSTANCES_MAX_MOST:
        wrong.append(FieldError("max_instances", f"This is from 0 to {INSTANCES_MAX_MOST}."))
    elif low > high:
        wrong.append(FieldError("min_instances", "This is at most max_instances."))
    if wrong:
        raise InvalidInput(wrong)


def _wrong(field: str, sentence: str) -> InvalidInput:
    return InvalidInput([FieldError(field, sentence)])
