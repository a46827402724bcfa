"""Choices in braces: which braces mean something, and which are only text."""

import pytest

from generations.braces import SLOTS_MAX, Slot, slots
from generations.errors import InvalidInput


def test_lists_and_names_are_found_in_order() -> None:
    """Words between bars and the name of a list are choices, in the order of the prompt."""
    assert slots("a { red |blue| } {Animal}") == [
        Slot("{ red |blue| }", words=("red", "blue", "")),
        Slot("{Animal}", name="animal"),
    ]


@pytest.mark.parametrize(
    "prompt",
    ["{{ 7|add:7 }}", "{% debug %}{# x #}${7*7}", "{}{|}", ":{ hm", "} {", '{"a": {"b": 1}}', "{not a name}"],
)
def test_other_braces_are_text(prompt: str) -> None:
    """Doubled, empty, lone and strange braces mean nothing."""
    assert slots(prompt) == []


@pytest.mark.parametrize("prompt", ["{a|{b|c}}", "{a|{animal}}", "{ {b} | c}", "{{a|b}|c}"])
def test_a_choice_within_a_choice_is_refused(prompt: str) -> None:
    """The sentence says that they stand side by side."""
    with pytest.raises(InvalidInput, match="cannot stand inside another"):
        slots(prompt)


def test_the_same_braces_twice_are_one() -> None:
    """They get the same word."""
    assert len(slots("{animal} beside {animal}")) == 1


def test_too_many_are_refused() -> None:
    """More than a grid could show."""
    with pytest.raises(InvalidInput, match=f"at most {SLOTS_MAX}"):
        slots(" ".join(f"{{a|{n}}}" for n in range(SLOTS_MAX + 1)))
