"""Says for people what a field of an input asks for; called by schema.py and form.py."""

import json
from typing import Any

from jsonschema.exceptions import ValidationError

from generations.errors import FieldError
from generations.fields import Field
from generations.text import is_blank, shown

LISTED = 12  # choices named in one sentence
KINDS = {"string": "text", "boolean": "true or false", "array": "a list", "object": "an object"}


def after_colon(sentence: str) -> str:
    """To go on after a colon; an acronym stays one."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


def demanded(field: Field) -> FieldError:
    """ "Steps must be a whole number from 1 to 50." """
    return _of(field, f"{field.label} {_demand(field)}.")


def missing(field: Field) -> FieldError:
    if field.name == "prompt":
        return _of(field, "There is no prompt. Write what you want to see.")
    return _of(field, f"Give a value for {field.label}.")


def lonely(field: Field, other: Field) -> FieldError:
    """One setting makes sense only beside another."""
    return _of(field, f"{field.label} needs {other.label} beside it. Give both, or neither.")


def empty(field: Field) -> FieldError:
    if field.name == "prompt":
        return _of(field, "That prompt is empty. Write what you want to see.")
    return _of(field, f"{field.label} is empty.")


def too_long(field: Field, count: int) -> FieldError:
    """`count`: characters that were sent."""
    most = field.rules["maxLength"]
    if field.name == "prompt":
        return _of(field, f"Prompts hold at most {most:,} characters; this one has {count:,}.")
    return _of(field, f"{field.label} holds at most {most:,} characters; this has {count:,}.")


def repeated(field: Field) -> FieldError:
    return _of(field, f"Send {field.label} only once.")


def tangled(field: Field) -> FieldError:
    return _of(field, f"{field.label} is too large or nested too deeply.")


def unknown(name: object) -> FieldError:
    """`name` comes from a stranger: only a harmless beginning of it is repeated."""
    seen = shown(name) if isinstance(name, str) else "?"
    return FieldError(seen, f"There is no setting called '{seen}'.")


def of_error(field: Field, error: ValidationError) -> FieldError:
    """What the schema's own check complains of."""
    if len(error.absolute_path) > 1:
        return _of(field, f"{field.label} holds something that this model does not accept.")
    match error.validator:
        case "maxLength":
            return too_long(field, len(error.instance))
        case "minLength" | "pattern" if is_blank(error.instance):
            return empty(field)
        case "minLength":
            least = error.validator_value
            return _of(
                field, f"{field.label} holds at least {least:,} characters; this has {len(error.instance):,}."
            )
        case "pattern":
            return _of(field, f"{field.label} is not written in the way that this model asks for.")
        case "minItems":
            return _of(field, f"{field.label} must hold at least {error.validator_value:,} entries.")
        case "maxItems":
            return _of(field, f"{field.label} holds at most {error.validator_value:,} entries.")
        case _:
            return demanded(field)


def plain(value: Any) -> str:
    """A value as a form and a sentence write it."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value)


def _of(field: Field, sentence: str) -> FieldError:
    return FieldError(field.name, sentence)


def _demand(field: Field) -> str:
    if field.choices:
        return _one_of(field.choices)
    if field.is_number:
        return _a_number(field)
    if field.type in KINDS:
        return f"must be {KINDS[field.type]}"
    return "does not fit this model"


def _one_of(choices: list[Any]) -> str:
    named = ", ".join(map(plain, choices[:LISTED]))
    more = len(choices) - LISTED
    return f"must be one of {named}" + (f" and {more:,} more" if more > 0 else "")


def _a_number(field: Field) -> str:
    noun = "a whole number" if field.type == "integer" else "a number"
    if field.step and field.step != 1:
        noun = f"a multiple of {_amount(field.step)}"
    low, high = field.lowest, field.highest
    if low is not None and high is not None:
        return f"must be {noun} from {_amount(low)} to {_amount(high)}{_ends(field)}"
    if low is not None:
        return f"must be {noun} of at least {_amount(low)}{_ends(field)}"
    if high is not None:
        return f"must be {noun} of at most {_amount(high)}{_ends(field)}"
    return f"must be {noun}"


def _ends(field: Field) -> str:
    """A fraction can come as close to an excluded end as it likes; a whole number's ends are moved inwards."""
    if field.type == "integer":
        return ""
    ends = [field.rules[key] for key in ("exclusiveMinimum", "exclusiveMaximum") if key in field.rules]
    return f", but not {' or '.join(map(_amount, ends))}" if ends else ""


def _amount(number: float) -> str:
    return f"{int(number):,}" if number == int(number) else f"{number:,}"
