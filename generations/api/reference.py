"""The API reference at /docs/: the OpenAPI document as a page for people."""

import functools
import json
import re
import shlex
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from generations.api.addresses import origin_of
from generations.api.openapi import METHODS, document

HERE = "https://this-site"  # stands in an example until the page knows by which address it was reached
PLACES = {
    "owner": "safelight",
    "name": "picto",
    "slug": "text-to-image",
    "version_id": "{version}",
    "prediction_id": "{id}",
    "training_id": "{id}",
    "file_id": "{id}",
}
VALUES: dict[str, Any] = {
    "owner": "your-handle",
    "name": "my-model",
    "visibility": "private",
    "hardware": "cpu",
    "model": "safelight/picto",
    "version": "{version}",
    "destination": "your-handle/my-model",
    "min_instances": 0,
    "max_instances": 1,
    "input": {"prompt": "a penguin in the snow"},
    "description": "Draws what I like.",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a body."""

    name: str
    place: str
    type: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    title: str
    description: str
    fields: list[Field]
    answers: list[tuple[str, str]]
    example: str


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    operations: list[Operation]


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    from generations.api.urls import api  # it imports this module's neighbours, and they nothing of this

    base = f"{origin_of(request)}/v1"
    context = {"groups": [_at(group, base) for group in groups(api)], "api": base}
    return render(request, "api/reference.html", context)


@functools.cache
def groups(api: NinjaAPI) -> list[Group]:
    """The operations by what they are about, in the order of the document."""
    found: dict[str, list[Operation]] = {}
    told = document(api)
    for path, item in told["paths"].items():
        for method in METHODS:
            operation = item.get("x-query" if method == "query" else method)
            if operation is not None:
                shown = _operation(told, method.upper(), path, operation)
                found.setdefault(operation.get("tags", ["other"])[0], []).append(shown)
    return [Group(name, operations) for name, operations in found.items()]


def _at(group: Group, base: str) -> Group:
    shown = [replace(each, example=each.example.replace(HERE, base)) for each in group.operations]
    return Group(group.name, shown)


def _operation(told: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> Operation:
    body = _body(told, operation)
    fields = [_parameter(told, each) for each in operation.get("parameters", [])]
    fields += [
        _field(told, name, "body", rules, is_required=name in body.get("required", ()))
        for name, rules in body.get("properties", {}).items()
    ]
    return Operation(
        id=operation["operationId"],
        method=method,
        path=path,
        title=operation["summary"],
        description=_plain(operation.get("description", "")),
        fields=fields,
        answers=[
            (status, answer.get("description", "")) for status, answer in operation["responses"].items()
        ],
        example=_example(method, path, body),
    )


def _body(told: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    schema: dict[str, Any] = next(iter(content.values()), {}).get("schema", {})
    return _resolved(told, schema)


def _resolved(told: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = told["components"]["schemas"].get(name, schema) if name else schema
    return found


def _parameter(told: dict[str, Any], rules: dict[str, Any]) -> Field:
    schema = {**rules.get("schema", {}), "description": rules.get("description", "")}
    return _field(told, rules["name"], rules["in"], schema, is_required=rules.get("required", False))


def _field(told: dict[str, Any], name: str, place: str, rules: dict[str, Any], *, is_required: bool) -> Field:
    return Field(name, place, _type(told, rules), is_required, _plain(rules.get("description", "")))


def _plain(text: str) -> str:
    """Without the marks of Markdown, in one line."""
    return " ".join(text.replace("`", "").split())


def _type(told: dict[str, Any], rules: dict[str, Any]) -> str:
    """A type in a word or two: "string", "one of asc, desc", "list of string"."""
    rules = _resolved(told, rules)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in rules:
            kinds = [_type(told, each) for each in rules[key] if each.get("type") != "null"]
            return " or ".join(dict.fromkeys(kinds))
    if "enum" in rules:
        return "one of " + ", ".join(map(str, rules["enum"]))
    if rules.get("type") == "array":
        return f"list of {_type(told, rules.get('items', {}))}"
    return str(rules.get("type", "anything"))


def _example(method: str, path: str, body: dict[str, Any]) -> str:
    filled = re.sub(r"\{(\w+)\}", lambda found: PLACES.get(found[1], found[0]), path)
    lines = [f"curl -s {shlex.quote(HERE + filled)}", '  -H "Authorization: Bearer $REPLICATE_API_TOKEN"']
    if method != "GET":
        lines.insert(1, f"  -X {method}")
    if method == "QUERY":
        lines += ['  -H "Content-Type: text/plain"', "  -d 'pictures of foxes'"]
    elif body.get("type") == "object":
        wanted = body.get("required") or [name for name in body.get("properties", {}) if name in VALUES][:1]
        sent = {name: VALUES[name] for name in wanted if name in VALUES}
        lines += ['  -H "Content-Type: application/json"', f"  -d {shlex.quote(json.dumps(sent))}"]
    return " \\\n".join(lines)
