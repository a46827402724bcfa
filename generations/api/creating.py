"""What all three ways to make a prediction share: what is asked, how it is made, when it is answered."""

import hashlib
import json
from typing import Any, Literal

from django.http import HttpRequest, HttpResponseBase
from ninja import Schema, Status
from pydantic import ConfigDict, Field

from accounts.models import User
from generations import access, outgoing
from generations.api import preferences
from generations.api.addresses import origin_of, pages_of
from generations.api.objects.prediction import Reader, prediction_now
from generations.api.problems import Problem, invalid, of_fields
from generations.api.waiting import as_created, when_ended
from generations.errors import AddressRefused, InvalidInput, NotFound
from generations.models import Deployment, Prediction, Version, WebhookEvent
from generations.services import inputs, predictions
from generations.services.deliveries import Hook
from generations.services.predictions import Call

LEAKED = {"auth", "baseUrl", "userAgent"}  # a client that one library has put in place of the input
LEAK = (
    "What came as the input is your client itself, token and all: a fault of the JavaScript library where "
    'fileEncodingStrategy is "data-uri". Nothing was kept. Leave that option out, and revoke the token to be safe.'
)
NO_VERSION = "The specified version does not exist (or perhaps you don't have permission to use it?)"


class Asked(Schema):
    """What a client sends to run a model."""

    model_config = ConfigDict(extra="forbid")

    input: dict[str, Any]
    webhook: str | None = None
    webhook_events_filter: list[Literal["start", "output", "logs", "completed"]] | None = None
    webhook_completed: str | None = Field(default=None, description="The old name of a webhook for the end.")
    stream: bool | None = Field(default=None, description="Ignored: whatever can stream does.")
    # One client has misspelt the filter for years; what it says there never had any effect.
    webhook_event_filter: Any | None = Field(default=None, json_schema_extra={"deprecated": True})


def version_asked(user: User, text: str) -> Version:
    """By its id, with or without its model before it, or the newest of a model. Raises Problem."""
    ref, _, id = text.rpartition(":")
    try:
        if "/" in id:
            owner, _, name = id.partition("/")
            return access.version_newest(user, owner, name)
        if not ref:
            return access.version_read(user, id)
        owner, _, name = ref.partition("/")
        return access.version_of_model(user, access.model_read(user, owner, name), id)
    except NotFound:
        raise Problem(422, NO_VERSION, title="Invalid version or not permitted") from None


def respond(
    request: HttpRequest, version: Version, asked: Asked, *, deployment: Deployment | None = None
) -> HttpResponseBase | Status[dict[str, Any]]:
    """Make it, and answer at once or, where the client prefers to wait, at its end. Raises Problem and ours."""
    reader = Reader.of(request)
    row = _make(request, version, asked, deployment=deployment)

    def show() -> dict[str, Any]:
        return as_created(prediction_now(row.pk, reader))

    wait_s = preferences.wait_s(request)
    if wait_s and not row.is_terminal:
        return when_ended(row.pk, show, status=201, within_s=wait_s)
    return Status(201, show())


def _make(
    request: HttpRequest, version: Version, asked: Asked, *, deployment: Deployment | None
) -> Prediction:
    if asked.input.keys() >= LEAKED:
        raise invalid([("input", LEAK)], kind="client_in_place_of_input")
    key = preferences.idempotency_key(request)
    call = Call(
        token=request.auth,
        deadline_at=preferences.deadline_at(request),
        digest=_digest(version, asked, deployment) if key else "",
    )
    unique = hashlib.sha256(f"api:{key}".encode()).hexdigest() if key else None
    hook = _hook(request, asked)
    try:
        known = predictions.made_before(request.user, unique, call)
        if known is not None:
            return known
        origins = [hook.origin, pages_of(hook.origin)]
        resolved = inputs.resolve(request.user, version.schema, asked.input, origins=origins)
        return predictions.create(
            request.user,
            version,
            resolved.values,
            call=call,
            idempotency_key=unique,
            deployment=deployment,
            hook=hook,
            given=resolved.given,
        )
    except InvalidInput as error:
        raise of_fields(error.fields, place=_place) from None


def _hook(request: HttpRequest, asked: Asked) -> Hook:
    """Whom to tell, and of what. Raises Problem for an address that may not be called."""
    url = asked.webhook or asked.webhook_completed or ""
    named = asked.webhook_events_filter or ([] if asked.webhook else ["completed"])
    if url:
        try:
            outgoing.check(url)
        except AddressRefused as error:
            raise invalid([("webhook" if asked.webhook else "webhook_completed", error.sentence)]) from None
    return Hook(url, tuple(WebhookEvent(name) for name in named) if url else (), origin_of(request))


def _digest(version: Version, asked: Asked, deployment: Deployment | None) -> str:
    """What tells this request from another with the same key."""
    said = [version.pk, deployment.pk if deployment else None, asked.model_dump(mode="json")]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _place(field: str) -> str:
    if field == "Idempotency-Key":
        return field
    return f"input.{field}" if field else "input"
