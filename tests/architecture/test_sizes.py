"""Files and functions stay of a size that is read in one go, under names that say what is in them."""

import pytest

from tests.architecture import tree

FILE_LINES, FUNCTION_LINES = 400, 50


def test_files_are_small() -> None:
    """No file of code is over 400 lines."""
    lengths = {tree.named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in tree.code()}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_functions_are_small() -> None:
    """No function is over 50 lines."""
    lengths = dict(each for path in tree.code() for each in tree.functions(path))
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}


@pytest.mark.parametrize("word", ["utils", "util", "helpers", "helper", "common", "misc"])
def test_there_is_no_junk_drawer(word: str) -> None:
    """No file is named after being of some use."""
    assert [tree.named(path) for path in tree.code() if path.stem == word or path.parent.name == word] == []


def test_every_module_says_what_it_is() -> None:
    """Each file with code in it begins with a docstring."""
    texts = {tree.named(path): path.read_text(encoding="utf-8").strip() for path in tree.code()}
    assert [name for name, text in texts.items() if text and '"""' not in text[:60]] == []
