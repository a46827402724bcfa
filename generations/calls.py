"""How a program calls a model: the same run in six languages, with its input and this site's address. Pure."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VARIABLE = "REPLICATE_API_TOKEN"
SHOW = "print"  # in the programs; this one does not


@dataclass(frozen=True, slots=True)
class Run:
    """What is called: `ref` "owner/name", `version` 64 hexadecimal digits. `api`: such as "https://example.org/v1".

    `is_official`: it runs without a version being named. `is_text`: it gives words, no files.
    """

    ref: str
    version: str
    is_official: bool
    is_text: bool
    input: Mapping[str, Any]
    api: str

    @property
    def name(self) -> str:
        return self.ref if self.is_official else f"{self.ref}:{self.version}"

    @property
    def full_name(self) -> str:
        return f"{self.ref}:{self.version}"


@dataclass(frozen=True, slots=True)
class Call:
    """`before`: what to do once in a shell. `code`: the program."""

    language: str
    label: str
    before: str
    code: str


def calls(run: Run) -> list[Call]:
    return [
        Call("curl", "curl", _export(run, base=False), _curl(run)),
        Call("python", "Python", f"pip install replicate\n{_export(run)}", _python(run)),
        Call("node", "Node", f"npm install replicate\n{_export(run, base=False)}", _node(run)),
        Call("elixir", "Elixir", _export(run, base=False), _elixir(run)),
        Call("swift", "Swift", _export(run, base=False), _swift(run)),
        Call(
            "go",
            "Go",
            f"go get github.com/replicate/replicate-go\n{_export(run, base=False)}",
            _go(run),
        ),
    ]


def _export(run: Run, *, base: bool = True) -> str:
    token = f"export {VARIABLE}=r8_…"
    return f"{token}\nexport REPLICATE_BASE_URL={run.api}" if base else token


def _curl(run: Run) -> str:
    sent: dict[str, Any] = {"input": dict(run.input)}
    path = f"models/{run.ref}/predictions"
    if not run.is_official:
        sent, path = {"version": run.version, **sent}, "predictions"
    return "\n".join(
        [
            f"curl -s {shlex.quote(f'{run.api}/{path}')} \\",
            f'  -H "Authorization: Bearer ${VARIABLE}" \\',
            '  -H "Content-Type: application/json" \\',
            '  -H "Prefer: wait" \\',
            f"  -d {shlex.quote(json.dumps(sent, ensure_ascii=False, indent=2))}",
        ]
    )


def _python(run: Run) -> str:
    lines = ["import replicate", "", "output = replicate.run(", f"    {_text(run.name)},", "    input={"]
    lines += [f"        {_text(name)}: {_python_value(value)}," for name, value in run.input.items()]
    lines += ["    },", ")"]
    if run.is_text:
        lines += ["for word in output:", f'    {SHOW}(word, end="")']
    else:
        lines += [
            "for index, picture in enumerate(output):",
            '    with open(f"output-{index}.png", "wb") as file:',
            "        file.write(picture.read())",
        ]
    return "\n".join(lines)


def _node(run: Run) -> str:
    lines = ['import { writeFile } from "node:fs/promises";'] if not run.is_text else []
    lines += [
        'import Replicate from "replicate";',
        "",
        f"const replicate = new Replicate({{ baseUrl: {_text(run.api)} }});",
        f"const input = {json.dumps(dict(run.input), ensure_ascii=False, indent=2)};",
        f"const output = await replicate.run({_text(run.name)}, {{ input }});",
    ]
    if run.is_text:
        lines.append('console.log(output.join(""));')
    else:
        lines += [
            "for (const [index, picture] of output.entries()) {",
            "  await writeFile(`output-${index}.png`, picture);",
            "}",
        ]
    return "\n".join(lines)


def _elixir(run: Run) -> str:
    base = run.api.removesuffix("/v1")
    given = [f"  {_atom(name)}: {_elixir_value(value)}" for name, value in run.input.items()]
    return "\n".join(
        [
            "# config/config.exs",
            "import Config",
            "",
            "config :replicate,",
            f"  replicate_base_url: {_elixir_value(base)},",
            f'  replicate_api_token: System.fetch_env!("{VARIABLE}")',
            "",
            "# your program",
            ",\n".join([f"Replicate.run({_elixir_value(run.full_name)}", *given]) + ")",
            "|> IO.inspect()",
        ]
    )


def _swift(run: Run) -> str:
    given = ",\n".join(f"    {_text(name)}: {_swift_value(value)}" for name, value in run.input.items())
    return "\n".join(
        [
            "import Foundation",
            "import Replicate",
            "",
            "let replicate = Replicate.Client(",
            f"    baseURLString: {_text(run.api + '/')},",
            f'    token: ProcessInfo.processInfo.environment["{VARIABLE}"]!',
            ")",
            "let input: [String: Value] = [",
            given or "    :",
            "]",
            f"let output = try await replicate.run({_text(run.full_name)}, input: input)",
            f'{SHOW}(output ?? "")',
        ]
    )


def _go(run: Run) -> str:
    given = [f"\t\t{_text(name)}: {_go_value(value)}," for name, value in run.input.items()]
    return "\n".join(
        [
            "package main",
            "",
            "import (",
            '\t"context"',
            '\t"fmt"',
            "",
            '\t"github.com/replicate/replicate-go"',
            ")",
            "",
            "func main() {",
            "\tclient, err := replicate.NewClient(",
            f"\t\treplicate.WithTokenFromEnv(), replicate.WithBaseURL({_text(run.api)}))",
            "\tif err != nil {",
            "\t\tpanic(err)",
            "\t}",
            "\tinput := replicate.PredictionInput{",
            *given,
            "\t}",
            f"\toutput, err := client.Run(context.Background(), {_text(run.full_name)}, input, nil)",
            "\tif err != nil {",
            "\t\tpanic(err)",
            "\t}",
            "\tfmt.Println(output)",
            "}",
        ]
    )


def _text(text: str) -> str:
    """A string as JSON writes it, which Python, JavaScript, Swift and Go read alike."""
    return json.dumps(text, ensure_ascii=False)


def _atom(name: str) -> str:
    return name if name.isascii() and name.isidentifier() and name.islower() else _elixir_value(name)


def _python_value(value: Any) -> str:
    match value:
        case str():
            return _text(value)
        case list():
            return f"[{', '.join(map(_python_value, value))}]"
        case dict():
            return "{" + ", ".join(f"{_text(k)}: {_python_value(v)}" for k, v in value.items()) + "}"
    return repr(value)


def _elixir_value(value: Any) -> str:
    match value:
        case None:
            return "nil"
        case str():
            return _text(value).replace("#{", "\\#{")
        case list():
            return f"[{', '.join(map(_elixir_value, value))}]"
        case dict():
            return (
                "%{" + ", ".join(f"{_elixir_value(k)} => {_elixir_value(v)}" for k, v in value.items()) + "}"
            )
    return json.dumps(value)


def _swift_value(value: Any) -> str:
    match value:
        case None:
            return "nil"
        case list():
            return f"[{', '.join(map(_swift_value, value))}]"
        case dict():
            return "[" + (", ".join(f"{_text(k)}: {_swift_value(v)}" for k, v in value.items()) or ":") + "]"
    return json.dumps(value, ensure_ascii=False)


def _go_value(value: Any) -> str:
    match value:
        case None:
            return "nil"
        case list():
            return f"[]any{{{', '.join(map(_go_value, value))}}}"
        case dict():
            return (
                "map[string]any{" + ", ".join(f"{_text(k)}: {_go_value(v)}" for k, v in value.items()) + "}"
            )
    return json.dumps(value, ensure_ascii=False)
