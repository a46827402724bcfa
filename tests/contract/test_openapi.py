"""The OpenAPI document against the site itself: requests made up from it get answers that it foresees, and no 500."""

from typing import Any

import pytest
import replicate
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from generations.api.openapi import METHODS, document
from generations.api.urls import api as described_api
from tests.contract.conftest import Api

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
PATHS = document(described_api)["paths"]
OPERATIONS = {
    operation["operationId"]: (path, method.upper())
    for path, item in PATHS.items()
    for method, operation in item.items()
    if method in METHODS
}
MADE_UP = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


# What is there on a fresh site, so that the objects themselves are held to their schemas.
REAL = {
    "account_get": "/account",
    "hardware_list": "/hardware",
    "collections_list": "/collections",
    "collections_get": "/collections/text-to-image",
    "models_list": "/models",
    "models_get": "/models/safelight/echo",
    "models_examples_list": "/models/safelight/echo/examples",
    "models_versions_list": "/models/safelight/canary/versions",
    "predictions_list": "/predictions",
    "deployments_list": "/deployments",
    "trainings_list": "/trainings",
    "files_list": "/files",
    "webhooks_default_secret": "/webhooks/default/secret",
    "search": "/search?query=echo",
}


@pytest.fixture(scope="session")
def described(api: Api) -> Any:
    return schemathesis.openapi.from_url(f"{api.url}/v1/openapi.json")


def test_every_operation_is_described() -> None:
    """All of Replicate's operations, and the streams; the one of the method QUERY stands beside, under x-query."""
    assert len(OPERATIONS) == 36 + 2
    assert "x-query" in PATHS["/models"]


@pytest.mark.parametrize("name", [name for name in OPERATIONS if not name.startswith("streams_")])
def test_operation_keeps_to_its_description(api: Api, described: Any, name: str) -> None:
    """Whatever a tool makes up from the document, right or wrong, is answered as the document says."""
    path, method = OPERATIONS[name]

    @MADE_UP
    @given(case=described[path][method].as_strategy())
    def ask(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {api.token}"}, checks=CHECKS, timeout=70)

    ask()


@pytest.mark.parametrize("name", REAL)
def test_answer_fits_its_schema(api: Api, client: replicate.Client, described: Any, name: str) -> None:
    """Real answers, with everything that hangs on them."""
    client.run("safelight/echo", input={"prompt": "a fox", "steps": 1, "step_ms": 1})
    path, method = OPERATIONS[name]
    headers = {"Authorization": f"Bearer {api.token}"}
    answer = requests.get(f"{api.url}/v1{REAL[name]}", headers=headers, timeout=30)
    assert answer.status_code == 200
    described[path][method].validate_response(answer)


def test_a_wrong_answer_is_noticed(api: Api, described: Any) -> None:
    """An account is no model: the check above would have said so."""
    headers = {"Authorization": f"Bearer {api.token}"}
    answer = requests.get(f"{api.url}/v1/account", headers=headers, timeout=30)
    with pytest.raises(Exception, match="owner"):
        described["/models/{owner}/{name}"]["GET"].validate_response(answer)
