"""A model, and a collection of models, as the API shows them."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from django.http import HttpRequest
from django.urls import reverse
from ninja import Schema

from generations import queries
from generations.api.objects.prediction import PredictionObject, Reader, prediction_objects
from generations.api.objects.version import VersionObject, version_object
from generations.models import Collection, Prediction, RegisteredModel
from generations.queries import Listed


class ModelObject(Schema):
    url: str
    owner: str
    name: str
    description: str | None
    visibility: Literal["public", "private"]
    is_official: bool
    github_url: str | None
    paper_url: str | None
    license_url: str | None
    weights_url: str | None
    run_count: int
    cover_image_url: str | None
    default_example: PredictionObject | None
    latest_version: VersionObject | None


class CollectionObject(Schema):
    name: str
    slug: str
    description: str


class CollectionWithModels(CollectionObject):
    full_description: str | None
    models: list[ModelObject]


def model_object(request: HttpRequest, row: RegisteredModel) -> dict[str, Any]:
    return model_objects(request, [row])[0]


def model_objects(request: HttpRequest, rows: Iterable[RegisteredModel]) -> list[dict[str, Any]]:
    """The same number of queries for any number of them."""
    return listed_objects(request, queries.listed(rows))


def listed_objects(request: HttpRequest, found: Sequence[Listed]) -> list[dict[str, Any]]:
    reader = Reader.of(request)
    shown = example_objects(request, [each.example for each in found if each.example])
    examples = {each["id"]: each for each in shown}
    return [_object(each, reader, examples.get(each.example.pk) if each.example else None) for each in found]


def example_objects(request: HttpRequest, rows: Sequence[Prediction]) -> list[dict[str, Any]]:
    """Predictions that everybody may see: without whom its maker has told of them, and through what."""
    apart = {"webhook", "webhook_events_filter", "deployment"}
    found = prediction_objects(rows, Reader.of(request))
    return [{name: value for name, value in each.items() if name not in apart} for each in found]


def _object(found: Listed, reader: Reader, example: dict[str, Any] | None) -> dict[str, Any]:
    row = found.model
    return {
        "url": reader.pages + reverse("model", args=[row.owner, row.name]),
        "owner": row.owner,
        "name": row.name,
        "description": row.description or None,
        "visibility": row.visibility,
        "is_official": row.is_official,
        "github_url": row.github_url or None,
        "paper_url": row.paper_url or None,
        "license_url": row.license_url or None,
        "weights_url": row.weights_url or None,
        "run_count": row.run_count,
        "cover_image_url": row.cover_image_url or None,
        "default_example": example,
        "latest_version": version_object(found.version) if found.version else None,
    }


def collection_object(row: Collection) -> dict[str, Any]:
    return {"name": row.name, "slug": row.slug, "description": row.description}
