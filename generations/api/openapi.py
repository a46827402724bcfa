"""The description of the API as OpenAPI 3.1, at /v1/openapi.json, made from the operations themselves.

OpenAPI 3.1 has no place for the method QUERY: its one operation stands under `x-query`, where 3.2 would say `query`.
"""

import copy
import functools
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from generations.api.addresses import origin_of

METHODS = ("get", "post", "put", "patch", "delete", "query")
PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["title", "detail", "status"],
    "properties": {
        "title": {"type": "string"},
        "detail": {"type": "string", "description": "A sentence for people: what is wrong, and the way out."},
        "status": {"type": "integer"},
        "invalid_fields": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "field", "description"],
                "properties": {
                    "type": {"type": "string"},
                    "field": {"type": "string"},
                    "description": {"type": "string"},
                    "rule": {
                        "type": "string",
                        "description": "The prompt rule that it breaks, with its version.",
                    },
                    "spans": {
                        "type": "array",
                        "items": {"type": "array", "items": {"type": "integer"}},
                        "description": "Where in the field the words stand: pairs of start and end.",
                    },
                },
            },
        },
    },
}
WRONG = {
    400: "The request was not understood.",
    401: "There is no token that works.",
    403: "The token, or its person, may not do this.",
    404: "It is not there, or not yours.",
    405: "This address does not know that method.",
    409: "Something else has happened meanwhile.",
    413: "The body is too large.",
    422: "A field is wrong: `invalid_fields` says which.",
    429: "Too fast: `Retry-After` says when to come back.",
    503: "The site has too much to do: `Retry-After` says when to come back.",
}


@require_safe
def document_view(request: HttpRequest) -> HttpResponse:
    """Anyone may read it, tools in a browser too."""
    from generations.api.urls import api  # it imports this module's neighbours, and they nothing of this

    servers = [{"url": f"{origin_of(request)}/v1", "description": "This site"}]
    response = JsonResponse({**document(api), "servers": servers}, json_dumps_params={"indent": 2})
    response["Cache-Control"] = "public, max-age=300"
    return response


@functools.cache
def document(api: NinjaAPI) -> dict[str, Any]:
    """The same for everybody, but for `servers`."""
    found: dict[str, Any] = copy.deepcopy(dict(api.get_openapi_schema(path_prefix="")))
    found["components"]["schemas"]["Problem"] = PROBLEM
    found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    found["security"] = [{"token": []}]
    names = sorted((str(each.name) for each in api.urls[0] if each.name), key=len)
    for item in found["paths"].values():
        for method in METHODS:
            if method in item:
                _name(item[method], names)
                _complete(item[method], method)
        if "query" in item:
            item["x-query"] = item.pop("query")
    found["info"]["description"] = (
        "Replicate's HTTP API, as this site speaks it. Send a token of your account page as "
        "`Authorization: Bearer r8_…`."
    )
    return found


def _name(operation: dict[str, Any], names: list[str]) -> None:
    """The name of its function alone, without the module's."""
    found = [name for name in names if operation["operationId"].endswith(f"_{name}")]
    operation["operationId"] = found[-1] if found else operation["operationId"]
    operation["summary"] = operation["operationId"].replace("_", " ").capitalize()


def _complete(operation: dict[str, Any], method: str) -> None:
    """What every operation may answer beside what its own function says."""
    statuses = {400, 401, 403, 404, 422, 429, 503}
    if method in {"post", "put", "patch", "query"}:
        statuses |= {409, 413}
    told = operation["responses"]
    for status in sorted(statuses):
        told.setdefault(status, {"description": WRONG[status], "content": _problem()})
    operation["responses"] = {str(status): told[status] for status in sorted(told, key=str)}


def _problem() -> dict[str, Any]:
    return {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
