"""What engines can run becomes the catalogue: models and versions as `/health-check` reports them."""

from typing import Any

from django.db import transaction

from generations.models import RegisteredModel, Version


def register(reported: dict[str, Any]) -> Version:
    """The row of one reported version, made when it is new; what the model says of itself is brought up to date.

    `reported`: {"ref": "owner/name", "version": 64 hex digits, "title", "description", "hint", "examples",
    "schema", "output": {"width", "height", "mime"}}. Raises KeyError or ValueError when it does not fit.
    """
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
