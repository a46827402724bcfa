"""Deployments: versions that a person has pinned under a name, with limits of their own."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.models import User
from generations import access, queries
from generations.api.auth import WRITE
from generations.api.objects.deployment import DeploymentObject, deployment_object
from generations.api.paging import PageOf, page
from generations.api.problems import wrong
from generations.errors import NotFound
from generations.models import Version
from generations.services import deployments

router = Router(tags=["deployments"])
Short = Annotated[str, Field(max_length=200)]


class DeploymentCreate(Schema):
    name: Short
    model: Short
    version: Short
    hardware: Short
    min_instances: int
    max_instances: int


class DeploymentUpdate(Schema):
    version: Short | None = None
    hardware: Short | None = None
    min_instances: int | None = None
    max_instances: int | None = None


@router.get("/deployments", response=PageOf[DeploymentObject])
def deployments_list(request: HttpRequest, cursor: str = "") -> dict[str, Any]:
    """Deployments of the token's person, newest first."""
    rows = queries.deployments_of(request.user)
    return page(request, rows, show=lambda rows: list(map(deployment_object, rows)))


@router.post("/deployments", auth=WRITE, response={201: DeploymentObject})
def deployments_create(request: HttpRequest, body: DeploymentCreate) -> Status[dict[str, Any]]:
    """Pin a version. `max_instances`: how many of its predictions run at once; 0 switches it off."""
    version = _version(request.user, body.version)
    if version.model.ref != body.model and version.model != _model(request.user, body.model):
        raise wrong("version", "This is no version of that model.")
    made = deployments.create(
        request.user,
        name=body.name,
        version=version,
        hardware=body.hardware,
        min_instances=body.min_instances,
        max_instances=body.max_instances,
    )
    return Status(201, deployment_object(made))


@router.get("/deployments/{owner}/{name}", response=DeploymentObject)
def deployments_get(request: HttpRequest, owner: str, name: str) -> dict[str, Any]:
    """One deployment, as it is set now."""
    return deployment_object(access.deployment_read(request.user, owner, name))


@router.patch("/deployments/{owner}/{name}", auth=WRITE, response=DeploymentObject)
def deployments_update(request: HttpRequest, owner: str, name: str, body: DeploymentUpdate) -> dict[str, Any]:
    """Change a deployment: a new release."""
    found = access.deployment_write(request.user, owner, name)
    settings = body.model_dump(exclude_none=True, exclude={"version"})
    version = _version(request.user, body.version) if body.version else None
    if version is not None and found.current and version.model_id != found.current.version.model_id:
        raise wrong("version", "A deployment stays with its model: this is a version of another one.")
    changed = deployments.update(found, version=version, settings=settings)
    return deployment_object(changed)


@router.delete("/deployments/{owner}/{name}", auth=WRITE, response={204: None})
def deployments_delete(request: HttpRequest, owner: str, name: str) -> Status[None]:
    """Delete a deployment whose last prediction ended 15 minutes ago."""
    deployments.delete(access.deployment_write(request.user, owner, name))
    return Status(204, None)


def _version(user: User, text: str) -> Version:
    """By its id, or as "owner/name:id"."""
    try:
        return access.version_read(user, text.rpartition(":")[2])
    except NotFound as error:
        raise wrong("version", error.sentence) from None


def _model(user: User, ref: str) -> Any:
    owner, _, name = ref.partition("/")
    try:
        return access.model_read(user, owner, name)
    except NotFound as error:
        raise wrong("model", error.sentence) from None
