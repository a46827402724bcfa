"""Collections: models that do the same kind of thing."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from generations import access, queries
from generations.api.objects.model import (
    CollectionObject,
    CollectionWithModels,
    collection_object,
    listed_objects,
)
from generations.api.paging import PageOf, page

router = Router(tags=["collections"])


@router.get("/collections", response=PageOf[CollectionObject])
def collections_list(request: HttpRequest, cursor: str = "") -> dict[str, Any]:
    """Collections of models, by name."""
    rows = queries.search_collections("")
    return page(request, rows, show=lambda rows: list(map(collection_object, rows)), descending=False)


@router.get("/collections/{slug}", response=CollectionWithModels, exclude_unset=True)
def collections_get(request: HttpRequest, slug: str) -> dict[str, Any]:
    """One collection with its models, those that run most often first."""
    found = access.collection_read(slug)
    models = queries.collection_models(found, request.user)
    return {
        **collection_object(found),
        "full_description": found.full_description or None,
        "models": listed_objects(request, models),
    }
