"""A prediction as the API shows it, written for the strictest client: five statuses, and no null inside `urls`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.http import HttpRequest
from django.urls import reverse
from ninja import Schema

from generations import access, queries
from generations.api.addresses import origin_of, pages_of
from generations.api.objects.account import username_of
from generations.api.objects.input import input_object, referred
from generations.api.objects.output import output_object, wants_data
from generations.api.times import moment, moment_or_none
from generations.errors import NotFound
from generations.models import Prediction
from generations.signing import stream_path


class PredictionUrls(Schema):
    get: str
    cancel: str
    web: str
    stream: str = ""


class PredictionObject(Schema):
    id: str
    model: str
    version: str
    deployment: str = ""
    input: dict[str, Any]
    output: Any | None
    logs: str
    error: str | None
    status: Literal["starting", "processing", "succeeded", "failed", "canceled"]
    source: Literal["api", "web"]
    data_removed: bool
    created_at: str
    started_at: str | None
    completed_at: str | None
    deadline: str = ""
    webhook: str = ""
    webhook_events_filter: list[str] = []
    metrics: dict[str, Any]
    urls: PredictionUrls


@dataclass(frozen=True, slots=True)
class Reader:
    """To whom something is shown: by which addresses this client reaches the API and the pages.

    `inlines`: it can read the files of one prediction only when they are in the answer.
    """

    origin: str
    pages: str
    inlines: bool = False

    @classmethod
    def of(cls, request: HttpRequest) -> "Reader":
        origin = origin_of(request)
        return cls(origin=origin, pages=pages_of(origin), inlines=wants_data(request))


def prediction_objects(rows: Sequence[Prediction], reader: Reader) -> list[dict[str, Any]]:
    """A list of them, with addresses: with files in it it would be long. `rows` as queries.with_outputs reads them."""
    return _objects(rows, replace(reader, inlines=False))


def prediction_object(row: Prediction, reader: Reader) -> dict[str, Any]:
    return _objects([row], reader)[0]


def prediction_now(id: str, reader: Reader) -> dict[str, Any]:
    """As it stands in its row. Raises NotFound when that is gone."""
    found = queries.prediction_shown(id)
    if found is None:
        raise NotFound("There is no such prediction.")
    return prediction_object(found, reader)


def told_object(row: Prediction, *, origin: str) -> dict[str, Any]:
    """As a webhook carries it, which nobody has asked for: by the addresses of the request that made it."""
    return prediction_now(row.pk, Reader(origin=origin, pages=pages_of(origin)))


def _objects(rows: Sequence[Prediction], reader: Reader) -> list[dict[str, Any]]:
    logs, pieces, named = queries.logs_of(rows), queries.pieces_of(rows), referred(rows)
    return [
        {
            **_object(row, reader, logs=logs.get(row.pk, ""), pieces=pieces.get(row.pk, ())),
            "input": input_object(row, named, origin=reader.origin),
        }
        for row in rows
    ]


def _object(row: Prediction, reader: Reader, *, logs: str, pieces: Sequence[str]) -> dict[str, Any]:
    outputs = row.shown_outputs
    found = {
        "id": row.pk,
        "model": row.version.model.ref,
        "version": row.version_id,
        "output": output_object(row, outputs, origin=reader.origin, pieces=pieces, inlines=reader.inlines),
        "logs": logs,
        "error": row.error or None,
        "status": row.shown_status,
        "source": "api" if row.source == "api" else "web",
        "data_removed": row.data_removed_at is not None,
        "created_at": moment(row.created_at),
        "started_at": moment_or_none(row.started_at),
        "completed_at": moment_or_none(row.completed_at),
        "metrics": _metrics(row, images=len(outputs)),
        "urls": _urls(row, reader),
    }
    if row.deployment is not None:
        found["deployment"] = f"{username_of(row.deployment.user)}/{row.deployment.name}"
    if row.deadline_at is not None:
        found["deadline"] = moment(row.deadline_at)
    if row.webhook:
        found["webhook"] = row.webhook
        found["webhook_events_filter"] = row.webhook_events
    return found


def _urls(row: Prediction, reader: Reader) -> dict[str, str]:
    at = f"{reader.origin}/v1/predictions/{row.pk}"
    found = {"get": at, "cancel": f"{at}/cancel", "web": reader.pages + reverse("prediction", args=[row.pk])}
    return found | ({"stream": reader.origin + stream_path(row)} if access.is_streamed(row) else {})


def _metrics(row: Prediction, *, images: int) -> dict[str, Any]:
    """What the model measured, and the times that every client knows: of the run, and with the queue before it."""
    found = dict(row.metrics)
    if row.completed_at is not None:
        found["total_time"] = (row.completed_at - row.created_at).total_seconds()
        if row.started_at is not None:
            found.setdefault("predict_time", (row.completed_at - row.started_at).total_seconds())
    return {**found, "image_count": images} if images else found
