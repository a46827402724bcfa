"""Is this input what the version's schema asks for? Asked by the server before anything is queued."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from inference.errors import InvalidInput

TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}


def parse(body: bytes) -> dict[str, Any]:
    """The `input` object of a request body. Raises InvalidInput: not JSON, no object, NaN, nested too deeply."""
    try:
        value = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("The body is not valid JSON. Send an object with `input`.") from error
    if not isinstance(value, dict) or not isinstance(value.get("input"), dict):
        raise InvalidInput("The body has no `input` object.", "input")
    given: dict[str, Any] = value["input"]
    return given


def settle(schema: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The input with every default filled in, whole numbers as int. Raises InvalidInput, naming one field."""
    error = best_match(Draft202012Validator(schema).iter_errors(given))
    if error is not None:
        raise InvalidInput(*_sentence(error))
    properties = schema["properties"]
    defaults = {name: prop["default"] for name, prop in properties.items() if "default" in prop}
    return {name: _plain(properties[name], name, value) for name, value in {**defaults, **given}.items()}


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _plain(prop: dict[str, Any], name: str, value: Any) -> Any:
    """12.0 is an integer to JSON Schema but not to `range`; a lone surrogate is text to JSON but not to UTF-8."""
    if prop.get("type") == "integer":
        return int(value)
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise InvalidInput(f"{name} holds half of a character. Write it again.", name) from error
    return value


def _sentence(error: ValidationError) -> tuple[str, str]:
    """What is wrong, for people, and the field."""
    if error.validator == "required":
        field = next(name for name in error.validator_value if name not in error.instance)
        return f"{field} is missing.", field
    if error.validator == "additionalProperties":
        field = next(name for name in error.instance if name not in error.schema["properties"])
        return f"{field[:60]} is not an input of this model.", field[:60]
    if error.validator == "dependentRequired":
        given, needed = _lonely(error)
        return f"{given} needs {needed} beside it.", given
    field = str(error.absolute_path[0]) if error.absolute_path else ""
    return f"{field} {_demand(error)}.", field


def _lonely(error: ValidationError) -> tuple[str, str]:
    """The first setting that is there without one that it needs, and that one."""
    return next(
        (name, other)
        for name, needed in error.validator_value.items()
        for other in needed
        if name in error.instance and other not in error.instance
    )


def _demand(error: ValidationError) -> str:
    limit = error.validator_value
    match error.validator:
        case "type":
            return f"must be {TYPES.get(str(limit), limit)}"
        case "minimum":
            return f"must be at least {limit:,}"
        case "maximum":
            return f"must be at most {limit:,}"
        case "multipleOf":
            return f"must be a multiple of {limit}"
        case "enum":
            return f"must be one of {', '.join(map(str, limit))}"
        case "minLength" | "pattern":
            return "is empty"
        case "maxLength":
            return f"must be at most {limit:,} characters"
        case _:
            return "does not fit this model"
