"""Reads a version's JSON schema as a row of fields, in the order that the model wants; for schema.py and its kin."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Rules = dict[str, Any]
NESTING = 8  # of $ref and allOf; deeper is a circle


@dataclass(frozen=True, slots=True)
class Field:
    """One property. `rules`: its schema, with $ref, allOf and "or null" folded in."""

    name: str
    rules: Rules
    is_required: bool

    @property
    def label(self) -> str:
        return str(self.rules.get("title") or self.name.replace("_", " ").capitalize())

    @property
    def type(self) -> str:
        """As JSON schema calls it, "" when the schema leaves it open."""
        return str(self.rules.get("type", ""))

    @property
    def is_number(self) -> bool:
        return self.type in {"integer", "number"}

    @property
    def choices(self) -> list[Any]:
        return list(self.rules.get("enum", ()))

    @property
    def step(self) -> float | None:
        return self._number("multipleOf")

    @property
    def lowest(self) -> float | None:
        """Of a whole number: the least that is allowed."""
        return self._bound("minimum", "exclusiveMinimum", outwards=1)

    @property
    def highest(self) -> float | None:
        return self._bound("maximum", "exclusiveMaximum", outwards=-1)

    def _bound(self, inclusive: str, exclusive: str, *, outwards: int) -> float | None:
        bound = self._number(inclusive)
        if bound is not None:
            return bound
        limit = self._number(exclusive)
        return limit + outwards if limit is not None and self.type == "integer" else limit

    def _number(self, key: str) -> float | None:
        number: float | None = self.rules.get(key)
        return number


def read(schema: Rules) -> dict[str, Field]:
    """The fields by name, by `x-order`, then as the schema lists them."""
    required = schema.get("required", ())
    fields = [
        _field(name, _folded(rules, schema), name in required)
        for name, rules in schema.get("properties", {}).items()
    ]
    return {field.name: field for field in sorted(fields, key=_order)}


def _field(name: str, rules: Rules, is_required: bool) -> Field:
    return Field(name, rules, is_required and "default" not in rules)


def _order(field: Field) -> float:
    order = field.rules.get("x-order")
    return order if isinstance(order, int | float) else math.inf


def _folded(rules: Any, root: Rules, depth: int = 0) -> Rules:
    if not isinstance(rules, Mapping) or depth > NESTING:
        return {}
    found: Rules = {}
    for part in _parts(rules, root):
        found |= _folded(part, root, depth + 1)
    found |= rules
    if isinstance(found.get("type"), list):
        kinds = [kind for kind in found["type"] if kind != "null"]
        found["type"] = kinds[0] if len(kinds) == 1 else ""
    return found


def _parts(rules: Mapping[str, Any], root: Rules) -> list[Any]:
    """What the rules refer to; of "this or null" the former."""
    parts = list(rules.get("allOf", ()))
    if "$ref" in rules:
        parts.append(_referred(str(rules["$ref"]), root))
    for key in ("anyOf", "oneOf"):
        some = [part for part in rules.get(key, ()) if part != {"type": "null"}]
        parts += some if len(some) == 1 else []
    return parts


def _referred(ref: str, root: Rules) -> Any:
    found: Any = root
    for name in ref.removeprefix("#/").split("/"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
