"""A version's JSON schema decides what an input is: checked, completed, read from a form, shown as controls.

Called by services (validate, with_seed, cost …) and by faces (parse_form, controls, summary). Pure.
"""

import copy
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from fractions import Fraction
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import extend
from referencing.exceptions import Unresolvable
from referencing.jsonschema import EMPTY_REGISTRY

from generations import fields, form, sentences
from generations.controls import Chip, Choice, Control, controls, summary
from generations.errors import FieldError, InvalidInput
from generations.fields import Field, Rules
from generations.text import clean_text, is_blank

__all__ = [
    "Chip",
    "Choice",
    "Control",
    "check",
    "clean_text",
    "controls",
    "cost",
    "frame",
    "from_form",
    "output_count",
    "parse_form",
    "prompt_of",
    "summary",
    "validate",
    "with_seed",
]

ERRORS = 10  # told at once
DEPTH, NODES = 16, 10_000  # of a list or an object in an input
SIDE_MAX = 65_535  # pixels that a model may promise
LARGEST = 2**63 - 1  # what a database column and every client can hold


def check(schema: object) -> None:
    """Raises ValueError when it is no JSON schema, or refers to other hosts, to nothing or in a circle.

    For the moment when an engine reports a model; the rest of this module trusts what was checked.
    """
    if not isinstance(schema, dict):
        raise ValueError("The schema of the input is not an object.")
    try:
        Draft202012Validator.check_schema(schema)
        nothing = dict.fromkeys(schema.get("properties", {}))
        list(_VALIDATOR(schema, registry=EMPTY_REGISTRY).iter_errors(nothing))
    except (SchemaError, Unresolvable, RecursionError) as error:
        raise ValueError("The schema of the input is not a JSON schema that stands alone.") from error


def validate(schema: Rules, data: object) -> dict[str, Any]:
    """The input, cleaned and with every default filled in, in the schema's order. null means left out.

    Raises InvalidInput with one error per wrong field.
    """
    if not isinstance(data, Mapping):
        raise InvalidInput([FieldError("", "The input must be an object with a value for each setting.")])
    return _settled(schema, data, wrong=[])


def parse_form(schema: Rules, data: Any, *, ignore: Set[str] = frozenset()) -> dict[str, Any]:
    """The strings of a form, converted and validated; one InvalidInput tells all that is wrong.

    `data`: lists of strings by name, or a QueryDict. `ignore`: names that are not the input's (csrfmiddlewaretoken).
    """
    values, wrong = form.convert(fields.read(schema), data, ignore=ignore)
    return _settled(schema, values, wrong=wrong)


def from_form(schema: Rules, data: Any, *, ignore: Set[str] = frozenset()) -> dict[str, Any]:
    """The strings of a form as values for `validate`. Raises InvalidInput for what cannot be converted."""
    values, wrong = form.convert(fields.read(schema), data, ignore=ignore)
    if wrong:
        raise InvalidInput(wrong[:ERRORS])
    return values


def with_seed(schema: Rules, input: Mapping[str, Any], *, seed: int) -> dict[str, Any]:
    """The input with `seed`, brought into the schema's range, where the model takes one and none is given."""
    known = fields.read(schema)
    field = known.get("seed")
    if field is None or input.get("seed") is not None:
        return dict(input)
    low = int(field.lowest or 0)
    high = int(field.highest if field.highest is not None else max(low, LARGEST))
    filled = {**input, "seed": low + seed % (high - low + 1)}
    return {name: filled[name] for name in [*known, *filled] if name in filled}


def prompt_of(schema: Rules, input: Mapping[str, Any]) -> str:
    """What a list calls it by: the prompt, or what the model's composer has in its place."""
    asked = (name for name, field in fields.read(schema).items() if field.rules.get("x-control") == "prompt")
    return str(input.get("prompt") or input.get(next(asked, ""), ""))


def output_count(schema: Rules, input: Mapping[str, Any]) -> int:
    """How many pictures it asks for."""
    return max(1, _whole(_given(schema, input, "num_outputs"), default=1))


def frame(schema: Rules, input: Mapping[str, Any], default: tuple[int, int]) -> tuple[int, int]:
    """Width and height in pixels that it asks for; `default` where it names none.

    A model whose settings are no plain numbers says it by a table in its schema, `x-output-size`:
    {"of": [settings], "pixels": {"their values, by blanks": [width, height]}}.
    """
    default = _listed_frame(schema, input) or default
    size = re.fullmatch(r"(\d{1,5})\s*[x×*]\s*(\d{1,5})", str(_given(schema, input, "size") or ""))
    if size:
        default = int(size[1]), int(size[2])
    width = _whole(_given(schema, input, "width"), default=default[0])
    height = _whole(_given(schema, input, "height"), default=default[1])
    return max(1, width), max(1, height)


def cost(schema: Rules, input: Mapping[str, Any], default: tuple[int, int] = (512, 512)) -> float:
    """Work, for fair turns: steps × megapixels × pictures."""
    width, height = frame(schema, input, default)
    steps = max(1, _whole(_given(schema, input, "steps"), default=1))
    return steps * (width * height / 1e6) * output_count(schema, input)


def _listed_frame(schema: Rules, input: Mapping[str, Any]) -> tuple[int, int] | None:
    """As the model's own table says; None where there is none, or none that can be used."""
    table = schema.get("x-output-size")
    if not isinstance(table, Mapping) or not isinstance(table.get("of"), list):
        return None
    values = [sentences.plain(_given(schema, input, str(name))) for name in table["of"]]
    pixels = table.get("pixels")
    found = pixels.get(" ".join(values)) if isinstance(pixels, Mapping) else None
    match found:
        case [int(width), int(height)] if 0 < width <= SIDE_MAX and 0 < height <= SIDE_MAX:
            return width, height
    return None


def _given(schema: Rules, input: Mapping[str, Any], name: str) -> Any:
    value = input.get(name)
    return schema.get("properties", {}).get(name, {}).get("default") if value is None else value


def _whole(value: Any, *, default: int) -> int:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return int(value) if is_number else default


def _settled(schema: Rules, data: Mapping[str, Any], *, wrong: list[FieldError]) -> dict[str, Any]:
    known = fields.read(schema)
    values, errors = _read(known, data)
    errors = [*wrong, *errors]
    errors += _complaints(schema, known, values, judged={error.field for error in errors})
    errors = sorted(errors, key=lambda error: _place(known, error.field))
    errors += _strangers(schema, known, data)
    if errors:
        raise InvalidInput(errors[:ERRORS])
    return _filled(known, values)


def _read(known: dict[str, Field], data: Mapping[str, Any]) -> tuple[dict[str, Any], list[FieldError]]:
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, field in known.items():
        if data.get(name) is None:
            continue
        try:
            values[name] = _typed(field, data[name])
        except InvalidInput as error:
            errors += error.fields
    return values, errors


def _typed(field: Field, value: Any) -> Any:
    """Everything that would cost or confuse the schema's own check is caught here."""
    if isinstance(value, str) and field.type in {"string", ""}:
        return _text(field, value)
    if field.is_number:
        return _number(field, value)
    if field.type in {"array", "object", ""}:
        return _tree(field, value)
    if field.type == "boolean" and isinstance(value, bool):
        return value
    raise InvalidInput([sentences.demanded(field)])


def _text(field: Field, text: str) -> str:
    most = field.rules.get("maxLength", math.inf)
    if len(text) > 4 * most + 100:  # cleaning could not bring it down
        raise InvalidInput([sentences.too_long(field, len(text))])
    text = clean_text(text, field=field.name, label=field.label)
    if not is_blank(text):
        return text
    if field.is_required:
        raise InvalidInput([sentences.empty(field)])
    return ""


def _number(field: Field, value: Any) -> int | float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not -LARGEST <= value <= LARGEST:  # NaN is in no range
        raise InvalidInput([sentences.demanded(field)])
    number: int | float = value
    return int(number) if field.type == "integer" and number == int(number) else number


def _tree(field: Field, value: Any) -> Any:
    """A list or an object without surprises: no NaN, no half characters, neither deep nor endless."""
    left = iter(range(NODES))
    return _branch(field, value, left=left, depth=0)


def _branch(field: Field, value: Any, *, left: Iterator[int], depth: int) -> Any:
    if depth > DEPTH or next(left, None) is None:
        raise InvalidInput([sentences.tangled(field)])
    if isinstance(value, str):
        return clean_text(value, field=field.name, label=field.label)
    if isinstance(value, list | tuple):
        return [_branch(field, each, left=left, depth=depth + 1) for each in value]
    if isinstance(value, Mapping):
        return {
            _branch(field, str(key)[:NODES], left=left, depth=depth + 1): _branch(
                field, each, left=left, depth=depth + 1
            )
            for key, each in value.items()
        }
    if (
        value is None
        or isinstance(value, bool)
        or (isinstance(value, int | float) and -LARGEST <= value <= LARGEST)
    ):
        return value
    raise InvalidInput([sentences.demanded(field)])


def _complaints(
    schema: Rules, known: dict[str, Field], values: dict[str, Any], *, judged: set[str]
) -> list[FieldError]:
    """One a field, none for a field that is known to be wrong already."""
    found: dict[str, FieldError] = {}
    for error in _VALIDATOR(schema, registry=EMPTY_REGISTRY).iter_errors(values):
        for complaint in _told(known, error):
            if complaint.field not in judged:
                found.setdefault(complaint.field, complaint)
    return list(found.values())


def _told(known: dict[str, Field], error: ValidationError) -> Iterable[FieldError]:
    if error.absolute_path:
        return [sentences.of_error(known[str(error.absolute_path[0])], error)]
    if error.validator == "required":
        absent = [
            known[name] for name in error.validator_value if name in known and name not in error.instance
        ]
        return [sentences.missing(field) for field in absent if field.is_required]
    if error.validator == "dependentRequired":
        return list(_lonely(known, error))
    return [FieldError("", "These settings do not go together in this model.")]


def _lonely(known: dict[str, Field], error: ValidationError) -> Iterator[FieldError]:
    """Settings that were given without another one that they need."""
    for name, needed in error.validator_value.items():
        absent = [known[each] for each in needed if each in known and each not in error.instance]
        if name in error.instance and name in known and absent:
            yield sentences.lonely(known[name], absent[0])


def _strangers(schema: Rules, known: dict[str, Field], data: Mapping[str, Any]) -> list[FieldError]:
    if schema.get("additionalProperties", False) is not False:
        return []
    return [sentences.unknown(name) for name in islice((name for name in data if name not in known), ERRORS)]


def _filled(known: dict[str, Field], values: dict[str, Any]) -> dict[str, Any]:
    given = {
        name: values[name] if name in values else copy.deepcopy(field.rules.get("default"))
        for name, field in known.items()
    }
    return {name: value for name, value in given.items() if value is not None}


def _place(known: dict[str, Field], name: str) -> int:
    return [*known, name].index(name)


def _multiple_of(_: Any, step: float, value: Any, __: Rules) -> Iterator[ValidationError]:
    """Exact: 0.3 is a multiple of 0.1, whatever binary fractions say."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and Fraction(str(value)) % Fraction(str(step)):
        yield ValidationError("not a multiple")


_VALIDATOR = extend(Draft202012Validator, {"multipleOf": _multiple_of})
