"""Versions of a model."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from generations import access, queries
from generations.api.auth import WRITE
from generations.api.objects.version import VersionObject, version_object
from generations.api.paging import PageOf, page
from generations.services import models

router = Router(tags=["models"])


@router.get("/models/{owner}/{name}/versions", response=PageOf[VersionObject])
def models_versions_list(request: HttpRequest, owner: str, name: str, cursor: str = "") -> dict[str, Any]:
    """Versions of a model, newest first."""
    rows = queries.versions_of(access.model_read(request.user, owner, name))
    return page(request, rows, show=lambda rows: list(map(version_object, rows)), by="created_at")


@router.get("/models/{owner}/{name}/versions/{version_id}", response=VersionObject)
def models_versions_get(request: HttpRequest, owner: str, name: str, version_id: str) -> dict[str, Any]:
    """One version: its input and output, in Cog's words."""
    model = access.model_read(request.user, owner, name)
    return version_object(access.version_of_model(request.user, model, version_id))


@router.delete("/models/{owner}/{name}/versions/{version_id}", auth=WRITE, response={202: None})
def models_versions_delete(request: HttpRequest, owner: str, name: str, version_id: str) -> Status[None]:
    """Delete a version of a private model with all that it made: gone at once, cleared away in the background."""
    model = access.model_write(request.user, owner, name)
    models.remove_version(access.version_of_model(request.user, model, version_id))
    return Status(202, None)
