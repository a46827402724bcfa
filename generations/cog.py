"""Cog's description of a version (`openapi_schema`), as Replicate's clients read it, made from ours. Pure.

They look at Input for what to send, and at Output for what comes: a list, a list that grows, or words to be joined.
"""

from collections.abc import Mapping
from typing import Any

COG_VERSION = "0.23.1"  # whose HTTP API the engines here speak
STATUSES = ["starting", "processing", "succeeded", "canceled", "failed"]
EVENTS = ["start", "output", "logs", "completed"]


def openapi_of(schema: Mapping[str, Any], output: Mapping[str, Any], *, name: str = "Cog") -> dict[str, Any]:
    """`schema`: of the input. `output`: Version.output."""
    schemas = {
        "Input": {"title": "Input", **{key: value for key, value in schema.items() if key != "$schema"}},
        "Output": output_of(output),
        "Status": {"title": "Status", "type": "string", "enum": STATUSES, "description": "An enumeration."},
        "WebhookEvent": {
            "title": "WebhookEvent",
            "type": "string",
            "enum": EVENTS,
            "description": "An enumeration.",
        },
        "PredictionRequest": _request(),
        "PredictionResponse": _response(),
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": "0.1.0"},
        "paths": {"/predictions": {"post": _post()}},
        "components": {"schemas": schemas},
    }


def output_of(output: Mapping[str, Any]) -> dict[str, Any]:
    """Pictures are a list of addresses; words are a list that grows, to be joined; else what the engine says."""
    told = output.get("schema")
    if isinstance(told, Mapping):
        return {"title": "Output", **told}
    if str(output.get("mime") or "").startswith("text/"):
        return {
            "title": "Output",
            "type": "array",
            "items": {"type": "string"},
            "x-cog-array-type": "iterator",
            "x-cog-array-display": "concatenate",
        }
    return {"title": "Output", "type": "array", "items": {"type": "string", "format": "uri"}}


def _request() -> dict[str, Any]:
    return {
        "title": "PredictionRequest",
        "type": "object",
        "properties": {
            "id": {"title": "Id", "type": "string"},
            "input": {"$ref": "#/components/schemas/Input"},
            "webhook": {"title": "Webhook", "type": "string", "format": "uri", "maxLength": 65536},
            "webhook_events_filter": {
                "title": "Webhook Events Filter",
                "type": "array",
                "items": {"$ref": "#/components/schemas/WebhookEvent"},
            },
        },
    }


def _response() -> dict[str, Any]:
    texts = {
        name: {"title": name.replace("_", " ").title(), "type": "string"}
        for name in ("id", "version", "error")
    }
    times = {
        name: {"title": name.replace("_", " ").title(), "type": "string", "format": "date-time"}
        for name in ("created_at", "started_at", "completed_at")
    }
    return {
        "title": "PredictionResponse",
        "type": "object",
        "properties": {
            **texts,
            **times,
            "input": {"$ref": "#/components/schemas/Input"},
            "output": {"$ref": "#/components/schemas/Output"},
            "logs": {"title": "Logs", "type": "string", "default": ""},
            "metrics": {"title": "Metrics", "type": "object"},
            "status": {"$ref": "#/components/schemas/Status"},
        },
    }


def _post() -> dict[str, Any]:
    def content(name: str) -> dict[str, Any]:
        return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}

    return {
        "summary": "Predict",
        "description": "Run a single prediction on the model",
        "operationId": "predict_predictions_post",
        "requestBody": {"content": content("PredictionRequest")},
        "responses": {
            "200": {"description": "Successful Response", "content": content("PredictionResponse")}
        },
    }


# The other way round: what a Cog server says of its model, as we keep it

REF = "#/components/schemas/"
PICTURES = ("image", "img", "mask", "photo", "picture")


def schema_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of the input, standing alone. Raises ValueError where there is none."""
    schemas = _schemas(document)
    if not isinstance(schemas.get("Input"), Mapping):
        raise ValueError("It does not say what its input is: there is no schema of it.")
    found = _standing(schemas["Input"], schemas)
    properties = found.get("properties")
    if not isinstance(properties, dict):
        properties = found["properties"] = {}
    for name, rules in properties.items():
        is_file = isinstance(rules, dict) and rules.get("format") == "uri"
        if is_file and any(word in name.lower() for word in PICTURES):
            rules["contentMediaType"] = "image/*"
    return {**found, "type": "object", "additionalProperties": False}


def made_by(document: Mapping[str, Any]) -> dict[str, Any]:
    """Version.output: addresses are pictures, everything else is text or data."""
    schemas = _schemas(document)
    output = schemas.get("Output")
    found = _standing(output, schemas) if isinstance(output, Mapping) else {}
    items = found.get("items") if found.get("type") == "array" else found
    is_file = isinstance(items, Mapping) and items.get("format") == "uri"
    return {"mime": "image/png" if is_file else "text/plain", "schema": found}


def _schemas(document: Mapping[str, Any]) -> Mapping[str, Any]:
    components = document.get("components")
    found = components.get("schemas") if isinstance(components, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _standing(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """With all that it refers to beside it, under $defs."""
    wanted: list[str] = []
    found: dict[str, Any] = _moved(schema, wanted)
    known: dict[str, Any] = {}
    while wanted:
        name = wanted.pop()
        if name not in known and isinstance(schemas.get(name), Mapping):
            known[name] = _moved(schemas[name], wanted)
    return {**found, "$defs": known} if known else found


def _moved(value: Any, wanted: list[str]) -> Any:
    if isinstance(value, Mapping):
        found = {str(key): _moved(each, wanted) for key, each in value.items()}
        ref = found.get("$ref")
        if isinstance(ref, str) and ref.startswith(REF):
            wanted.append(ref.removeprefix(REF))
            found["$ref"] = f"#/$defs/{ref.removeprefix(REF)}"
        return found
    return [_moved(each, wanted) for each in value] if isinstance(value, list) else value
