"""The programs of docs/api.md and its notebook run as they stand, against a site that runs."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import replicate
from PIL import Image

from generations import standard_webhooks
from tests.architecture.tree import ROOT
from tests.contract.conftest import Api
from tests.contract.installed import javascript
from tests.generations.pictures import gradient

DOCS = ROOT / "docs"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", (DOCS / "api.md").read_text(), re.MULTILINE | re.DOTALL)
APART = ("route.js", "# bot.py", "// webhook.mjs")  # have tests of their own
PLAIN = [(language, block) for language, block in BLOCKS if not any(name in block for name in APART)]

# As much of Discord as the bot sees: it says the command once, and tells what the bot does.
DISCORD = """
import asyncio, types, sys

class Intents(types.SimpleNamespace):
    @classmethod
    def default(cls):
        return cls()

class File:
    def __init__(self, data, name):
        self.data, self.name = data.read(), name

class Message:
    async def edit(self, *, content, attachments):
        assert attachments[0].data.startswith(b"\\x89PNG"), attachments[0].data[:20]
        print(content, attachments[0].name)

class Context:
    async def send(self, text):
        print(text)
        return Message()

class Bot:
    def __init__(self, *, command_prefix, intents):
        assert intents.message_content
    def command(self):
        def keep(function):
            self.said = function
            return function
        return keep
    def run(self, token):
        asyncio.run(self.said(Context(), prompt="a red fox"))

commands = types.ModuleType("discord.ext.commands")
commands.Bot = Bot
ext = types.ModuleType("discord.ext")
ext.commands = commands
sys.modules.update({"discord.ext": ext, "discord.ext.commands": commands})
"""


def run(api: Api, command: list[str], program: str, *, cwd: Path, **env: str) -> str:
    done = subprocess.run(
        command,
        input=program,
        cwd=cwd,
        env={**os.environ, "REPLICATE_API_TOKEN": api.token, "REPLICATE_BASE_URL": api.url, **env},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """A folder in which node finds the npm client."""
    (tmp_path / "node_modules").symlink_to(javascript() / "node_modules")
    return tmp_path


def test_every_language_is_there() -> None:
    """What the page promises to show is shown, so that no test below runs nothing."""
    assert {language for language, _ in PLAIN} >= {"sh", "python", "js"}
    assert sum("route.js" in block for _, block in BLOCKS) == 2


@pytest.mark.parametrize("program", [block for language, block in PLAIN if language == "sh"])
def test_curl(api: Api, tmp_path: Path, program: str) -> None:
    told = json.loads(run(api, ["bash", "-e"], program, cwd=tmp_path))
    assert (told["status"], len(told["output"])) == ("succeeded", 1)


@pytest.mark.parametrize("program", [block for language, block in PLAIN if language == "python"])
def test_python(api: Api, tmp_path: Path, program: str) -> None:
    gradient(256, 256).save(tmp_path / "cat.png")
    run(api, [sys.executable, "-"], program, cwd=tmp_path)
    if "penguin.png" in program:
        with Image.open(tmp_path / "penguin.png") as picture:
            picture.verify()


@pytest.mark.parametrize("program", [block for language, block in PLAIN if language == "js"])
def test_node(api: Api, modules: Path, program: str) -> None:
    run(api, ["node", "--input-type=module", "-"], program, cwd=modules)
    with Image.open(modules / "penguin.png") as picture:
        picture.verify()


def test_nextjs(api: Api, modules: Path) -> None:
    """The two routes, called as Next.js calls them, until the picture is there."""
    make, read = (block for _, block in BLOCKS if "route.js" in block)
    (modules / "make.mjs").write_text(make)
    (modules / "read.mjs").write_text(read)
    program = """
    import { POST } from "./make.mjs";
    import { GET } from "./read.mjs";
    const body = JSON.stringify({ prompt: "a penguin in the snow" });
    const made = await POST(new Request("http://app.example/api/predictions", { method: "POST", body }));
    let told = await made.json();
    const { id } = told;
    while (!["succeeded", "failed", "canceled"].includes(told.status)) {
      await new Promise((done) => setTimeout(done, 250));
      const request = new Request(`http://app.example/api/predictions/${id}`);
      told = await (await GET(request, { params: Promise.resolve({ id }) })).json();
    }
    console.log(JSON.stringify([made.status, told.status, told.output[told.output.length - 1].slice(0, 15)]));
    """
    told = json.loads(run(api, ["node", "--input-type=module", "-"], program, cwd=modules))
    assert told == [201, "succeeded", "data:image/png;"]


def test_webhook_route(api: Api, modules: Path) -> None:
    """It hears what is signed with the account's secret, and nothing else."""
    (route,) = (block for _, block in BLOCKS if "// webhook.mjs" in block)
    (modules / "webhook.mjs").write_text(route)
    key = replicate.Client(api_token=api.token, base_url=api.url).webhooks.default.secret().key
    body = b'{"id":"one"}'
    headers = standard_webhooks.headers([key], id="w1", at=int(time.time()), body=body)
    program = """
    import { POST } from "./webhook.mjs";
    const told = [];
    for (const body of [process.env.BODY, "{}"]) {
      const init = { method: "POST", headers: JSON.parse(process.env.HEADERS), body };
      const answer = await POST(new Request("http://app.example/hook", init));
      told.push([answer.status, await answer.text()]);
    }
    console.log(JSON.stringify(told));
    """
    node = ["node", "--input-type=module", "-"]
    told = run(api, node, program, cwd=modules, BODY=body.decode(), HEADERS=json.dumps(headers))
    assert json.loads(told) == [[200, '{"heard":"one"}'], [401, "not from the site"]]


def test_discord_bot(api: Api, tmp_path: Path) -> None:
    """Its command, said once by a stand-in for Discord, is answered by a picture."""
    (program,) = (block for _, block in BLOCKS if "# bot.py" in block)
    (tmp_path / "discord.py").write_text(DISCORD)
    told = run(api, [sys.executable, "-"], program, cwd=tmp_path, DISCORD_TOKEN="x", PYTHONPATH=str(tmp_path))
    assert told.splitlines() == ["“a red fox” is on its way …", "“a red fox” picture.png"]


def test_notebook(api: Api, tmp_path: Path) -> None:
    """Cell by cell, without those that install."""
    cells = json.loads((DOCS / "quickstart.ipynb").read_text())["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    *before, last = [source for source in sources if not source.startswith("%")]
    head, _, shown = last.rpartition("\n")
    program = "\n".join([*before, head, f"print({shown})"])
    assert run(api, [sys.executable, "-"], program, cwd=tmp_path).strip() == "True False"
