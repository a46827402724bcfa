"""Says which control shows each field of a schema, and which chips sum an input up; for the composer's template."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from generations import fields, references
from generations.fields import Field, Rules
from generations.sentences import plain

SEGMENTS = 6  # choices that fit side by side
CHOICES = 50  # that a model's own wish may make us lay out
LINE = 200  # characters that fit a single line
KINDS = {"prompt", "textarea", "slider", "number", "segmented", "select", "switch", "seed", "text"}
CHOSEN = {"segmented", "select"}
CHIP_TEXT = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several: `value` as the form sends it."""

    value: str
    label: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Control:
    """How one field is shown. `value`: what was typed, else the default, else ""; of a switch True or False.

    `kind`: prompt, textarea, slider, number, segmented, select, switch, seed, text or image. `choices` only of
    segmented and select. `step` None: any. A switch needs a hidden "off" of the same name before its checkbox (value
    "on"). `picture`: what the value of an image means to who is asking; the page fills it in.
    """

    name: str
    kind: str
    label: str
    help: str
    value: Any
    default: Any
    minimum: float | None
    maximum: float | None
    step: float | None
    choices: tuple[Choice, ...]
    required: bool
    max_length: int | None
    error: str
    picture: Any = None


@dataclass(frozen=True, slots=True)
class Chip:
    """A setting in a word or two: `text` alone says it ("12 steps")."""

    name: str
    label: str
    text: str


def controls(
    schema: Rules, values: Mapping[str, Any] | None = None, errors: Mapping[str, str] | None = None
) -> list[Control]:
    """One per field, in the model's order. `values`: as typed or as stored. `errors`: a sentence by field."""
    return [
        _control(field, (values or {}).get(field.name), (errors or {}).get(field.name, ""))
        for field in fields.read(schema).values()
    ]


def summary(schema: Rules, values: Mapping[str, Any] | None = None) -> list[Chip]:
    """The quiet chips under the prompt; width and height are one."""
    known = fields.read(schema)
    known = {name: field for name, field in known.items() if not _goes_with_a_picture(field, known)}
    held = {name: _held(field, (values or {}).get(name)) for name, field in known.items()}
    has_frame = held.get("width") not in (None, "") and held.get("height") not in (None, "")
    chips = []
    for name, field in known.items():
        if has_frame and name == "width":
            chips.append(Chip("size", "Size", f"{plain(held['width'])} × {plain(held['height'])}"))
        elif not (has_frame and name == "height"):
            chips += _chips(field, held[name])
    return chips


def _control(field: Field, value: Any, error: str) -> Control:
    kind = _kind(field)
    held = _held(field, value)
    if kind == "switch":
        held = held in (True, "on", "true", "1")
    return Control(
        name=field.name,
        kind=kind,
        label=field.label,
        help=str(field.rules.get("description", "")),
        value="" if held is None else held,
        default=field.rules.get("default"),
        minimum=_minimum(field),
        maximum=field.highest,
        step=_step(field, held),
        choices=_choices(field, held) if kind in CHOSEN else (),
        required=field.is_required,
        max_length=field.rules.get("maxLength"),
        error=error,
    )


def _held(field: Field, value: Any) -> Any:
    return field.rules.get("default") if value is None else value


def _goes_with_a_picture(field: Field, known: Mapping[str, Field]) -> bool:
    """A picture is seen, and how strongly it is painted over stands beside it: neither needs a chip."""
    return references.takes_picture(field) or (
        field.name == references.STRENGTH and references.START in known
    )


def _kind(field: Field) -> str:
    if references.takes_picture(field):
        return "image"
    wish = field.rules.get("x-control")
    if wish in CHOSEN and not 0 < len(_options(field)) <= CHOICES:
        wish = None
    return wish if wish in KINDS else _natural_kind(field)


def _natural_kind(field: Field) -> str:
    if field.name == "prompt":
        return "prompt"
    if field.name == "seed" and field.type == "integer":
        return "seed"
    if field.choices:
        return "segmented" if len(field.choices) <= SEGMENTS else "select"
    if field.type == "boolean":
        return "switch"
    if field.is_number:
        return _number_kind(field)
    is_short = 0 < field.rules.get("maxLength", 0) <= LINE or "format" in field.rules
    return "text" if is_short else "textarea"


def _number_kind(field: Field) -> str:
    if field.lowest is None or field.highest is None:
        return "number"
    return "segmented" if 0 < len(_options(field)) <= SEGMENTS else "slider"


def _options(field: Field) -> list[Any]:
    """The values that can be laid out: those listed, or a short range of whole numbers."""
    if field.choices:
        return field.choices
    low, high = _minimum(field), field.highest
    if field.type != "integer" or low is None or high is None or (high - low) / (field.step or 1) > CHOICES:
        return []
    return list(range(int(low), int(high) + 1, int(field.step or 1)))


def _choices(field: Field, held: Any) -> tuple[Choice, ...]:
    chosen = "" if held is None else plain(held)
    return tuple(Choice(plain(each), plain(each), plain(each) == chosen) for each in _options(field))


def _minimum(field: Field) -> float | None:
    """The least multiple of the step: browsers count steps from the minimum."""
    low, step = field.lowest, field.step
    if low is None or step is None or field.type != "integer":
        return low
    return math.ceil(low / step) * step


def _step(field: Field, held: Any) -> float | None:
    """For a fraction without a step of its own: a round one that gives a slider 100 stops or more.

    Browsers move a slider to the nearest stop, so the value it starts with has to be one; None where no stop fits.
    """
    if field.step or field.type == "integer":
        return field.step or 1
    low, high = field.lowest, field.highest
    if low is None or high is None or high <= low:
        return None
    exponent = math.floor(math.log10((high - low) / 100))
    steps = (Decimal(10) ** (exponent - finer) for finer in range(4))
    is_inside = isinstance(held, int | float) and low <= held <= high
    start = Decimal(str(held if is_inside else low)) - Decimal(str(low))
    step = next((step for step in steps if start % step == 0), None)
    return None if step is None else _number(step)


def _number(step: Decimal) -> float:
    return int(step) if step == int(step) else float(step)


def _chips(field: Field, held: Any) -> list[Chip]:
    if _kind(field) == "seed":
        text = "seed shuffled" if held in (None, "") else f"seed {plain(held)}"
    elif _kind(field) in {"prompt", "textarea"} or held is False or held in (None, ""):
        return []
    else:
        text = _chip_text(field, held)
    return [Chip(field.name, field.label, text[:CHIP_TEXT])]


def _chip_text(field: Field, held: Any) -> str:
    """Counted things come after their number: "12 steps", "1 image"."""
    label = field.label[:1].lower() + field.label[1:]
    if held is True:
        return label
    if field.type == "integer" and label.endswith("s") and " " not in label:
        return f"{plain(held)} {label[:-1] if plain(held) == '1' else label}"
    return f"{label} {plain(held)}"
