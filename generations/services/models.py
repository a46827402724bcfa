"""What a person does with a model of theirs: make it, change it, delete it, show predictions with it."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from generations import queries
from generations.errors import Conflict, FieldError, InvalidInput, NotAllowed, NotFound
from generations.models import (
    Example,
    Grid,
    Output,
    Prediction,
    RegisteredModel,
    Release,
    Status,
    Training,
    Version,
    Visibility,
)
from generations.models.catalog import URL_MAX
from generations.schema import clean_text
from generations.services import files, predictions

MODELS_MAX = 1000  # of one person
BATCH = 200
EXAMPLES_MAX = 12  # of one model
DESCRIPTION_MAX, README_MAX = 2000, 100_000
NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
LINKS = ("github_url", "paper_url", "license_url", "weights_url", "cover_image_url")


def create(
    user: User, *, owner: str, name: str, visibility: str, hardware: str, about: dict[str, str]
) -> RegisteredModel:
    """A model without versions. Raises InvalidInput, NotAllowed, Conflict.

    `about`: description and links, by the names of their columns.
    """
    if not user.handle:
        raise NotAllowed("A model needs an owner with a handle. Choose yours on your account page first.")
    if owner != user.handle:
        raise NotAllowed(f"You can make models under your own handle, “{user.handle}”, only.")
    if visibility not in Visibility.values:
        raise _wrong("visibility", "The visibility is public or private.")
    check_hardware(hardware)
    if RegisteredModel.objects.filter(user=user).count() >= MODELS_MAX:
        raise NotAllowed(
            f"You have {MODELS_MAX} models, and that is the most. Delete one you no longer need."
        )
    model = RegisteredModel(owner=owner, name=_name(name), user=user, visibility=visibility)
    model.title, model.hardware = model.name, hardware
    for field, value in about.items():
        setattr(model, field, _told(field, value))
    try:
        with transaction.atomic():
            model.save(force_insert=True)
    except IntegrityError:
        raise Conflict(f"There is a model “{model.ref}” already.") from None
    return model


def update(model: RegisteredModel, about: dict[str, str]) -> RegisteredModel:
    """Description, README and links; what `about` does not name stays. Raises InvalidInput."""
    for field, value in about.items():
        setattr(model, field, _told(field, value))
    if about:
        model.save(update_fields=list(about))
    return model


def delete(model: RegisteredModel) -> None:
    """A private one without versions. Raises NotAllowed."""
    if model.is_public:
        raise NotAllowed("A public model cannot be deleted: others may rely on it.")
    with transaction.atomic():
        RegisteredModel.objects.select_for_update().get(pk=model.pk)
        if model.versions.filter(removed_at=None).exists():
            raise NotAllowed("This model has versions. Delete them first.")
        if model.versions.exists():
            raise NotAllowed("Versions of this model are still being deleted. Try again in a few minutes.")
        model.delete()


def remove_version(version: Version) -> None:
    """Gone for everybody at once; its predictions and the row follow in the background. Raises NotAllowed."""
    if version.model.is_public:
        raise NotAllowed("A version of a public model cannot be deleted: others may rely on it.")
    if Release.objects.filter(version=version).exists():
        raise NotAllowed("A deployment uses this version, or can go back to it. Delete the deployment first.")
    if Training.objects.filter(version=version).exists():
        raise NotAllowed("A training began with this version.")
    if Prediction.objects.filter(version=version).exclude(user=version.model.user_id).exists():
        raise NotAllowed("Somebody else has run this version.")
    version.removed_at = timezone.now()
    version.save(update_fields=["removed_at"])


def purge_removed() -> None:
    """Delete removed versions with what they made. Called every few minutes."""
    for version in Version.objects.filter(removed_at__isnull=False):
        rows = Prediction.objects.filter(version=version).order_by("pk")
        for prediction in rows.filter(completed_at=None):
            predictions.cancel(prediction)
        while batch := list(rows.exclude(completed_at=None).values_list("pk", flat=True)[:BATCH]):
            with transaction.atomic():
                files.remove_on_commit(Output.objects.filter(prediction__in=batch))
                Prediction.objects.filter(pk__in=batch).delete()
        Grid.objects.filter(version=version).delete()
        if not rows.exists():  # what still runs ends between two steps: the next round finds it
            version.delete()


def leave(user: User) -> None:
    """Before a person's account is deleted: their private models without versions go with them."""
    RegisteredModel.objects.filter(user=user, visibility=Visibility.PRIVATE, versions=None).delete()


# Examples


def show_example(user: User, model: RegisteredModel, prediction: Prediction) -> Example:
    """A prediction of one's own: whoever sees the model sees it now. Raises InvalidInput, NotAllowed."""
    fits = prediction.user_id == user.pk and prediction.version.model_id == model.pk
    if not fits or prediction.status != Status.SUCCEEDED:
        raise _wrong("prediction", "An example is a finished prediction of your own, made by this model.")
    if model.shown_examples.count() >= EXAMPLES_MAX:
        raise NotAllowed(f"A model shows {EXAMPLES_MAX} examples at most. Take one back first.")
    example, _ = Example.objects.get_or_create(model=model, prediction=prediction)
    return example


def hide_example(model: RegisteredModel, prediction_id: str) -> None:
    """Take it back: the addresses of its files, which others may have kept, open nothing any more."""
    with transaction.atomic():
        gone, _ = Example.objects.filter(model=model, prediction_id=prediction_id).delete()
        if not gone:
            raise NotFound("There is no such example.")
        Output.objects.filter(prediction_id=prediction_id).update(epoch=F("epoch") + 1)


def check_hardware(sku: Any) -> None:
    known = [each.sku for each in queries.hardware()]
    if sku not in known:
        raise _wrong("hardware", f"There is no such hardware here. There is: {', '.join(known)}.")


def _name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise _wrong(
            "name",
            "A name has 1 to 64 letters a–z, digits, dots, hyphens and underscores, and begins and ends with a "
            "letter or a digit.",
        )
    return name


def _told(field: str, value: str) -> str:
    label = field.replace("_", " ").capitalize()
    if field in LINKS:
        return _link(field, value.strip())
    most = README_MAX if field == "readme" else DESCRIPTION_MAX
    if len(value) > most:
        raise _wrong(field, f"{label} holds at most {most:,} characters.")
    return clean_text(value, field=field, label=label)


def _link(field: str, value: str) -> str:
    """Only addresses of the web: nothing that a click would run."""
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web or len(value) > URL_MAX or not value.isprintable() or " " in value:
        raise _wrong(
            field, f"This is a whole address that begins with https://, of {URL_MAX} characters at most."
        )
    return value


def _wrong(field: str, sentence: str) -> InvalidInput:
    return InvalidInput([FieldError(field, sentence)])
