"""The catalogue as clients that other people wrote use it: two Python ones and the JavaScript one."""

import time

import pytest
import replicate
from replicate.exceptions import ReplicateError

from tests.contract.conftest import Api
from tests.contract.installed import run_javascript, run_python_next

ECHO = "safelight/echo"


@pytest.fixture
def echo(client: replicate.Client) -> replicate.model.Model:
    return client.models.get(ECHO)


def test_model_is_got(echo: replicate.model.Model) -> None:
    """With a newest version that says what it takes and gives."""
    assert (echo.id, echo.visibility) == (ECHO, "public")
    schemas = echo.latest_version.openapi_schema["components"]["schemas"]
    assert "prompt" in schemas["Input"]["properties"]
    assert schemas["Output"]["type"] == "array"


def test_models_are_listed_and_found(client: replicate.Client) -> None:
    """The search is a request of the method QUERY."""
    assert ECHO in [model.id for model in client.models.list()]
    assert [model.id for model in client.models.search("echo gradient")] == [ECHO]
    assert list(client.models.search("walrus")) == []


def test_versions_are_listed_and_got(echo: replicate.model.Model) -> None:
    listed = list(echo.versions.list())
    assert listed[0].id == echo.latest_version.id
    assert echo.versions.get(listed[0].id).cog_version


def test_the_sites_own_versions_stay(echo: replicate.model.Model) -> None:
    with pytest.raises(ReplicateError) as raised:
        echo.versions.delete(echo.latest_version.id)
    assert raised.value.status == 403


def test_collections(client: replicate.Client) -> None:
    """The seeded models have sorted themselves."""
    assert {"text-to-image", "language-models"} <= {each.slug for each in client.collections.list()}
    found = client.collections.get("text-to-image")
    assert ECHO in [model.id for model in found.models]


def test_hardware(client: replicate.Client) -> None:
    assert [each.sku for each in client.hardware.list()] == ["cpu"]


def test_model_is_made_and_deleted(client: replicate.Client) -> None:
    """Private, without versions: as long as it has none it can go."""
    made = client.models.create(
        "tester", "made", visibility="private", hardware="cpu", description="A model of mine."
    )
    assert (made.id, made.description, made.latest_version) == ("tester/made", "A model of mine.", None)
    with pytest.raises(ReplicateError) as raised:
        client.models.create("tester", "made", visibility="private", hardware="cpu")
    assert raised.value.status == 409
    assert client.models.delete("tester/made") is True
    with pytest.raises(ReplicateError) as raised:
        client.models.get("tester/made")
    assert raised.value.status == 404


def test_deployment_lives(client: replicate.Client, echo: replicate.model.Model) -> None:
    """Made under a name with its owner before it, changed, run, and not deleted while it was just used."""
    made = client.deployments.create(
        name="tester/pinned",
        model=ECHO,
        version=echo.latest_version.id,
        hardware="cpu",
        min_instances=0,
        max_instances=1,
    )
    assert (made.owner, made.name, made.current_release.number) == ("tester", "pinned", 1)
    changed = client.deployments.update("tester", "pinned", max_instances=2)
    assert changed.current_release.number == 2
    assert changed.current_release.configuration.max_instances == 2
    assert "pinned" in [each.name for each in client.deployments.list()]
    run = client.deployments.get("tester/pinned").predictions.create(
        input={"prompt": "a fox", "steps": 2, "step_ms": 1}
    )
    run.wait()
    assert run.status == "succeeded"
    with pytest.raises(ReplicateError) as raised:
        client.deployments.delete("tester", "pinned")
    assert raised.value.status == 403


def test_unused_deployment_is_deleted(client: replicate.Client, echo: replicate.model.Model) -> None:
    told = {"model": ECHO, "version": echo.latest_version.id, "hardware": "cpu"}
    client.deployments.create(name="unused", **told, min_instances=0, max_instances=1)
    assert client.deployments.delete("tester", "unused") is True
    with pytest.raises(ReplicateError) as raised:
        client.deployments.get("tester/unused")
    assert raised.value.status == 404


def test_deployment_runs_as_many_at_once_as_it_may(
    client: replicate.Client, echo: replicate.model.Model
) -> None:
    """With one instance the second waits until the first is done, though the engine has room."""
    told = {"model": ECHO, "version": echo.latest_version.id, "hardware": "cpu"}
    client.deployments.create(name="narrow", **told, min_instances=0, max_instances=1)
    slow = {"prompt": "a fox", "steps": 20, "step_ms": 50}
    runs = [client.deployments.predictions.create("tester/narrow", input=slow) for _ in range(2)]
    while runs[1].status not in {"succeeded", "failed"}:
        for run in runs:
            run.reload()
        assert {run.status for run in runs} != {"processing"}
        time.sleep(0.05)
    assert [run.status for run in runs] == ["succeeded", "succeeded"]


def test_training_is_refused(client: replicate.Client, echo: replicate.model.Model) -> None:
    """First for a destination that is not there, then because the version has no training."""
    told = {"model": ECHO, "version": echo.latest_version.id, "input": {"steps": 1}}
    with pytest.raises(ReplicateError) as raised:
        client.trainings.create(**told, destination="tester/nowhere")
    assert raised.value.status == 404
    client.models.create("tester", "trained", visibility="private", hardware="cpu")
    with pytest.raises(ReplicateError) as raised:
        client.trainings.create(**told, destination="tester/trained")
    assert raised.value.status == 422
    assert "cannot be trained" in raised.value.detail
    assert list(client.trainings.list()) == []


def test_the_newer_client(api: Api) -> None:
    """What only the 2.x client knows: changing a model, its README and examples, the search for everything."""
    program = f"""
import json
from replicate import Replicate

client = Replicate(bearer_token={api.token!r}, base_url={api.url + "/v1"!r})
client.models.create(owner="tester", name="newer", visibility="private", hardware="cpu")
client.models.update(model_owner="tester", model_name="newer", description="Newer.", readme="# Newer")
found = client.search(query="echo")
print(json.dumps({{
    "description": client.models.get(model_owner="tester", model_name="newer").description,
    "readme": client.models.readme.get(model_owner="tester", model_name="newer"),
    "examples": len(client.models.examples.list(model_owner="safelight", model_name="echo").results),
    "found": [each.model.name for each in found.models],
    "searched": [each.name for each in client.models.search(body="echo").results],
    "versions": len(client.models.versions.list(model_owner="safelight", model_name="echo").results),
    "skus": [each.sku for each in client.hardware.list()],
}}))
"""
    assert run_python_next(program) == {
        "description": "Newer.",
        "readme": "# Newer",
        "examples": 0,
        "found": ["echo"],
        "searched": ["echo"],
        "versions": 1,
        "skus": ["cpu"],
    }


def test_the_javascript_client(api: Api) -> None:
    """Models, versions, collections, hardware, deployments: as the npm package calls them."""
    program = """
import Replicate from "replicate";

const replicate = new Replicate({ auth: process.env.TOKEN, baseUrl: `${process.env.URL}/v1` });
const model = await replicate.models.get("safelight", "echo");
const listed = await replicate.models.list();
const found = await replicate.models.search('echo "gradient"');
const versions = await replicate.models.versions.list("safelight", "echo");
const collection = await replicate.collections.get("text-to-image");
const hardware = await replicate.hardware.list();
const made = await replicate.models.create("tester", "script", { visibility: "private", hardware: "cpu" });
const deployment = await replicate.deployments.create({
  name: "script", model: "safelight/echo", version: model.latest_version.id,
  hardware: "cpu", min_instances: 0, max_instances: 1,
});
const changed = await replicate.deployments.update("tester", "script", { max_instances: 3 });
const gone = await replicate.deployments.delete("tester", "script");
const refused = await replicate.trainings
  .create("safelight", "echo", model.latest_version.id, { destination: "tester/script", input: {} })
  .catch((error) => error.response.status);
console.log(JSON.stringify({
  model: model.name,
  listed: listed.results.some(({ name }) => name === "echo"),
  found: found.results.map(({ name }) => name),
  version: versions.results[0].id === model.latest_version.id,
  collection: collection.models.some(({ name }) => name === "echo"),
  hardware, made: made.name, release: [deployment.current_release.number, changed.current_release.number],
  gone, refused,
}));
"""
    assert run_javascript(program, TOKEN=api.token, URL=api.url) == {
        "model": "echo",
        "listed": True,
        "found": ["echo"],
        "version": True,
        "collection": True,
        "hardware": [{"name": "CPU", "sku": "cpu"}],
        "made": "script",
        "release": [1, 2],
        "gone": True,
        "refused": 422,
    }
