"""What a grid would be, before anything is made: its axes, its size, and whether its person may have it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from generations import axes, braces, fields, queries, references, schema
from generations.axes import VALUES_MAX, Axis
from generations.braces import Slot
from generations.errors import FieldError, InvalidInput, OverLimit
from generations.fields import Field
from generations.models import Version
from generations.services import policies
from inference.protocol import SEED_MAX

PROMPT = "prompt"
NAME_PROMPT = 60
FIND_MAX = 200
LABEL_MAX = 30
RETRY_S = 3600

Person = User | AnonymousUser


@dataclass(frozen=True, slots=True)
class Wish:
    """One axis as a person asks for it. `find`: what the values replace, for the words of the prompt."""

    field: str
    values: str
    find: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A grid to be: every cell of it has an input that the model takes."""

    version: Version
    input: dict[str, Any]
    rows: Axis | None
    columns: Axis | None
    warnings: tuple[
        str, ...
    ] = ()  # what rules have to say of its prompts; to make it all the same is to pass them

    @property
    def prompt(self) -> str:
        return str(self.input.get(PROMPT, ""))

    @property
    def height(self) -> int:
        return len(self.rows.values) if self.rows else 1

    @property
    def width(self) -> int:
        return len(self.columns.values) if self.columns else 1

    @property
    def cells(self) -> int:
        return self.height * self.width

    @property
    def pictures(self) -> int:
        return self.cells * schema.output_count(self.version.schema, self.input)

    @property
    def name(self) -> str:
        """What its sides are called, unless the prompt says it already."""
        axes_of = [axis for axis in (self.rows, self.columns) if axis]
        if all(find.startswith("{") for axis in axes_of for find in axis.finds or ("",)):
            return self.prompt
        sides = " × ".join(axis.label for axis in axes_of)
        return f"{sides}: {self.prompt[:NAME_PROMPT]}" if self.prompt else sides


def plan(
    user: Person, version: Version, input: Mapping[str, Any], *, rows: Wish | None, columns: Wish | None
) -> Plan:
    """`input`: validated. Choices in braces take the side that is free.

    Raises InvalidInput naming a field of the input, or rows-field, rows-values, rows-find and the same of columns.
    """
    sides = {
        side: _axis(user, version, input, wish, side=side)
        for side, wish in (("rows", rows), ("columns", columns))
        if wish is not None
    }
    slots = braces.slots(str(input.get(PROMPT, "")))
    if slots:
        free = next((side for side in ("columns", "rows") if side not in sides), None)
        if free is None:
            raise _wrong(PROMPT, "The prompt has choices in braces: leave rows or columns empty for them.")
        sides[free] = _of_slots(user, slots)
    if not sides:
        raise _wrong("rows-field", "Choose a setting for the rows or the columns.")
    return _checked(user, version, input, sides.get("rows"), sides.get("columns"))


def plan_of_braces(user: Person, version: Version, input: Mapping[str, Any]) -> Plan | None:
    """The grid that a prompt with choices in braces asks for: the last ones side by side, the others below each other.

    None for a prompt without. Raises InvalidInput.
    """
    slots = braces.slots(str(input.get(PROMPT, "")))
    if not slots:
        return None
    rows = _of_slots(user, slots[:-1]) if len(slots) > 1 else None
    return _checked(user, version, input, rows, _of_slots(user, slots[-1:]))


def more_values(user: Person, version: Version, axis: Axis, typed: str) -> list[Any]:
    """What a person adds to an axis that is there. Raises InvalidInput naming values."""
    if axis.finds:
        return [(text,) * len(axis.finds) for text in _phrases(user, typed, at="values")]
    field = fields.read(version.schema).get(axis.field)
    if field is None:
        raise _wrong("values", f"The model has no setting called {axis.label} any more.")
    return _seeded(axes.read(field, typed, at="values"), field)


def axis_fields(version: Version) -> list[Field]:
    """The settings that can stand along a side, in the model's order; the words of the prompt come beside them."""
    return [
        field
        for field in fields.read(version.schema).values()
        if field.name not in (PROMPT, "num_outputs")
        and field.type not in ("array", "object", "")
        and not references.takes_picture(field)
    ]


def check_size(user: Person, cells: int, *, more_than: int = 0) -> None:
    """`cells` new ones, beside `more_than` that the grid has. Raises InvalidInput."""
    is_guest = user.is_anonymous or user.is_guest
    most = settings.LIMITS["grid_guest" if is_guest else "grid"]
    if cells + more_than > most:
        raise _wrong(
            "",
            f"This grid would have {cells + more_than:,} cells, and {most:,} is the most. Take out some values.",
        )


def check_day(user: Person, cells: int) -> None:
    """Raises OverLimit when so many are more than this person may send today."""
    left = queries.left_for_grids(user)
    if cells <= left:
        return
    asked = "1 prompt" if cells == 1 else f"{cells:,} prompts"
    may = "none" if left <= 0 else f"{left:,}"
    raise OverLimit(
        f"This takes {asked} of your daily limit, and {may} {'is' if left == 1 else 'are'} left of it. "
        "Take out some values, or make the rest tomorrow.",
        retry_after_s=RETRY_S,
    )


def _checked(
    user: Person, version: Version, input: Mapping[str, Any], rows: Axis | None, columns: Axis | None
) -> Plan:
    if rows and columns and rows.field == columns.field and rows.finds == columns.finds:
        raise _wrong("columns-field", f"{rows.label} stands along the rows already. Choose another setting.")
    filled = schema.with_seed(version.schema, input, seed=secrets.randbelow(SEED_MAX + 1))
    found = Plan(version, filled, rows, columns)
    check_size(user, found.cells)
    inputs = []
    try:
        for row, column in product(range(found.height), range(found.width)):
            chosen = [(axis, index) for axis, index in ((rows, row), (columns, column)) if axis]
            inputs.append(schema.validate(version.schema, axes.put(filled, chosen)))
        warnings = policies.check_many(user if isinstance(user, User) else None, version.schema, inputs)
    except InvalidInput as error:
        raise InvalidInput([_at_its_side(each, rows, columns) for each in error.fields]) from None
    return replace(found, warnings=tuple(warning.sentence for warning in warnings))


def _at_its_side(error: FieldError, rows: Axis | None, columns: Axis | None) -> FieldError:
    for side, axis in (("rows", rows), ("columns", columns)):
        if axis is not None and axis.field == error.field:
            return FieldError(f"{side}-values", error.sentence, rule=error.rule)
    return error


def _axis(user: Person, version: Version, input: Mapping[str, Any], wish: Wish, *, side: str) -> Axis:
    if wish.field == PROMPT:
        return _of_words(user, str(input.get(PROMPT, "")), wish, side=side)
    field = {each.name: each for each in axis_fields(version)}.get(wish.field)
    if field is None:
        raise _wrong(f"{side}-field", "This model has no such setting.")
    values = _seeded(axes.read(field, wish.values, at=f"{side}-values"), field)
    return Axis(field.name, field.label, tuple(values))


def _of_words(user: Person, prompt: str, wish: Wish, *, side: str) -> Axis:
    find = wish.find.strip()
    if len(find) > FIND_MAX or (find and find not in prompt):
        raise _wrong(f"{side}-find", f"'{find[:40]}' does not stand in the prompt.")
    phrases = _phrases(user, wish.values, at=f"{side}-values")
    return Axis(PROMPT, find or "Words", tuple((text,) for text in phrases), (find,))


def _of_slots(user: Person, slots: list[Slot]) -> Axis:
    """One value for each combination of their words."""
    words = [_words_of(user, slot) for slot in slots]
    count = 1
    for each in words:
        count *= len(each)
    if count > VALUES_MAX:
        raise _wrong(
            PROMPT, f"These choices make {count:,} prompts, and one side of a grid holds {VALUES_MAX}."
        )
    label = " · ".join(slot.name or "/".join(slot.words)[:LABEL_MAX] for slot in slots)
    return Axis(PROMPT, label, tuple(product(*words)), tuple(slot.text for slot in slots))


def _words_of(user: Person, slot: Slot) -> list[str]:
    return _listed(user, slot.name, at=PROMPT) if slot.name else list(slot.words)


def _listed(user: Person, name: str, *, at: str) -> list[str]:
    found = queries.list_of_words(user, name)
    if not found:
        raise _wrong(
            at,
            f"You have no list called '{name}'. Save one under Snippets, or write {{red|blue}} in place of it.",
        )
    return found


def _phrases(user: Person, typed: str, *, at: str) -> list[str]:
    """Each phrase as it is; {animal} alone stands for all the words of that list."""
    if len(typed) > axes.TYPED_MAX:
        raise _wrong(at, "These values are too long.")
    found: list[str] = []
    for phrase in axes.phrases(schema.clean_text(typed, field=at, label="A value")):
        slots = braces.slots(phrase, field=at)
        is_list = len(slots) == 1 and slots[0].text == phrase and bool(slots[0].name)
        found += _listed(user, slots[0].name, at=at) if is_list else [phrase]
    if not found:
        raise _wrong(at, "Write at least one value, each on a line of its own.")
    if len(found) > VALUES_MAX:
        raise _wrong(at, f"One side of a grid holds at most {VALUES_MAX} values; this has {len(found)}.")
    return list(dict.fromkeys(found))


def _seeded(values: list[Any], field: Field) -> list[Any]:
    """Random seeds drawn, within what the model takes."""
    most = int(field.highest) if field.highest is not None else SEED_MAX
    return [secrets.randbelow(most + 1) if value is None else value for value in values]


def _wrong(field: str, sentence: str) -> InvalidInput:
    return InvalidInput([FieldError(field, sentence)])
