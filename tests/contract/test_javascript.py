"""The npm client as it is published, in node, against a site that runs: only `baseUrl` is set."""

import tempfile
from typing import Any

from PIL import Image

from tests.contract.conftest import Api
from tests.contract.installed import run_javascript

QUICK = '{ prompt: "a fox", steps: 2, step_ms: 1 }'
SLOW = '{ prompt: "a slow fox", steps: 100, step_ms: 100 }'
HEAD = """
import Replicate from "replicate";
const replicate = new Replicate({ auth: process.env.TOKEN, baseUrl: process.env.BASE });
const say = (told) => console.log(JSON.stringify(told));
"""


def told(api: Api, program: str, *, token: str = "") -> Any:
    return run_javascript(HEAD + program, TOKEN=token or api.token, BASE=f"{api.url}/v1")


def test_run(api: Api) -> None:
    assert told(api, f'say((await replicate.run("safelight/echo", {{ input: {QUICK} }})).length);') == 1


def test_an_output_is_a_file(api: Api) -> None:
    """As the guides have it: it can be written to disk."""
    program = f"""
    import {{ writeFile, stat }} from "node:fs/promises";
    const [output] = await replicate.run("safelight/echo", {{ input: {QUICK} }});
    await writeFile(process.env.TARGET, output);
    say((await stat(process.env.TARGET)).size > 100);
    """
    with tempfile.NamedTemporaryFile(suffix=".png") as target:
        assert (
            run_javascript(HEAD + program, TOKEN=api.token, BASE=f"{api.url}/v1", TARGET=target.name) is True
        )
        with Image.open(target.name) as picture:
            assert picture.size == (256, 256)


def test_run_by_polling(api: Api) -> None:
    options = f'{{ input: {QUICK}, wait: {{ mode: "poll", interval: 100 }} }}'
    assert told(api, f'say((await replicate.run("safelight/echo", {options})).length);') == 1


def test_a_wait_that_ends_early_goes_on(api: Api) -> None:
    options = '{ input: { prompt: "a fox", steps: 20, step_ms: 100 }, wait: { mode: "block", timeout: 1 } }'
    assert told(api, f'say((await replicate.run("safelight/echo", {options})).length);') == 1


def test_create_wait_get_list(api: Api) -> None:
    program = f"""
    const made = await replicate.predictions.create({{ model: "safelight/echo", input: {QUICK} }});
    const ended = await replicate.wait(made, {{ interval: 100 }});
    const again = await replicate.predictions.get(made.id);
    const listed = await replicate.predictions.list();
    say([made.status, ended.status, again.output.length, listed.results[0].id === made.id]);
    """
    assert told(api, program) == ["starting", "succeeded", 1, True]


def test_cancel(api: Api) -> None:
    program = f"""
    const made = await replicate.predictions.create({{ model: "safelight/echo", input: {SLOW} }});
    const ended = await replicate.predictions.cancel(made.id);
    const again = await replicate.predictions.cancel(made.id);
    say([ended.status, again.status, Object.values(ended.urls).includes(null)]);
    """
    assert told(api, program) == ["canceled", "canceled", False]


def test_a_signal_ends_the_run(api: Api) -> None:
    program = f"""
    const control = new AbortController();
    setTimeout(() => control.abort(), 300);
    const output = await replicate.run("safelight/echo", {{
      input: {SLOW}, signal: control.signal, wait: {{ mode: "poll", interval: 100 }},
    }});
    const [last] = (await replicate.predictions.list()).results;
    say([output, last.status]);
    """
    assert told(api, program) == [None, "canceled"]


def test_pages(api: Api) -> None:
    program = f"""
    for (let i = 0; i < 2; i++)
      await replicate.predictions.create({{ model: "safelight/echo", input: {QUICK} }});
    const ids = new Set();
    for await (const page of replicate.paginate(replicate.predictions.list)) for (const each of page) ids.add(each.id);
    say(ids.size >= 2);
    """
    assert told(api, program) is True


def test_a_failure_says_why(api: Api) -> None:
    program = """
    try { await replicate.run("safelight/echo", { input: { prompt: "a fox", steps: 2, step_ms: 1, fault: "error" } }); }
    catch (error) { say(error.message); }
    """
    assert told(api, program).startswith("Prediction failed: ")


def test_errors(api: Api) -> None:
    program = """
    const found = [];
    for (const [name, input] of [["safelight/echo", { steps: "many" }], ["nobody/nothing", {}]])
      try { await replicate.run(name, { input }); }
      catch (error) { found.push([error.response.status, error.message]); }
    say(found);
    """
    (invalid, missing) = told(api, program)
    assert (invalid[0], missing[0]) == (422, 404)
    assert "input.steps" in str(invalid)


def test_an_invalid_token(api: Api) -> None:
    program = "try { await replicate.accounts.current(); } catch (error) { say(error.response.status); }"
    assert told(api, program, token="r8_" + "x" * 37) == 401


def test_account(api: Api) -> None:
    assert told(api, "say((await replicate.accounts.current()).username);") == "tester"


def test_a_client_in_place_of_the_input_is_refused(api: Api) -> None:
    """One option of this client sends itself, token and all, where the input should stand."""
    program = """
    const leaky = new Replicate({
      auth: process.env.TOKEN, baseUrl: process.env.BASE, fileEncodingStrategy: "data-uri",
    });
    try { say(["no error", await leaky.run("safelight/echo", { input: { prompt: "a fox" } })]); }
    catch (error) { say([error.response.status, error.message]); }
    """
    status, message = told(api, program)
    assert status == 422
    assert "fileEncodingStrategy" in message
    assert api.token not in api.site.log()
