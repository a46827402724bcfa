"""schema.py: inputs are judged by the version's schema, completed, and refused in words."""

import json
import os

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generations import schema
from generations.errors import FieldError, InvalidInput
from inference.runners.echo import SCHEMA as ECHO
from inference.runners.picto.schema import SCHEMA as PICTO
from tests.generations.schemas import DRAWING, EVERYTHING

EXAMPLES = int(os.environ.get("SAFELIGHT_FUZZ_CASES", "300"))


def refused(data: object, *, by: dict = DRAWING) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        schema.validate(by, data)
    return caught.value.by_field()


def form_refused(data: object, *, by: dict = DRAWING) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        schema.parse_form(by, data)
    return caught.value.by_field()


def nested(depth: int) -> list:
    return json.loads("[" * depth + "]" * depth)


def test_defaults_are_filled_in_the_models_order():
    """What is left out gets its default; the order is x-order, whatever was sent."""
    values = schema.validate(DRAWING, {"seed": 3, "prompt": "a cat"})
    assert list(values.items()) == [
        ("prompt", "a cat"),
        ("style", "auto"),
        ("num_outputs", 1),
        ("steps", 12),
        ("seed", 3),
    ]


def test_what_is_sent_stays_untouched():
    """Validating changes neither the input nor the schema, even where a default is a list."""
    by = {"properties": {"words": {"type": "array", "default": ["a"]}}}
    sent: dict = {}
    schema.validate(by, sent)["words"].append("b")
    assert (sent, by["properties"]["words"]["default"]) == ({}, ["a"])


STEPS = "Steps must be a whole number from 1 to 50."
SEED = "Seed must be a whole number from 0 to 4,294,967,295."
EMPTY = "That prompt is empty. Write what you want to see."


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"prompt": None}, "There is no prompt. Write what you want to see."),
        ({"prompt": ""}, EMPTY),
        ({"prompt": " \r\n\t"}, EMPTY),
        ({"prompt": "\u200b\u202e\ufeff"}, EMPTY),
        ({"prompt": 5}, "Prompt must be text."),
        ({"prompt": ["a"]}, "Prompt must be text."),
        ({"prompt": {"a": 1}}, "Prompt must be text."),
        ({"prompt": True}, "Prompt must be text."),
        ({"prompt": "a\x00b"}, "Prompt holds a control character (U+0000). Take it out."),
        ({"prompt": "\udc00"}, "Prompt holds half of a character. Type it again."),
        ({"prompt": "a" * 2001}, "Prompts hold at most 2,000 characters; this one has 2,001."),
        ({"prompt": "é" * 2413}, "Prompts hold at most 2,000 characters; this one has 2,413."),
        ({"prompt": "a" * 1_000_000}, "Prompts hold at most 2,000 characters; this one has 1,000,000."),
        ({"steps": 0}, STEPS),
        ({"steps": -1}, STEPS),
        ({"steps": 51}, STEPS),
        ({"steps": 1.5}, STEPS),
        ({"steps": "12"}, STEPS),
        ({"steps": "١٢"}, STEPS),
        ({"steps": True}, STEPS),
        ({"steps": [[12]]}, STEPS),
        ({"steps": {}}, STEPS),
        ({"steps": float("nan")}, STEPS),
        ({"steps": float("inf")}, STEPS),
        ({"steps": 1e400}, STEPS),
        ({"steps": 10**5000}, STEPS),
        ({"steps": nested(900)}, STEPS),
        ({"seed": -1}, SEED),
        ({"seed": 2**64}, SEED),
        ({"seed": 2**53 + 1}, SEED),
        ({"seed": False}, SEED),
        ({"style": "oil"}, "Style must be one of auto, 3d, flat."),
        ({"style": ""}, "Style must be one of auto, 3d, flat."),
        ({"style": 3}, "Style must be one of auto, 3d, flat."),
        ({"style": ["flat"]}, "Style must be one of auto, 3d, flat."),
        ({"num_outputs": 5}, "Images must be a whole number from 1 to 4."),
        ({"foo": 1}, "There is no setting called 'foo'."),
        ({"STEPS": 12}, "There is no setting called 'STEPS'."),
        ({"__proto__": {}}, "There is no setting called '__proto__'."),
        (
            {"a\n\u202eb" * 30: 1},
            "There is no setting called 'a\\u000a\\u202eba\\u000a\\u202eba\\u000a…'.",
        ),
        ({5: 1}, "There is no setting called '?'."),
    ],
)
def test_a_wrong_field_gets_its_sentence(wrong, sentence):
    """One field wrong: one sentence, which names it and says what it must be."""
    assert list(refused({"prompt": "a cat", **wrong}).values()) == [sentence]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "ab"}, "Name holds at least 3 characters; this has 2."),
        ({"name": ""}, "Name is empty."),
        ({"name": "ABC"}, "Name is not written in the way that this model asks for."),
        ({"name": "a" * 21}, "Name holds at most 20 characters; this has 21."),
        ({"negative_prompt": "a" * 51}, "Negative prompt holds at most 50 characters; this has 51."),
        ({"width": 100}, "Width must be a multiple of 64 from 100 to 1,024."),
        ({"guidance": 7.55}, "Guidance must be a multiple of 0.1 from 0 to 20."),
        ({"strength": 0}, "Strength must be a number from 0 to 1, but not 0."),
        ({"above": 5}, "Above must be a whole number from 3 to 4."),
        ({"least": 2}, "Least must be a whole number of at least 3."),
        ({"most": 4}, "Most must be a number of at most 3.5."),
        ({"any_number": "x"}, "Any number must be a number."),
        ({"any_number": 2**70}, "Any number must be a number."),
        ({"tiling": 1}, "Tiling must be true or false."),
        ({"tiling": "on"}, "Tiling must be true or false."),
        ({"sampler": "x"}, "Sampler must be one of euler, heun, ddim, dpm, lms, plms, unipc."),
        ({"level": 3}, "Level must be one of 1, 2.5, high."),
        ({"words": "a"}, "Words must be a list."),
        ({"words": []}, "Words must hold at least 1 entries."),
        ({"words": ["a"] * 4}, "Words holds at most 3 entries."),
        ({"words": [1]}, "Words holds something that this model does not accept."),
        ({"words": ["a\x00"]}, "Words holds a control character (U+0000). Take it out."),
        ({"words": nested(900)}, "Words is too large or nested too deeply."),
        ({"words": ["a"] * 100_000}, "Words is too large or nested too deeply."),
        ({"extra": {"a": float("nan")}}, "Extra must be an object."),
        ({"extra": {"a": {"\ud800": 1}}}, "Extra holds half of a character. Type it again."),
        ({"extra": [1]}, "Extra must be an object."),
        ({"maybe": 10}, "Maybe must be a whole number from 0 to 9."),
        ({"perhaps": "123456"}, "Perhaps holds at most 5 characters; this has 6."),
        ({"free": object()}, "Free does not fit this model."),
    ],
)
def test_every_construct_of_a_schema_has_words(wrong, sentence):
    """Whatever a model's schema asks for, a person reads what is asked for."""
    assert list(refused({"prompt": "a cat", **wrong}, by=EVERYTHING).values()) == [sentence]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"steps": 12.0}, {"steps": 12}),
        ({"steps": None}, {"steps": 12}),
        ({"seed": None}, {}),
        ({"seed": 2**32 - 1}, {"seed": 2**32 - 1}),
        ({"prompt": "cafe\u0301\r\n"}, {"prompt": "café\n"}),
        ({"prompt": "\u202e" * 50 + "a" * 2000}, {"prompt": "a" * 2000}),
        ({"prompt": "🐈" * 2000}, {"prompt": "🐈" * 2000}),
        ({"prompt": "e\u0301" * 2000}, {"prompt": "é" * 2000}),
    ],
)
def test_what_fits_is_accepted_in_its_plain_form(sent, kept):
    """Whole floats become whole numbers, null is left out, text is cleaned before it is counted."""
    values = schema.validate(DRAWING, {"prompt": "a cat", **sent})
    assert {name: values[name] for name in sent if name in values} == kept
    assert type(values["steps"]) is int


@pytest.mark.parametrize(
    "sent",
    [
        {"guidance": 7.3},
        {"guidance": 0.3},
        {"width": 128},
        {"strength": 1e-9},
        {"above": 3},
        {"sampler": "heun"},
        {"level": 2.5},
        {"words": ["a", "b"]},
        {"extra": {"a": [1, {"b": None}]}},
        {"maybe": 9},
        {"perhaps": "12345"},
        {"free": [True, "x", 1.5]},
    ],
)
def test_what_a_schema_allows_is_allowed(sent):
    """Decimal steps are exact; references, alternatives with null and open fields work."""
    values = schema.validate(EVERYTHING, {"prompt": "a cat", **sent})
    assert values | sent == values


@pytest.mark.parametrize("data", [None, 5, "prompt", [], [{"prompt": "a"}], True, nested(500)])
def test_the_input_must_be_an_object(data):
    """Anything else than an object is told as a whole."""
    assert refused(data) == {"": "The input must be an object with a value for each setting."}


def test_all_that_is_wrong_is_told_at_once():
    """One error for each wrong field, in the model's order, unknown ones last."""
    data = {"foo": 1, "steps": 99, "style": "x", "prompt": ""}
    with pytest.raises(InvalidInput) as caught:
        schema.validate(DRAWING, data)
    assert [error.field for error in caught.value.fields] == ["prompt", "style", "steps", "foo"]


def test_a_flood_of_fields_is_answered_briefly():
    """100,000 unknown fields give ten sentences, not 100,000."""
    assert len(refused({f"field{number}": 1 for number in range(100_000)})) == 10


def test_an_open_schema_takes_what_it_does_not_name():
    """Where the schema allows other fields they are not refused, and not passed on either."""
    assert (
        schema.validate({**DRAWING, "additionalProperties": True}, {"prompt": "a", "x": 1}).get("x") is None
    )


def test_fields_that_exclude_each_other_are_told():
    """A rule over several fields is told as a whole."""
    by = {**DRAWING, "not": {"required": ["seed"]}}
    assert refused({"prompt": "a", "seed": 1}, by=by) == {
        "": "These settings do not go together in this model."
    }


@pytest.mark.parametrize("by", [DRAWING, EVERYTHING, {}, PICTO, ECHO])
def test_a_sound_schema_passes_the_check(by):
    """What our models report is accepted."""
    assert schema.check(by) is None


@pytest.mark.parametrize(
    "by",
    [
        None,
        [],
        {"type": "thing"},
        {"properties": []},
        {"properties": {"a": {"minimum": "1"}}},
        {"properties": {"a": {"$ref": "http://127.0.0.1:9/never"}}},
        {"properties": {"a": {"$ref": "#/$defs/nowhere"}}},
        {"properties": {"a": {"$ref": "#/properties/a"}}},
    ],
)
def test_a_schema_that_cannot_be_used_fails_the_check(by):
    """Nonsense, references to other hosts (never fetched), to nothing and in a circle are refused."""
    with pytest.raises(ValueError):
        schema.check(by)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from([*DRAWING["properties"], *EVERYTHING["properties"]])


@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(
    by=st.sampled_from([DRAWING, EVERYTHING]),
    data=st.dictionaries(names | st.text(max_size=5), junk, max_size=6) | junk,
)
def test_any_input_is_accepted_or_refused_in_words(by, data):
    """Whatever is sent: an input that can be stored as JSON, or an InvalidInput with a sentence for each field."""
    assert outcome(by, data)


def outcome(by: dict, data: object) -> bool:
    try:
        values = schema.validate(by, data)
    except InvalidInput as error:
        return all(isinstance(each, FieldError) and each.sentence.endswith(".") for each in error.fields)
    return schema.validate(by, json.loads(json.dumps(values, allow_nan=False).encode())) == values


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(
    by=st.sampled_from([DRAWING, EVERYTHING]),
    data=st.dictionaries(names, st.lists(st.text(max_size=12), max_size=3)),
)
def test_any_form_is_accepted_or_refused_in_words(by, data):
    """Whatever a form sends, the same holds, and its controls can be drawn again with what was typed."""
    assert form_outcome(by, data)
    assert len(schema.controls(by, {name: sent[0] for name, sent in data.items() if sent})) == len(
        by["properties"]
    )


def form_outcome(by: dict, data: dict[str, list[str]]) -> bool:
    try:
        return isinstance(schema.parse_form(by, data), dict)
    except InvalidInput as error:
        return all(each.sentence.endswith(".") for each in error.fields)


def test_a_form_becomes_an_input():
    """Strings become numbers, empty optional fields are left out, what is not the input's is ignored."""
    sent = QueryDict("prompt=a+cat&steps=+20+&seed=&style=flat&csrfmiddlewaretoken=x")
    assert schema.parse_form(DRAWING, sent, ignore={"csrfmiddlewaretoken"}) == {
        "prompt": "a cat",
        "style": "flat",
        "num_outputs": 1,
        "steps": 20,
    }


@pytest.mark.parametrize(
    "typed", ["١٢", "0x10", "1e3", "1.0", "1,000", "--1", "−5", "12 13", "x", "9" * 5000, "1_0", "NaN"]
)
def test_a_form_takes_plain_digits_only(typed):
    """What a reader could take for another number is refused, not guessed at."""
    assert form_refused({"prompt": ["a"], "steps": [typed]}) == {"steps": STEPS}


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ({"guidance": ["7.5"]}, ("guidance", 7.5)),
        ({"guidance": ["+.5"]}, ("guidance", 0.5)),
        ({"guidance": ["7"]}, ("guidance", 7)),
        ({"guidance": [""]}, ("guidance", 7.5)),
        ({"tiling": ["on"]}, ("tiling", True)),
        ({"tiling": ["off"]}, ("tiling", False)),
        ({"tiling": ["off", "on"]}, ("tiling", True)),
        ({}, ("tiling", True)),
        ({"level": ["2.5"]}, ("level", 2.5)),
        ({"level": ["high"]}, ("level", "high")),
        ({"words": ["a", "", "b"]}, ("words", ["a", "b"])),
        ({"name": "abc"}, ("name", "abc")),
    ],
)
def test_every_kind_of_control_is_read(sent, value):
    """Numbers, switches (a hidden "off" before the box), choices and lists come out typed."""
    assert value in schema.parse_form(EVERYTHING, {"prompt": ["a"], **sent}).items()


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({"steps": ["1", "2"]}, {"steps": "Send Steps only once."}),
        ({"foo": ["1"]}, {"foo": "There is no setting called 'foo'."}),
        ({"prompt": [" "]}, {"prompt": EMPTY}),
        ({"prompt": []}, {"prompt": "There is no prompt. Write what you want to see."}),
        ({"style": ["x"], "steps": ["x"]}, {"style": "Style must be one of auto, 3d, flat.", "steps": STEPS}),
        ({"seed": ["18446744073709551616"]}, {"seed": SEED}),
    ],
)
def test_a_wrong_form_is_told_at_once(sent, errors):
    """What cannot be converted and what does not fit come together, each under its field."""
    assert form_refused({"prompt": ["a"], **sent}) == errors


def test_a_switch_takes_only_on_and_off():
    """Another word for a switch is refused."""
    assert form_refused({"prompt": ["a"], "tiling": ["maybe"]}, by=EVERYTHING) == {
        "tiling": "Tiling must be true or false."
    }


def test_converting_alone_leaves_judging_to_validate():
    """from_form passes on unknown names and wrong choices, and refuses only what it cannot read."""
    assert schema.from_form(DRAWING, {"style": ["x"], "foo": ["1"], "steps": ["99"]}) == {
        "style": "x",
        "foo": "1",
        "steps": 99,
    }
    with pytest.raises(InvalidInput):
        schema.from_form(DRAWING, {"steps": ["x"]})


@pytest.mark.parametrize(
    ("by", "input", "seed", "filled"),
    [
        (DRAWING, {"prompt": "a"}, 7, {"prompt": "a", "seed": 7}),
        (DRAWING, {"prompt": "a", "seed": None}, 2**32 + 7, {"prompt": "a", "seed": 7}),
        (DRAWING, {"prompt": "a", "seed": 0}, 7, {"prompt": "a", "seed": 0}),
        ({"properties": {}}, {"prompt": "a"}, 7, {"prompt": "a"}),
        ({"properties": {"seed": {"type": "integer"}}}, {}, 7, {"seed": 7}),
    ],
)
def test_a_seed_is_drawn_where_none_is_given(by, input, seed, filled):
    """Only for a model that takes one, within its range, never over what was asked for (0 is a seed)."""
    assert schema.with_seed(by, input, seed=seed) == filled


SHAPED = {  # a model that says in a table what its settings mean in pixels
    "properties": {"aspect_ratio": {"default": "square"}, "size": {"default": 256}},
    "x-output-size": {
        "of": ["aspect_ratio", "size"],
        "pixels": {"square 256": [256, 256], "16:9 512": [512, 288]},
    },
}


def test_a_setting_that_needs_another_says_so():
    """A mask without a start image is refused at the mask, by a sentence that names both."""
    by = {
        "properties": {"mask": {"type": "string"}, "start_image": {"type": "string", "title": "Start image"}},
        "dependentRequired": {"mask": ["start_image"]},
    }
    with pytest.raises(InvalidInput) as caught:
        schema.validate(by, {"mask": "m"})
    assert caught.value.by_field() == {"mask": "Mask needs Start image beside it. Give both, or neither."}
    assert schema.validate(by, {"mask": "m", "start_image": "s"}) == {"mask": "m", "start_image": "s"}


@pytest.mark.parametrize(
    ("by", "input", "size", "count", "work"),
    [
        (DRAWING, {"steps": 10, "num_outputs": 4}, (1000, 500), 4, 20.0),
        (DRAWING, {}, (1000, 500), 1, 6.0),
        (EVERYTHING, {"width": 1000, "height": 1000}, (1000, 1000), 1, 1.0),
        (EVERYTHING, {}, (512, 256), 1, 0.131072),
        ({"properties": {"size": {"default": "1000x2000"}}}, {}, (1000, 2000), 1, 2.0),
        ({}, {"steps": "x", "num_outputs": None, "width": float("nan")}, (1000, 500), 1, 0.5),
        (SHAPED, {}, (256, 256), 1, 0.065536),
        (SHAPED, {"aspect_ratio": "16:9", "size": 512}, (512, 288), 1, 0.147456),
        (SHAPED, {"aspect_ratio": "1:9"}, (1000, 500), 1, 0.5),
        ({"x-output-size": {"of": [], "pixels": {"": [10**9, 1]}}}, {}, (1000, 500), 1, 0.5),
        ({"x-output-size": "wide"}, {}, (1000, 500), 1, 0.5),
    ],
)
def test_frame_count_and_cost_are_told_with_safe_defaults(by, input, size, count, work):
    """Size from the input, the schema or the model; one picture and one step where nothing is said."""
    assert schema.frame(by, input, (1000, 500)) == size
    assert schema.output_count(by, input) == count
    assert schema.cost(by, input, (1000, 500)) == pytest.approx(work)
