"""Files, by the clients as they are published: sent, listed, named in inputs, deleted; and outputs read over http."""

import base64
import io
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import replicate
from PIL import Image
from replicate.helpers import FileOutput

from tests.contract.conftest import Api
from tests.contract.installed import run_javascript, run_python_next
from tests.generations.pictures import gradient, saved

ECHO = "safelight/echo"
QUICK = {"prompt": "a fox", "steps": 2, "step_ms": 1}
PNG = saved(gradient(), "PNG")


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as response:
        return response.read()


def test_python_files(client: replicate.Client, tmp_path: Path) -> None:
    """create by path and by handle, with metadata; get, list, delete."""
    path = tmp_path / "words.txt"
    path.write_bytes(b"some words")
    made = client.files.create(path, metadata={"kept": "yes"})
    assert (made.name, made.content_type, made.size, made.metadata) == (
        "words.txt",
        "text/plain",
        10,
        {"kept": "yes"},
    )
    assert client.files.get(made.id) == made
    assert made.id in [each.id for each in client.files.list()]
    assert fetched(made.urls["download"]) == b"some words"
    handle = client.files.create(io.BytesIO(b"more"), filename="more.bin")
    assert handle.name == "more.bin"
    assert client.files.delete(made.id) is True
    with pytest.raises(replicate.exceptions.ReplicateError, match="no such file"):
        client.files.get(made.id)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        fetched(made.urls["download"])


def test_python_file_handle_is_an_input(client: replicate.Client, tmp_path: Path) -> None:
    """An open file where the model takes a picture: sent first, then named; the output is read as the guides do."""
    path = tmp_path / "cat.png"
    path.write_bytes(PNG)
    with path.open("rb") as file:
        output = client.run(ECHO, input={**QUICK, "start_image": file})
    assert isinstance(output[0], FileOutput)
    with Image.open(io.BytesIO(output[0].read())) as picture:
        assert picture.format == "PNG"


def test_python_base64_is_an_input(client: replicate.Client) -> None:
    """The same as a data URI."""
    output = client.run(
        ECHO, input={**QUICK, "start_image": io.BytesIO(PNG)}, file_encoding_strategy="base64"
    )
    assert output[0].read().startswith(b"\x89PNG")


def test_python_output_is_an_input(client: replicate.Client, api: Api) -> None:
    """What one prediction made, by its address, is what the next one starts from."""
    made = client.models.predictions.create(ECHO, input=QUICK)
    made.wait()
    url = next(each for each in client.predictions.list() if each.id == made.id).output[0]
    assert fetched(url).startswith(b"\x89PNG")
    again = client.models.predictions.create(ECHO, input={**QUICK, "start_image": url})
    again.wait()
    assert (again.status, again.input["start_image"]) == ("succeeded", url)


def test_python_large_file(client: replicate.Client, api: Api) -> None:
    """40 MB, in the memory of the site only piece by piece: what it holds grows by a part of that."""
    before = peak_kb(api)
    made = client.files.create(io.BytesIO(b"\0" * 40_000_000), filename="large.bin")
    assert made.size == 40_000_000
    assert peak_kb(api) - before < 25_000
    assert len(fetched(made.urls["download"])) == 40_000_000
    assert client.files.delete(made.id)


def test_file_over_the_limit(client: replicate.Client, api: Api) -> None:
    """413, and the sentence is read."""
    request = urllib.request.Request(
        f"{api.url}/v1/files",
        method="POST",
        data=b"",
        headers={"Authorization": f"Bearer {api.token}", "Content-Type": "multipart/form-data; boundary=b"},
    )
    request.add_unredirected_header("Content-Length", str(200 * 2**20))
    with pytest.raises(urllib.error.HTTPError, match="413"):
        urllib.request.urlopen(request, timeout=20)


def test_python_next_files(api: Api) -> None:
    """The pre-release names every file "upload", and puts metadata in brackets."""
    program = """
import json, os
from replicate import Replicate
client = Replicate(bearer_token=os.environ["TOKEN"], base_url=os.environ["BASE"])
made = client.files.create(content=b"some words", filename="w.txt", type="text/plain", metadata={"a": "1"})
got = client.files.get(file_id=made.id)
listed = [each.id for each in client.files.list()]
client.files.delete(file_id=made.id)
print(json.dumps([made.size, got.metadata, made.id in listed, got.content_type]))
"""
    told = run_python_next(program, TOKEN=api.token, BASE=f"{api.url}/v1")
    assert told == [10, {"a": "1"}, True, "text/plain"]


def test_javascript_files(api: Api) -> None:
    """A Blob with metadata, which comes as a file part; then a Buffer as an input, and the output written to disk."""
    picture = base64.b64encode(PNG).decode()
    program = f"""
    import Replicate from "replicate";
    import {{ writeFile, readFile }} from "node:fs/promises";
    import {{ tmpdir }} from "node:os";
    const replicate = new Replicate({{ auth: process.env.TOKEN, baseUrl: process.env.BASE }});
    const made = await replicate.files.create(new Blob(["some words"], {{ type: "text/plain" }}), {{ kept: "yes" }});
    const got = await replicate.files.get(made.id);
    const listed = await replicate.files.list();
    const deleted = await replicate.files.delete(made.id);
    const input = {{ prompt: "a fox", steps: 2, step_ms: 1, start_image: Buffer.from("{picture}", "base64") }};
    const [output] = await replicate.run("safelight/echo", {{ input }});
    const path = `${{tmpdir()}}/safelight-${{process.pid}}.png`;
    await writeFile(path, output);
    const written = await readFile(path);
    const ids = listed.results.map((each) => each.id);
    const kind = written.subarray(1, 4).toString();
    console.log(JSON.stringify([got.size, got.metadata, ids.includes(made.id), deleted, kind]));
    """
    told = run_javascript(program, TOKEN=api.token, BASE=f"{api.url}/v1")
    assert told == [10, {"kept": "yes"}, True, True, "PNG"]


def peak_kb(api: Api) -> int:
    """The most memory that the server has had."""
    status = Path(f"/proc/{api.site.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])
