"""Promises of stacks."""

from generations.likeness import NEAR
from generations.stacks import Card, recipe_key, stacked


def flipped(bits: int) -> str:
    """A fingerprint that differs from that of nothing in so many bits."""
    return f"{(1 << bits) - 1:064x}"


def test_seeds_of_one_prompt_are_a_stack() -> None:
    """Inputs that differ in the seed, or in how many were asked for, have one key; in anything else they have not."""
    base = recipe_key("v", {"prompt": "a fox", "steps": 12, "seed": 1})
    assert recipe_key("v", {"seed": 2, "steps": 12, "prompt": "a fox", "num_outputs": 4}) == base
    assert recipe_key("v", {"prompt": "a fox", "steps": 13, "seed": 1}) != base
    assert recipe_key("w", {"prompt": "a fox", "steps": 12, "seed": 1}) != base


def test_near_duplicates_are_a_stack() -> None:
    """As many bits as two copies of one picture differ by make a stack, one more does not."""
    assert stacked([Card("a", flipped(0)), Card("b", flipped(NEAR))]) == [[0, 1]]
    assert stacked([Card("a", flipped(0)), Card("b", flipped(NEAR + 1))]) == [[0], [1]]


def test_without_a_fingerprint_only_the_recipe_counts() -> None:
    """Two pictures that nothing tells apart from others are not taken for the same."""
    assert stacked([Card("a", ""), Card("b", "")]) == [[0], [1]]


def test_stacks_keep_the_order() -> None:
    """A stack stands where its first picture stood, and what is joined by a third is one stack."""
    cards = [
        Card("a"),
        Card("b", flipped(0)),
        Card("c"),
        Card("a"),
        Card("d", flipped(20)),
        Card("e", flipped(40)),
    ]
    assert stacked(cards) == [[0, 3], [1, 4, 5], [2]]


def test_no_pictures_no_stacks() -> None:
    """Nothing in, nothing out."""
    assert stacked([]) == []
