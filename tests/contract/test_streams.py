"""Streams as the published clients read them: iterators, progress, errors, over http and over TLS of one's own."""

import io
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import replicate
from PIL import Image

from tests.contract.conftest import Api
from tests.contract.installed import run_javascript
from tests.site import running_site

SCRIBE, CANARY, ECHO = "safelight/scribe", "safelight/canary", "safelight/echo"
TEXT = {"prompt": "a fox", "words": 30, "pace": 40, "seed": 5}
PICTURE = {"prompt": "a fox", "steps": 6, "step_ms": 30, "seed": 5}


@pytest.fixture
def text(client: replicate.Client) -> str:
    """The whole of what the tests stream, got without a stream."""
    return "".join(client.run(SCRIBE, input=TEXT))


# Python


def test_python_streams_words(client: replicate.Client, text: str) -> None:
    """Word by word, in order; the pieces make the text that is got at once."""
    told = list(client.stream(SCRIBE, input=TEXT))
    words = [event.data for event in told if event.event.value == "output"]
    assert "".join(words) == text
    assert len(words) == 30
    assert [event.event.value for event in told][-1] == "done"
    assert len({event.id for event in told}) == len(told)
    assert "".join(map(str, told)) == text


def test_python_streams_while_it_is_written(client: replicate.Client) -> None:
    """The first word is there long before the last."""
    stream = client.stream(SCRIBE, input={**TEXT, "words": 400, "pace": 20})
    first = next(event for event in stream if event.event.value == "output")
    [row] = [row for row in client.predictions.list() if row.status in ("starting", "processing")]
    row.cancel()
    rest = [event for event in stream if event.event.value != "logs"]
    assert first.data
    assert len(rest) < 399
    assert (rest[-1].event.value, json.loads(rest[-1].data)) == ("done", {"reason": "canceled"})


def test_python_has_the_canary_as_an_iterator(client: replicate.Client) -> None:
    """Three yields, each an item of the output and an event of the stream."""
    made = client.models.predictions.create(CANARY, input={"text": "Ada"})
    words = [event.data for event in made.stream() if event.event.value == "output"]
    made.reload()
    assert made.output == words == ["hello ", "there, ", "Ada"]


def test_python_iterates_over_a_prediction(client: replicate.Client) -> None:
    made = client.models.predictions.create(SCRIBE, input=TEXT)
    assert len(list(made.output_iterator())) == 30


def test_python_is_told_why_it_failed(client: replicate.Client) -> None:
    """An `error` event is an exception of the client."""
    with pytest.raises(RuntimeError, match="asked to fail half way"):
        list(client.stream(ECHO, input={**PICTURE, "fault": "error"}))


def test_python_streams_pictures(client: replicate.Client) -> None:
    """Each output is a file that can be read, over plain http too."""
    told = list(client.stream(ECHO, input={**PICTURE, "num_outputs": 2}))
    files = [event.data for event in told if event.event.value == "output"]
    assert len(files) == 2
    for file in files:
        with Image.open(io.BytesIO(file.read())) as picture:
            assert picture.size == (256, 256)


@pytest.mark.parametrize(("model", "asked"), [(ECHO, PICTURE), (SCRIBE, TEXT)])
def test_python_reads_progress_out_of_the_log(client: replicate.Client, model: str, asked: dict) -> None:
    """As its helper parses it: the last line, of every kind of model; while it runs it only rises."""
    made = client.models.predictions.create(model, input=asked)
    seen = []
    while made.status in ("starting", "processing"):
        made.reload()
        if made.progress:
            seen.append((made.progress.current, made.progress.percentage))
    steps = asked.get("steps") or asked["words"]
    assert seen == sorted(seen)
    assert (made.progress.current, made.progress.total, made.progress.percentage) == (steps, steps, 1.0)
    assert made.logs.count("it/s]\n") == steps


def test_a_stream_is_taken_up_again(client: replicate.Client) -> None:
    """A connection that is cut after any event goes on behind it."""
    made = client.models.predictions.create(SCRIBE, input=TEXT)
    made.wait()
    whole = _events(made.urls["stream"])
    for cut in (0, 10, len(whole) - 2):
        assert _events(made.urls["stream"], last=whole[cut][0]) == whole[cut + 1 :]


def _events(address: str, *, last: str = "") -> list[tuple[str, ...]]:
    request = urllib.request.Request(address, headers={"Last-Event-ID": last} if last else {})
    with urllib.request.urlopen(request, timeout=20) as found:
        return re.findall(r"id: (\S+)\nevent: (\w+)\n((?:data: .*\n)+)", found.read().decode())


# JavaScript

JS_TEXT = """
import Replicate from "replicate";
const replicate = new Replicate({ auth: process.env.TOKEN, baseUrl: `${process.env.URL}/v1` });
const input = JSON.parse(process.env.INPUT);
const events = [];
for await (const event of replicate.stream(process.env.MODEL, { input })) {
  const { event: name, data, id } = event;
  if (name === "output" && typeof data !== "string") {
    const bytes = new Uint8Array(await (await data.blob()).arrayBuffer());
    events.push({ name, id, head: [...bytes.slice(1, 4)], size: bytes.length });
  } else events.push({ name, id, data: String(data) });
}
console.log(JSON.stringify(events));
"""

JS_PROGRESS = """
import Replicate, { parseProgressFromLogs } from "replicate";
const replicate = new Replicate({ auth: process.env.TOKEN, baseUrl: `${process.env.URL}/v1` });
let found;
const options = { input: JSON.parse(process.env.INPUT), wait: { mode: "poll" } };
await replicate.run(process.env.MODEL, options, (prediction) => {
  found = parseProgressFromLogs(prediction) ?? found;
});
console.log(JSON.stringify(found));
"""


def javascript(api: Api, program: str, model: str, asked: dict[str, Any]) -> Any:
    return run_javascript(program, TOKEN=api.token, URL=api.url, MODEL=model, INPUT=json.dumps(asked))


def test_javascript_streams_words(api: Api, text: str) -> None:
    told = javascript(api, JS_TEXT, SCRIBE, TEXT)
    assert "".join(each["data"] for each in told if each["name"] == "output") == text
    assert told[-1]["name"] == "done"
    assert len({each["id"] for each in told}) == len(told)


def test_javascript_streams_pictures_as_files(api: Api) -> None:
    """The path of the stream tells it that the outputs are files; they can be read without a token."""
    told = javascript(api, JS_TEXT, ECHO, {**PICTURE, "num_outputs": 2})
    files = [each for each in told if each["name"] == "output"]
    assert [bytes(each["head"]) for each in files] == [b"PNG", b"PNG"]


@pytest.mark.parametrize(("model", "asked"), [(ECHO, PICTURE), (SCRIBE, TEXT)])
def test_javascript_reads_progress_out_of_the_log(api: Api, model: str, asked: dict) -> None:
    found = javascript(api, JS_PROGRESS, model, asked)
    assert (found["percentage"], found["current"]) == (1, found["total"])


# Over TLS


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What a program needs of a site that `make run TLS=1` has started: the variables that it prints, and a token."""
    data = tmp_path_factory.mktemp("secure") / "data"
    with running_site(data, models=f"{ECHO},{SCRIBE}", env={"SAFELIGHT_LOCAL_TLS": "1"}) as site:
        made = site.manage("create_token", "tester")
        assert made.returncode == 0, made.stderr
        trusted = str(data / "tls" / "ca.pem")
        yield {
            "TOKEN": made.stdout.strip(),
            "URL": site.url,
            "SSL_CERT_FILE": trusted,
            "NODE_EXTRA_CA_CERTS": trusted,
        }


PYTHON = """
import json, os, replicate
client = replicate.Client(api_token=os.environ["TOKEN"], base_url=os.environ["URL"])
[file] = client.run("safelight/echo", input={"prompt": "a fox", "steps": 2, "step_ms": 1})
words = [str(event) for event in client.stream("safelight/scribe", input={"prompt": "a fox", "words": 12, "pace": 100})]
print(json.dumps([type(file).__name__, file.url.split(":")[0], file.read()[1:4].decode(), bool("".join(words))]))
"""

JS_FILE = """
import Replicate from "replicate";
import { writeFile, readFile } from "node:fs/promises";
const replicate = new Replicate({ auth: process.env.TOKEN, baseUrl: `${process.env.URL}/v1` });
const [file] = await replicate.run("safelight/echo", { input: { prompt: "a fox", steps: 2, step_ms: 1 } });
await writeFile(process.env.OUT, file);
const bytes = await readFile(process.env.OUT);
console.log(JSON.stringify([file.url().protocol, bytes.subarray(1, 4).toString()]));
"""


def test_python_reads_files_over_tls(secure: dict[str, str]) -> None:
    """With the one variable that was printed, and nothing else: run, read(), stream."""
    done = subprocess.run(
        [sys.executable, "-"],
        input=PYTHON,
        env=secure | {"PATH": ""},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["FileOutput", "https", "PNG", True]


def test_javascript_writes_files_over_tls(secure: dict[str, str], tmp_path: Path) -> None:
    """As the guide has it: writeFile(path, output)."""
    assert run_javascript(JS_FILE, **secure, OUT=str(tmp_path / "fox.png")) == ["https:", "PNG"]
