"""A training as the API shows it."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Schema

from generations.api.addresses import origin_of, pages_of
from generations.api.times import moment, moment_or_none
from generations.models import Status, Training


class TrainingUrls(Schema):
    get: str
    cancel: str
    web: str


class TrainingObject(Schema):
    id: str
    model: str
    version: str
    destination: str
    source: Literal["api", "web"]
    status: Literal["starting", "processing", "succeeded", "failed", "canceled"]
    input: dict[str, Any]
    output: Any
    error: str | None
    logs: str
    metrics: dict[str, Any]
    created_at: str
    started_at: str | None
    completed_at: str | None
    urls: TrainingUrls


def training_object(request: HttpRequest, row: Training) -> dict[str, Any]:
    address = f"{origin_of(request)}/v1/trainings/{row.pk}"
    return {
        "id": row.pk,
        "model": row.version.model.ref,
        "version": row.version_id,
        "destination": row.destination.ref,
        "source": "api",
        "status": Status.CANCELED if row.status == Status.ABORTED else row.status,
        "input": row.input,
        "output": row.output_json,
        "error": row.error or None,
        "logs": row.logs,
        "metrics": {},
        "created_at": moment(row.created_at),
        "started_at": moment_or_none(row.started_at),
        "completed_at": moment_or_none(row.completed_at),
        "urls": {
            "get": address,
            "cancel": f"{address}/cancel",
            "web": f"{pages_of(origin_of(request))}/models/{row.destination.ref}/",
        },
    }
