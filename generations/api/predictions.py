"""Predictions: made by version, by model or by deployment, read, listed, canceled."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponseBase
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from generations import access, queries
from generations.api import times
from generations.api.auth import CREATE, PREDICT
from generations.api.creating import Asked, respond, version_asked
from generations.api.objects.prediction import (
    PredictionObject,
    Reader,
    prediction_now,
    prediction_objects,
)
from generations.api.paging import PageOf, page
from generations.api.waiting import when_ended
from generations.services import deployments, predictions

router = Router(tags=["predictions"])

CANCEL_S = 2.0  # a step may take so long; after it the answer says that it still runs


class AskedOfVersion(Asked):
    version: str = Field(description='64 hex digits, "owner/name:" and them, or "owner/name" for the newest.')


class Wanted(Schema):
    """Which of one's predictions."""

    model_config = ConfigDict(extra="ignore")

    created_after: str = ""
    created_before: str = ""
    source: Literal["", "web", "api"] = ""
    cursor: str = ""


@router.post("/predictions", auth=CREATE, response={201: PredictionObject}, exclude_unset=True)
def predictions_create(request: HttpRequest, asked: AskedOfVersion) -> HttpResponseBase | Status[Any]:
    """Run a version."""
    return respond(request, version_asked(request.user, asked.version), asked)


@router.post(
    "/models/{owner}/{name}/predictions", auth=CREATE, response={201: PredictionObject}, exclude_unset=True
)
def models_predictions_create(
    request: HttpRequest, owner: str, name: str, asked: Asked
) -> HttpResponseBase | Status[Any]:
    """Run the newest version of a model."""
    return respond(request, access.version_newest(request.user, owner, name), asked)


@router.post(
    "/deployments/{owner}/{name}/predictions",
    auth=CREATE,
    response={201: PredictionObject},
    exclude_unset=True,
)
def deployments_predictions_create(
    request: HttpRequest, owner: str, name: str, asked: Asked
) -> HttpResponseBase | Status[Any]:
    """Run what a deployment is set to, within its limits."""
    deployment = access.deployment_write(request.user, owner, name)
    return respond(request, deployments.version_to_run(deployment), asked, deployment=deployment)


@router.get("/predictions", response=PageOf[PredictionObject], exclude_unset=True)
def predictions_list(request: HttpRequest, wanted: Query[Wanted]) -> dict[str, Any]:
    """Your predictions, newest first."""
    after, before = wanted.created_after, wanted.created_before
    rows = queries.predictions_of(
        request.user,
        since=times.read(after, field="created_after") if after else None,
        before=times.read(before, field="created_before") if before else None,
        source=wanted.source,
    )
    return page(request, rows, show=lambda rows: prediction_objects(rows, Reader.of(request)))


@router.get("/predictions/{prediction_id}", response=PredictionObject, exclude_unset=True)
def predictions_get(request: HttpRequest, prediction_id: str) -> dict[str, Any]:
    """One prediction as it stands."""
    return prediction_now(access.prediction_read(request.user, prediction_id).pk, Reader.of(request))


@router.post(
    "/predictions/{prediction_id}/cancel", auth=PREDICT, response=PredictionObject, exclude_unset=True
)
def predictions_cancel(request: HttpRequest, prediction_id: str) -> HttpResponseBase | dict[str, Any]:
    """End it. One that has ended stays as it is."""
    row = access.prediction_write(request.user, prediction_id)
    predictions.cancel(row)
    reader = Reader.of(request)
    if row.is_terminal:
        return prediction_now(row.pk, reader)
    return when_ended(row.pk, lambda: prediction_now(row.pk, reader), status=200, within_s=CANCEL_S)
