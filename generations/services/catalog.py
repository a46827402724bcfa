"""What engines can run becomes the catalogue: models and versions as `/health-check` reports them."""

import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from generations import schema
from generations.models import RegisteredModel, Version

logger = logging.getLogger(__name__)


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
    about = {key: reported.get(key) or "" for key in ("title", "description", "hint")}
    about["title"] = about["title"] or str(reported.get("name") or name)
    with transaction.atomic():
        model, _ = RegisteredModel.objects.update_or_create(
            owner=owner, name=name, defaults={**about, "examples": reported.get("examples") or []}
        )
        version, _ = Version.objects.get_or_create(
            pk=str(reported["version"]),
            defaults={"model": model, "schema": reported["schema"], "output": reported.get("output") or {}},
        )
    return version
