"""What engines can run becomes the catalogue: models and versions as `/health-check` reports them."""

import logging
import time
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F

from generations import schema
from generations.ids import lower_bound
from generations.models import Prediction, RegisteredModel, Version
from generations.services import collections

logger = logging.getLogger(__name__)

SETTLED_S = 60.0  # by then a prediction's transaction is over, so none with a smaller id can still appear


def register_all(reported: Iterable[dict[str, Any]]) -> list[Version]:
    """The rows of all that fit; one that does not is logged and left out, and the others serve."""
    found = []
    for each in reported:
        try:
            found.append(register(each))
        except (KeyError, ValueError) as error:
            logger.error("An engine's model %r is left out: %s", each.get("ref"), error)
    return found


def register(reported: dict[str, Any]) -> Version:
    """The row of one reported version, made when it is new; what the model says of itself is brought up to date.

    `reported`: {"ref": "owner/name", "version": 64 hex digits, "title", "description", "hint", "examples",
    "schema", "output": {"width", "height", "mime"}}. Raises KeyError or ValueError when it does not fit.
    """
    schema.check(reported["schema"])
    owner, name = str(reported["ref"]).split("/")
    about: dict[str, Any] = {key: reported.get(key) or "" for key in ("title", "description", "hint")}
    about["title"] = about["title"] or str(reported.get("name") or name)
    about["examples"] = reported.get("examples") or []
    with transaction.atomic():
        model, _ = RegisteredModel.objects.update_or_create(owner=owner, name=name, defaults=about)
        # What an administrator has written of it stays.
        RegisteredModel.objects.filter(pk=model.pk, readme="").update(
            readme=str(reported.get("readme") or "")
        )
        version, is_new = Version.objects.get_or_create(
            pk=str(reported["version"]),
            defaults={"model": model, "schema": reported["schema"], "output": reported.get("output") or {}},
        )
        if is_new:
            RegisteredModel.objects.filter(pk=model.pk).update(newest_at=version.created_at)
            collections.sort_in(version)
    return version


def count_runs() -> None:
    """Bring every model's run count up to now, but for the last minute. Deleted predictions stay counted."""
    through = lower_bound(time.time() - SETTLED_S)
    for model in RegisteredModel.objects.filter(counted_through__lt=through):
        rows = Prediction.objects.filter(version__model=model, pk__gte=model.counted_through, pk__lt=through)
        # Under the mark that was read: a second counter at the same time changes nothing.
        unchanged = RegisteredModel.objects.filter(pk=model.pk, counted_through=model.counted_through)
        unchanged.update(run_count=F("run_count") + rows.count(), counted_through=through)
