"""The programs on a model's API page are programs, whatever the input holds."""

import ast
import json
import shlex
import shutil
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generations.calls import Run, calls

AWKWARD = 'it\'s "so" \\ $HOME `x` #{1} \\(2) ${3}\n東京 🦊'
VERSION = "5" * 64


def made(input: dict[str, Any], **fields: Any) -> dict[str, str]:
    given = {"ref": "safelight/picto", "version": VERSION, "is_official": True, "is_text": False}
    run = Run(input=input, api="http://localhost:8000/v1", **{**given, **fields})
    return {call.language: call.code for call in calls(run)}


def python_call(code: str) -> ast.Call:
    """The call of replicate.run in a program."""
    found = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    return next(call for call in found if ast.unparse(call.func) == "replicate.run")


@given(
    st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), st.text() | st.integers() | st.booleans())
)
def test_python_and_curl_say_the_input(input: dict[str, Any]) -> None:
    """What a shell and Python read out of the snippets is the input itself."""
    code = made(input)
    words = shlex.split(code["curl"].replace("\\\n", " "))
    assert json.loads(words[words.index("-d") + 1]) == {"input": input}
    sent = next(each for each in python_call(code["python"]).keywords if each.arg == "input")
    assert ast.literal_eval(sent.value) == input


def test_model_without_official_name_is_called_by_version() -> None:
    """A person's own model needs its version everywhere."""
    code = made({"prompt": "a fox"}, is_official=False)
    assert ast.literal_eval(python_call(code["python"]).args[0]) == f"safelight/picto:{VERSION}"
    words = shlex.split(code["curl"].replace("\\\n", " "))
    assert json.loads(words[words.index("-d") + 1])["version"] == VERSION
    assert "http://localhost:8000/v1/predictions" in words
    assert all(VERSION in text for text in code.values())


def test_words_are_printed_and_pictures_written() -> None:
    """A model that writes gives words; one that draws gives files."""
    assert 'print(word, end="")' in made({}, is_text=True)["python"]
    assert "picture.read()" in made({})["python"]


def test_strings_cannot_leave_their_quotes() -> None:
    """Elixir's and Swift's interpolation is escaped, and nothing ends a string early."""
    code = made({"prompt": AWKWARD, "tags": ["a", {"b": None}], "seed": 7})
    assert "\\#{1}" in code["elixir"]
    assert " #{1}" not in code["elixir"]
    assert "\\\\(2)" in code["swift"]
    assert 'map[string]any{"b": nil}' in code["go"]
    assert '"seed": 7' in code["go"]


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node to read its own language")
def test_node_reads_it() -> None:
    """node finds no error in the program."""
    code = made({"prompt": AWKWARD})["node"]
    command = ["node", "--check", "--input-type=module", "-"]
    assert subprocess.run(command, input=code, text=True, capture_output=True, check=False).returncode == 0
