"""controls.py: a model shows exactly the settings that its schema has."""

import pytest

from generations import schema
from tests.generations.schemas import DRAWING, EVERYTHING


def control(
    name: str, values: dict | None = None, errors: dict | None = None, *, by: dict = EVERYTHING
) -> schema.Control:
    return next(each for each in schema.controls(by, values, errors) if each.name == name)


def single(rules: dict) -> schema.Control:
    return schema.controls({"properties": {"it": rules}})[0]


def texts(values: dict, *, by: dict = DRAWING) -> list[str]:
    return [chip.text for chip in schema.summary(by, values)]


def test_controls_stand_in_the_models_order():
    """By x-order, then as the schema lists them."""
    assert [each.name for each in schema.controls(DRAWING)] == [
        "prompt",
        "style",
        "num_outputs",
        "steps",
        "seed",
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("prompt", "prompt"),
        ("negative_prompt", "text"),
        ("width", "slider"),
        ("guidance", "slider"),
        ("least", "number"),
        ("any_number", "number"),
        ("above", "segmented"),
        ("tiling", "switch"),
        ("sampler", "select"),
        ("level", "segmented"),
        ("maybe", "slider"),
        ("rating", "slider"),
        ("words", "textarea"),
    ],
)
def test_a_field_gets_the_control_that_suits_it(name, kind):
    """Few choices lie side by side, many fold up, ranges slide, the rest is typed."""
    assert control(name).kind == kind


@pytest.mark.parametrize(
    ("rules", "kind"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 8, "x-control": "segmented"}, "segmented"),
        ({"type": "integer", "minimum": 1, "maximum": 3, "x-control": "slider"}, "slider"),
        ({"type": "integer", "minimum": 0, "maximum": 9, "x-control": "seed"}, "seed"),
        ({"type": "integer", "minimum": 0, "maximum": 10**9, "x-control": "segmented"}, "slider"),
        ({"type": "integer", "x-control": "select"}, "number"),
        ({"type": "string", "maxLength": 2000}, "textarea"),
        ({"type": "string", "format": "uri"}, "text"),
        ({"type": "string", "x-control": "hologram"}, "textarea"),
    ],
)
def test_the_models_wish_wins_where_it_can_be_met(rules, kind):
    """x-control decides, unless it is unknown or would lay out a thousand million choices."""
    assert single(rules).kind == kind


def test_a_slider_knows_its_range_and_step():
    """Of whole numbers with a step the least is a multiple, as browsers count from there."""
    width = control("width")
    assert (width.minimum, width.maximum, width.step, width.value, width.default) == (128, 1024, 64, 512, 512)


@pytest.mark.parametrize(
    ("rules", "step"),
    [
        ({"type": "number", "minimum": 0, "maximum": 20, "default": 7.5}, 0.1),
        ({"type": "number", "minimum": 0, "maximum": 60_000, "default": 50}, 10),
        ({"type": "number", "minimum": 0, "maximum": 1, "default": 0.333333}, None),
        ({"type": "number", "minimum": 0, "maximum": 1}, 0.01),
        ({"type": "number", "minimum": 0}, None),
        ({"type": "integer", "minimum": 0}, 1),
    ],
)
def test_a_step_never_moves_the_value_it_starts_with(rules, step):
    """A round step that the default is a stop of; none where there is no such step."""
    assert single(rules).step == step


def test_choices_say_which_is_taken():
    """The default is checked at first, later what was typed, be it a number or its text."""
    assert [(each.value, each.checked) for each in control("num_outputs", by=DRAWING).choices] == [
        ("1", True),
        ("2", False),
        ("3", False),
        ("4", False),
    ]
    assert [each.checked for each in control("num_outputs", {"num_outputs": "3"}, by=DRAWING).choices].index(
        True
    ) == 2


def test_what_was_typed_stays_with_its_error():
    """A wrong value is shown again as it was typed, beside the sentence."""
    steps = control("steps", {"steps": "١٢"}, {"steps": "Steps must be …"}, by=DRAWING)
    assert (steps.value, steps.error, steps.label, steps.required) == (
        "١٢",
        "Steps must be …",
        "Steps",
        False,
    )


def test_the_prompt_says_how_much_it_holds():
    """Help, limit and duty come from the schema."""
    prompt = control("prompt", by=DRAWING)
    assert (prompt.help, prompt.max_length, prompt.required, prompt.value) == (
        "One or two things.",
        2000,
        True,
        "",
    )


@pytest.mark.parametrize(
    ("values", "chips"),
    [
        ({}, ["style auto", "1 image", "12 steps", "seed shuffled"]),
        ({"num_outputs": 2, "steps": 1, "seed": 0}, ["style auto", "2 images", "1 step", "seed 0"]),
        ({"seed": "", "steps": "x"}, ["style auto", "1 image", "x steps", "seed shuffled"]),
    ],
)
def test_chips_sum_the_settings_up(values, chips):
    """In a word or two each, with defaults, without the prompt."""
    assert texts({"prompt": "a cat", **values}) == chips


def test_width_and_height_are_one_chip():
    """The size is said once; a switch that is off and a text are not said at all."""
    chips = texts({"tiling": False, "guidance": 0.0, "name": "x" * 100}, by=EVERYTHING)
    assert "512 × 256" in chips
    assert "guidance 0" in chips
    assert not any("tiling" in text or "height" in text for text in chips)
    assert max(map(len, chips)) <= 40


@pytest.mark.parametrize(
    ("typed", "value"), [(None, True), ("on", True), ("off", False), (False, False), (True, True)]
)
def test_a_switch_is_on_or_off(typed, value):
    """Its value is true or false, be it a default, stored, or typed into a form."""
    assert control("tiling", {"tiling": typed}).value is value
