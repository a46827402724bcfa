"""GET /search: models, collections and pages of this site by words."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.urls import reverse
from ninja import Query, Router, Schema

from generations import queries
from generations.api.addresses import origin_of, pages_of
from generations.api.objects.model import (
    CollectionObject,
    ModelObject,
    collection_object,
    listed_objects,
)
from generations.api.problems import Problem
from generations.queries import Listed

router = Router(tags=["search"])
PAGES = {"Create": "studio", "Models": "models", "Explore": "explore", "HTTP API reference": "docs"}


class FoundMetadata(Schema):
    generated_description: str | None
    tags: list[str]
    score: float


class FoundModel(Schema):
    model: ModelObject
    metadata: FoundMetadata


class FoundPage(Schema):
    name: str
    href: str


class Found(Schema):
    query: str
    models: list[FoundModel]
    collections: list[CollectionObject]
    pages: list[FoundPage]


@router.get("/search", response=Found, exclude_unset=True)
def search(
    request: HttpRequest,
    query: Annotated[str, Query(max_length=1000)] = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> dict[str, Any]:
    """Whatever holds every word, the best first."""
    if not query.strip():
        raise Problem(400, "Say what to look for: ?query=fox.")
    rows = queries.search_models(request.user, query).prefetch_related("collections")[:limit]
    found = queries.listed(rows)
    shown = zip(found, listed_objects(request, found), strict=True)
    return {
        "query": query,
        "models": [
            {"model": told, "metadata": _metadata(each, place)} for place, (each, told) in enumerate(shown)
        ],
        "collections": [collection_object(row) for row in queries.search_collections(query)[:limit]],
        "pages": [
            {"name": name, "href": pages_of(origin_of(request)) + reverse(address)}
            for name, address in PAGES.items()
            if all(word.casefold() in name.casefold() for word in query.split())
        ],
    }


def _metadata(found: Listed, place: int) -> dict[str, Any]:
    """`score`: 1 for the best, then less."""
    tags = sorted(each.slug for each in found.model.collections.all())
    return {
        "generated_description": found.model.hint or None,
        "tags": tags,
        "score": round(1 / (1 + place), 4),
    }
