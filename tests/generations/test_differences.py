"""Differences of two recipes in words."""

from generations.differences import Piece, settings, words

SCHEMA = {"properties": {"steps": {"title": "Steps"}, "style": {"title": "Style"}, "tiling": {}, "seed": {}}}


def test_settings_are_told_in_the_models_order() -> None:
    """Each changed setting by its name, with what it was and is; what is the same is left out."""
    old = {"prompt": "a", "style": "3d", "steps": 12, "seed": 1, "tiling": False}
    new = {"prompt": "b", "style": "flat", "steps": 20, "seed": 1, "tiling": True, "gone": "x"}
    assert settings(SCHEMA, old, new) == [
        "steps 12 → 20",
        "style 3d → flat",
        "tiling off → on",
        "gone none → x",
    ]


def test_words_are_told_one_by_one() -> None:
    """What stays, what went and what came, in the order of reading."""
    assert words("a red fox in snow", "a blue fox in deep snow") == [
        Piece("same", "a"),
        Piece("removed", "red"),
        Piece("added", "blue"),
        Piece("same", "fox in"),
        Piece("added", "deep"),
        Piece("same", "snow"),
    ]


def test_the_same_words_are_no_difference() -> None:
    """Nothing is told."""
    assert words("a fox", "a fox") == []


def test_a_very_long_prompt_is_told_as_a_whole() -> None:
    """So that a page of them costs little."""
    assert [piece.kind for piece in words("a " * 900, "b " * 900)] == ["removed", "added"]
