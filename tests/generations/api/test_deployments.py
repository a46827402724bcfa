"""Deployments and trainings through the API."""

from typing import Any

import pytest
from replicate.deployment import Deployment as ClientDeployment
from replicate.training import Training as ClientTraining

from accounts import handles
from accounts.models import User
from generations.models import Deployment, Prediction, RegisteredModel, Training, Version
from inference.runners.picto.schema import SCHEMA as PICTO
from tests.generations.api.conftest import Program

pytestmark = pytest.mark.django_db
NEW = {
    "name": "live",
    "model": "safelight/picto",
    "version": "a" * 64,
    "hardware": "cpu",
    "min_instances": 0,
    "max_instances": 1,
}


@pytest.fixture(autouse=True)
def picto(db: None) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name="picto", title="Picto")
    return Version.objects.create(pk="a" * 64, model=model, schema=PICTO, output={"mime": "image/png"})


@pytest.fixture(autouse=True)
def owner(alice: User) -> User:
    return handles.take(alice, "alice")


def test_deployment_lives(program: Program, picto: Version) -> None:
    """Made, read, changed by a release, run, and deleted when it has nothing to do."""
    made = program.post("/deployments", NEW)
    assert made.status_code == 201
    read = ClientDeployment.parse_obj(program.get("/deployments/alice/live").json())
    assert read.current_release is not None
    assert (read.current_release.number, read.current_release.model) == (1, "safelight/picto")
    newer = Version.objects.create(pk="b" * 64, model=picto.model, schema=PICTO)
    changed = program.ask(
        "PATCH", "/deployments/alice/live", {"version": newer.pk, "max_instances": 2}
    ).json()
    assert changed["current_release"]["number"] == 2
    assert changed["current_release"]["version"] == newer.pk
    assert changed["current_release"]["configuration"] == {
        "hardware": "cpu",
        "min_instances": 0,
        "max_instances": 2,
    }
    assert [each["name"] for each in program.get("/deployments").json()["results"]] == ["live"]
    run = program.post("/deployments/alice/live/predictions", {"input": {"prompt": "a fox"}})
    assert run.status_code == 201
    assert (run.json()["deployment"], run.json()["version"]) == ("alice/live", newer.pk)
    refused = program.ask("DELETE", "/deployments/alice/live")
    assert refused.status_code == 403
    assert "15 minutes" in refused.json()["detail"]
    Prediction.objects.all().delete()
    assert program.ask("DELETE", "/deployments/alice/live").status_code == 204
    assert program.get("/deployments/alice/live").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"max_instances": 21}, "max_instances"),
        ({"min_instances": 6, "max_instances": 9}, "min_instances"),
        ({"min_instances": -1}, "min_instances"),
        ({"max_instances": "many"}, "max_instances"),
        ({"max_instances": 10**30}, "max_instances"),
        ({"hardware": "gpu-t4"}, "hardware"),
        ({"version": "c" * 64}, "version"),
        ({"version": "\0"}, "version"),
        ({"model": "safelight/none"}, "model"),
        ({"name": ""}, "name"),
    ],
)
def test_deployment_that_does_not_fit(program: Program, change: dict[str, Any], field: str) -> None:
    """422 and the field; nothing is made."""
    answer = program.post("/deployments", {**NEW, **change})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["invalid_fields"]] == [field]
    assert not Deployment.objects.exists()


def test_version_of_another_model_is_refused(program: Program) -> None:
    """A deployment names its model, and stays with it."""
    other = RegisteredModel.objects.create(owner="safelight", name="other")
    Version.objects.create(pk="d" * 64, model=other, schema={})
    assert program.post("/deployments", {**NEW, "model": "safelight/other"}).status_code == 422
    program.post("/deployments", NEW)
    assert program.ask("PATCH", "/deployments/alice/live", {"version": "d" * 64}).status_code == 422


def test_switched_off_refuses(program: Program) -> None:
    """max_instances 0 takes nothing, and says so."""
    program.post("/deployments", {**NEW, "max_instances": 0})
    answer = program.post("/deployments/alice/live/predictions", {"input": {"prompt": "a fox"}})
    assert answer.status_code == 403
    assert "switched off" in answer.json()["detail"]


def test_training_is_refused_for_the_right_reason(program: Program, alice: User, picto: Version) -> None:
    """404 for a destination that is not there, 404 for another's, else 422: this version has no training."""
    address = f"/models/safelight/picto/versions/{picto.pk}/trainings"
    body = {"destination": "alice/mine", "input": {}}
    missing = program.post(address, body)
    assert (missing.status_code, missing.json()["status"]) == (404, 404)
    assert program.post(address, {**body, "destination": "safelight/picto"}).status_code == 404
    RegisteredModel.objects.create(owner="alice", name="mine", user=alice, visibility="private")
    refused = program.post(address, body)
    assert refused.status_code == 422
    assert refused.json()["title"] == "Invalid version or not permitted"
    assert "cannot be trained" in refused.json()["detail"]
    assert program.post(address, {"destination": "\0", "input": []}).status_code == 422
    assert not Training.objects.exists()


def test_training_is_read_and_canceled(program: Program, alice: User, picto: Version) -> None:
    """As the strictest client reads one; canceling it twice changes nothing more."""
    row = Training.objects.create(user=alice, version=picto, destination=picto.model, input={"steps": 1})
    assert ClientTraining.parse_obj(program.get(f"/trainings/{row.pk}").json()).status == "starting"
    first = program.post(f"/trainings/{row.pk}/cancel").json()
    assert first["status"] == "canceled"
    assert program.post(f"/trainings/{row.pk}/cancel").json() == first
    assert [each["id"] for each in program.get("/trainings").json()["results"]] == [row.pk]
    assert program.get("/trainings/none").status_code == 404
