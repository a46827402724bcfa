"""Axes of a grid: what a person types becomes values, and values become the input of a cell."""

from typing import Any

import pytest

from generations.axes import VALUES_MAX, Axis, put, read
from generations.errors import InvalidInput
from generations.fields import Field

STEPS = Field("steps", {"type": "integer", "title": "Steps"}, False)
GUIDANCE = Field("guidance", {"type": "number"}, False)
SEED = Field("seed", {"type": "integer"}, False)
STYLE = Field("style", {"type": "string", "title": "Style", "enum": ["auto", "3d", "flat"]}, False)
TILING = Field("tiling", {"type": "boolean"}, False)
NEGATIVE = Field("negative_prompt", {"type": "string"}, False)


@pytest.mark.parametrize(
    ("field", "typed", "values"),
    [
        (STEPS, "8, 12,20\n12", [8, 12, 20]),
        (STEPS, "8–20 by 4", [8, 12, 16, 20]),
        (STEPS, "3..1", [3, 2, 1]),
        (STEPS, "-3--1", [-3, -2, -1]),
        (GUIDANCE, "0.1 to 0.3 by 0.1", [0.1, 0.2, 0.3]),
        (GUIDANCE, "1-2", [1.0, 1.25, 1.5, 1.75, 2.0]),
        (SEED, "7, 2 random", [7, None, None]),
        (STYLE, "", ["auto", "3d", "flat"]),
        (STYLE, "3D, flat", ["3d", "flat"]),
        (TILING, "all", [False, True]),
        (NEGATIVE, "fog | rain\n\nsnow", ["fog", "rain", "snow"]),
    ],
)
def test_typed_values(field: Field, typed: str, values: list[Any]) -> None:
    """Lists, ranges, names, "all" and random seeds are understood, each value once."""
    assert read(field, typed, at="rows") == values


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        (STEPS, "", "Give at least one value for Steps."),
        (STEPS, "1.5", "'1.5' is none"),
        (STEPS, "NaN", "whole numbers"),
        (STEPS, "١٢", "whole numbers"),
        (STEPS, "1e400", "whole numbers"),
        (STEPS, "1-5000", "has 5,000"),
        (STEPS, "8-20 by 0", "above 0"),
        (STEPS, "1," * 9000, "too long"),
        (SEED, "999 random", f"at most {VALUES_MAX} values"),
        (STYLE, "baroque", "no choice called 'baroque'. There are auto, 3d, flat."),
        (TILING, "maybe", "on or off"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(field: Field, typed: str, sentence: str) -> None:
    """The sentence names what is wrong and what would do."""
    with pytest.raises(InvalidInput) as caught:
        read(field, typed, at="columns")
    assert sentence in caught.value.by_field()["columns"]


def test_a_cell_takes_its_values() -> None:
    """Settings are put in their place, the rest stays."""
    axes = [Axis("steps", "Steps", (8, 12)), Axis("style", "Style", ("3d", "flat"))]
    assert put({"prompt": "a", "steps": 1}, [(axes[0], 1), (axes[1], 0)]) == {
        "prompt": "a",
        "steps": 12,
        "style": "3d",
    }


def test_words_are_replaced_at_once() -> None:
    """What one axis puts into the prompt is not replaced by the other."""
    animal = Axis("prompt", "animal", (("cat",), ("blue dog",)), ("{animal}",))
    colour = Axis("prompt", "blue", (("{animal} red",),), ("blue",))
    cell = put({"prompt": "a blue {animal} and a {animal}"}, [(animal, 1), (colour, 0)])
    assert cell["prompt"] == "a {animal} red blue dog and a blue dog"


def test_words_that_replace_nothing_go_last() -> None:
    """An empty text to find adds to the end, and an empty value adds nothing."""
    style = Axis("prompt", "Words", (("in oil",), ("",)), ("",))
    assert [put({"prompt": "a fox"}, [(style, n)])["prompt"] for n in (0, 1)] == ["a fox, in oil", "a fox"]


def test_an_axis_is_kept_as_json() -> None:
    """What a column stores comes back as it was."""
    axis = Axis("prompt", "animal", (("cat", "red"), ("dog", "blue")), ("{animal}", "{red|blue}"))
    assert Axis.of(axis.stored) == axis
