"""A recipe in words: what it lists, in which order, and what says nothing and is left out."""

from generations.recipes import settings_of

SCHEMA = {
    "type": "object",
    "properties": {
        "prompt": {"type": "string", "x-order": 0},
        "negative_prompt": {"type": "string", "title": "Leave out", "x-order": 1},
        "steps": {"type": "integer", "title": "Steps", "x-order": 2},
        "start_image": {"type": "string", "format": "uri", "contentMediaType": "image/*", "x-order": 3},
        "strength": {"type": "number", "title": "Strength", "x-with": "start_image", "x-order": 4},
    },
}


def test_settings_come_in_the_order_of_the_schema() -> None:
    """Titles as the schema has them; one that it no longer knows goes last; the prompt has a place of its own."""
    values = {"later": 3, "steps": 12, "negative_prompt": "fog", "prompt": "a fox"}
    assert settings_of(SCHEMA, values) == [("Leave out", "fog"), ("Steps", "12"), ("later", "3")]


def test_what_was_left_empty_is_left_out() -> None:
    """Zero is a value, an empty text is none."""
    assert settings_of(SCHEMA, {"negative_prompt": "", "steps": 0}) == [("Steps", "0")]


def test_strength_means_nothing_without_a_picture() -> None:
    """A setting that goes with another is shown only beside it."""
    picture = "upload:01m88zn1g4e5c9sq6hmr728mjv"
    assert settings_of(SCHEMA, {"strength": 0.6}) == []
    assert settings_of(SCHEMA, {"strength": 0.6, "start_image": picture}) == [("Strength", "0.6")]
