"""Models: listed, found, made, changed, deleted; what their README says, and their examples."""

import json
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from generations import access, queries
from generations.api.auth import WRITE
from generations.api.objects.model import ModelObject, example_objects, model_object, model_objects
from generations.api.objects.prediction import PredictionObject
from generations.api.paging import PageOf, page
from generations.api.problems import Problem
from generations.services import models

router = Router(tags=["models"])
SORTS = {"model_created_at": "created_at", "latest_version_created_at": "newest_at"}
QUERY_MAX = 1000  # characters of a search
QUERY_BYTES = 64 * 1024
SEARCHED = 100  # models that a search gives

Sort = Literal["model_created_at", "latest_version_created_at"]
Text = Annotated[str | None, Field(max_length=models.README_MAX)]


class ModelCreate(Schema):
    owner: Annotated[str, Field(max_length=100)]
    name: Annotated[str, Field(max_length=100)]
    visibility: Literal["public", "private"]
    hardware: Annotated[str, Field(max_length=100)]
    description: Text = None
    github_url: Text = None
    paper_url: Text = None
    license_url: Text = None
    cover_image_url: Text = None

    def about(self) -> dict[str, str]:
        apart = {"owner", "name", "visibility", "hardware"}
        return {name: value or "" for name, value in self.model_dump(exclude=apart).items()}


class ModelUpdate(Schema):
    description: Text = None
    readme: Text = None
    github_url: Text = None
    paper_url: Text = None
    weights_url: Text = None
    license_url: Text = None


@router.get("/models", response=PageOf[ModelObject], exclude_unset=True)
def models_list(
    request: HttpRequest,
    sort_by: Sort = "latest_version_created_at",
    sort_direction: Literal["asc", "desc"] = "desc",
    cursor: str = "",
) -> dict[str, Any]:
    """Public models, and those of the token's person."""
    return page(
        request,
        queries.models_visible(request.user),
        show=lambda rows: model_objects(request, rows),
        by=SORTS[sort_by],
        descending=sort_direction == "desc",
    )


@router.api_operation(["QUERY"], "/models", response=PageOf[ModelObject], exclude_unset=True)
def models_search(request: HttpRequest) -> dict[str, Any]:
    """Models that hold every word of the body: plain text, or text as JSON spells it. The best hundred."""
    rows = queries.search_models(request.user, _words(request))[:SEARCHED]
    return {"next": None, "previous": None, "results": model_objects(request, rows)}


@router.post("/models", auth=WRITE, response={201: ModelObject}, exclude_unset=True)
def models_create(request: HttpRequest, body: ModelCreate) -> Status[dict[str, Any]]:
    """A model of the token's person, without versions at first."""
    made = models.create(
        request.user,
        owner=body.owner,
        name=body.name,
        visibility=body.visibility,
        hardware=body.hardware,
        about=body.about(),
    )
    return Status(201, model_object(request, made))


@router.get("/models/{owner}/{name}", response=ModelObject, exclude_unset=True)
def models_get(request: HttpRequest, owner: str, name: str) -> dict[str, Any]:
    """One model, with its newest version and an example."""
    return model_object(request, access.model_read(request.user, owner, name))


@router.patch("/models/{owner}/{name}", auth=WRITE, response=ModelObject, exclude_unset=True)
def models_update(request: HttpRequest, owner: str, name: str, body: ModelUpdate) -> dict[str, Any]:
    """Change what a model says of itself. What is left out stays as it is; null takes it away."""
    found = access.model_write(request.user, owner, name)
    told = {field: value or "" for field, value in body.model_dump(exclude_unset=True).items()}
    return model_object(request, models.update(found, told))


@router.delete("/models/{owner}/{name}", auth=WRITE, response={204: None})
def models_delete(request: HttpRequest, owner: str, name: str) -> Status[None]:
    """Delete a private model that has no versions."""
    models.delete(access.model_write(request.user, owner, name))
    return Status(204, None)


@router.get("/models/{owner}/{name}/readme", response={200: None})
def models_readme_get(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    """The README, as Markdown."""
    found = access.model_read(request.user, owner, name)
    if not found.readme:
        raise Problem(404, "This model has no README.")
    return HttpResponse(found.readme, content_type="text/plain; charset=utf-8")


@router.get("/models/{owner}/{name}/examples", response=PageOf[PredictionObject], exclude_unset=True)
def models_examples_list(request: HttpRequest, owner: str, name: str) -> dict[str, Any]:
    """Predictions that the people behind the model show with it: a dozen at most."""
    rows = queries.examples_of(access.model_read(request.user, owner, name))
    return {"next": None, "previous": None, "results": example_objects(request, rows)}


def _words(request: HttpRequest) -> str:
    """One client sends the words as they are, another between quotes, as JSON."""
    body = request.body
    if len(body) > QUERY_BYTES:
        raise Problem(413, "Fewer words, please: a search has 64 KB at most.")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(400, "The words to look for are not UTF-8.") from None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = text
    return (found if isinstance(found, str) else text)[:QUERY_MAX]
