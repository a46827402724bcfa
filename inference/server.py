"""The engine's HTTP side: Cog's API in its streaming form, and our additions. __main__ builds and serves it.

PUT /predictions/{id} · GET /predictions/{id} · POST /predictions/{id}/cancel · GET /outputs/{id}/{index}.png ·
GET /health-check · GET /openapi.json. Every handler is a few lines over three things: the worker (models and
batcher), the records (what is known of each prediction) and the inputs (is this what the schema asks for).
"""

from __future__ import annotations

import asyncio
import hmac
import platform
import re
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from inference import device, inputs, protocol
from inference.batcher import Prediction
from inference.errors import (
    AtCapacity,
    InferenceError,
    InvalidInput,
    NotReady,
    TooLarge,
    Unauthorised,
    UnknownPrediction,
    UnknownVersion,
)
from inference.protocol import HEADER_CLAIM, HEADER_SOLO, HEADER_VERSION, KEEP_ALIVE_S, SEED_MAX
from inference.records import Record, Records, read
from inference.runners.base import Runner
from inference.worker import Worker, by_ref_or_version

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
BODY_MAX_BYTES = 16 * 2**20
BODY_WITHIN_S = 30.0
PREFETCH = 2  # accepted beyond the slots, so that a slot never waits for the site to send the next
EVENT_STREAM = "text/event-stream"


@dataclass(slots=True, eq=False, kw_only=True)
class Engine:
    """What the handlers share. `draining`: finish what runs, take nothing new. `token` None: no authorisation."""

    worker: Worker
    records: Records
    token: str | None = None
    keep_alive_s: float = KEEP_ALIVE_S
    boot: str = field(default_factory=lambda: str(uuid.uuid4()))
    draining: bool = False

    @property
    def at_capacity(self) -> bool:
        return self.records.unfinished() >= self.worker.batcher.max_slots + PREFETCH

    def alive(self) -> bool:
        """Has the batcher's loop moved since the last comment that could have been sent, or nothing to do?"""
        return self.worker.alive(within_s=0.9 * self.keep_alive_s)


def build(engine: Engine) -> ASGIApp:
    """The ASGI application of one engine."""
    app = Starlette(
        routes=[
            Route("/predictions/{id}", put, methods=["PUT"]),
            Route("/predictions/{id}", get, methods=["GET"]),
            Route("/predictions/{id}/cancel", cancel, methods=["POST"]),
            Route("/outputs/{id}/{index:int}.png", output, methods=["GET"]),
            Route("/health-check", health, methods=["GET"]),
            Route("/openapi.json", openapi, methods=["GET"]),
        ],
        exception_handlers={InferenceError: _refuse},
    )
    app.state.engine = engine
    return _Guard(app, engine)


# ── handlers ──


async def put(request: Request) -> Response:
    """Run a prediction, or join it when it is known already. The stream, or the final object for other clients."""
    engine = _engine(request)
    body = await _body(
        request
    )  # the only wait: from here to `add`, no other call for this id can come between
    record = engine.records.get(_id(request))
    if record is None or _may_run_again(record, claim=_whole_number(request, HEADER_CLAIM)):
        record = _start(request, engine, body=body, before=record)
        after = 0
    else:
        record.claim = max(record.claim, _whole_number(request, HEADER_CLAIM))
        after = _whole_number(request, "Last-Event-ID")
    if after > record.last_id:
        after = 0  # an id of another boot says nothing about this run
    events = read(record, after=after, keep_alive_s=engine.keep_alive_s, alive=engine.alive)
    if EVENT_STREAM in request.headers.get("accept", ""):
        return StreamingResponse(events, media_type=EVENT_STREAM, headers={"Cache-Control": "no-store"})
    async for _ in events:
        pass
    return JSONResponse(record.as_object())


async def get(request: Request) -> Response:
    """The prediction as it stands; for ten minutes after its end."""
    return JSONResponse(_known(request).as_object())


async def cancel(request: Request) -> Response:
    """Ask for the end; it comes between two steps, as a `completed` event. Again, or too late: no effect."""
    record = _known(request)
    if record.ended is None:
        _engine(request).worker.cancel(record.prediction)
    return JSONResponse({})


async def output(request: Request) -> Response:
    """The PNG file of one output, from the `output` event on until ten minutes after the end."""
    picture = _known(request).pictures.get(request.path_params["index"])
    if picture is None:
        raise UnknownPrediction("There is no such picture here.")
    return Response(picture, media_type="image/png", headers={"X-Content-Type-Options": "nosniff"})


async def health(request: Request) -> Response:
    """How the engine is, what it can draw and how fast. Without a token, only the word."""
    engine = _engine(request)
    status = _status(engine)
    if engine.token and not request.headers.get("authorization"):
        return JSONResponse({"status": status})
    return JSONResponse({"status": status, **_health(engine)})


async def openapi(request: Request) -> Response:
    """Cog's document of the version's input and output; `X-Version` chooses it."""
    engine = _engine(request)
    return JSONResponse(_openapi(_runner(request, engine)))


# ── starting one ──


def _start(request: Request, engine: Engine, *, body: bytes, before: Record | None) -> Record:
    """Check everything that can be refused, then hand it to the batcher."""
    runner = _runner(request, engine)
    input = inputs.settle(runner.card.schema, inputs.parse(body))
    if engine.at_capacity:
        raise AtCapacity("This engine has as much to do as it takes. Send it again in a moment.")
    seed = input.get("seed")
    prediction = Prediction(
        id=_id(request),
        runner=runner,
        input=input,
        seed=secrets.randbelow(SEED_MAX + 1) if seed is None else seed,
        count=input.get("num_outputs", 1),
        solo=request.headers.get(HEADER_SOLO) == "1",
        tell=engine.worker.tell_of(_id(request)),
    )
    claim = _whole_number(request, HEADER_CLAIM)
    record = Record(prediction=prediction, claim=claim, last_id=before.last_id if before else 0)
    engine.records.add(record)
    engine.worker.submit(prediction)
    return record


def _may_run_again(record: Record, *, claim: int) -> bool:
    """Only what failed or was cancelled, and only under a newer claim: everything else is a repeated call."""
    return record.status in {"failed", "canceled"} and claim > record.claim


def _runner(request: Request, engine: Engine) -> Runner:
    if engine.draining:
        raise NotReady("This engine is about to stop and takes nothing new.")
    if engine.worker.state == "SETUP_FAILED":
        raise NotReady("The model could not be loaded. The engine's log says why.")
    if engine.worker.state != "READY":
        raise NotReady("The model is still being loaded.")
    runner = by_ref_or_version(engine.worker.runners, request.headers.get(HEADER_VERSION))
    if runner is None:
        raise UnknownVersion("This engine has not loaded that version.")
    return runner


def _id(request: Request) -> str:
    """The id, which stands in addresses and in logs, so it is held to what is harmless there."""
    id: str = request.path_params["id"]
    if not ID.fullmatch(id):
        raise InvalidInput("An id has 1 to 64 letters, digits, hyphens and underscores.", "id")
    return id


async def _body(request: Request) -> bytes:
    """The whole body. Raises TooLarge as soon as it is, InvalidInput when it does not come to an end in time."""
    if _whole_number(request, "Content-Length") > BODY_MAX_BYTES:
        raise TooLarge("The body is over 16 MB.")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_MAX_BYTES:
                    raise TooLarge("The body is over 16 MB.")
    except (TimeoutError, ClientDisconnect) as error:
        raise InvalidInput("The body did not arrive in time.") from error
    return bytes(body)


def _whole_number(request: Request, header: str) -> int:
    """A header's number; 0 when it is missing or no number: each such header has a harmless 0."""
    value = request.headers.get(header, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else 0


# ── shapes ──


def _status(engine: Engine) -> str:
    if engine.worker.state != "READY":
        return engine.worker.state
    return "BUSY" if engine.draining or engine.at_capacity else "READY"


def _health(engine: Engine) -> dict[str, Any]:
    batcher = engine.worker.batcher
    used = len(batcher.slots) + len(batcher.done)
    return {
        "setup": engine.worker.setup,
        "version": {"python": platform.python_version()},
        "boot": engine.boot,
        "draining": engine.draining,
        "slots": {"max": batcher.max_slots, "used": used, "waiting": len(batcher.waiting)},
        "models": [_model(runner) for runner in engine.worker.runners.values()],
        "step_ms": {bucket: dict(found) for bucket, found in list(batcher.step_ms.items())},
        "device": {"cores": device.cores(), "resident_mb": device.resident_mb()},
    }


def _model(runner: Runner) -> dict[str, Any]:
    card = runner.card
    names = (
        "ref",
        "version",
        "name",
        "description",
        "hint",
        "schema",
        "output",
        "buckets",
        "defaults",
        "examples",
        "readme",
    )
    return {name: getattr(card, name) for name in names}


def _openapi(runner: Runner) -> dict[str, Any]:
    outputs: dict[str, Any] = {
        "type": "array",
        "title": "Output",
        "items": {"type": "string", "format": "uri"},
    }
    if runner.card.makes_text:
        outputs |= {"items": {"type": "string"}, **protocol.CONCATENATED}
    reply = {"description": "The prediction, as a stream of events when asked for one."}
    return {
        "openapi": "3.1.0",
        "info": {"title": runner.card.name, "version": runner.card.version},
        "x-cog-streaming": True,
        "paths": {"/predictions/{prediction_id}": {"put": {"responses": {"200": reply}}}},
        "components": {"schemas": {"Input": runner.card.schema, "Output": outputs}},
    }


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


def _known(request: Request) -> Record:
    record = _engine(request).records.get(request.path_params["id"])
    if record is None:
        raise UnknownPrediction("This engine knows no such prediction.")
    return record


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, InferenceError)  # noqa: S101  Starlette's type is wider than what it was given
    return _refusal(error)


def _refusal(error: InferenceError) -> Response:
    """One shape for all: `sentence` for people, `detail` as FastAPI and Cog write it, `field` when there is one."""
    detail: Any = error.sentence
    extra: dict[str, str] = {}
    if isinstance(error, InvalidInput):
        location = ["body", "input", *([error.field] if error.field not in {"", "input"} else [])]
        detail = [{"loc": location, "msg": error.sentence, "type": "value_error"}]
        extra = {"field": error.field}
    headers = {"Retry-After": "1"} if isinstance(error, NotReady | AtCapacity) else {}
    body = {"detail": detail, "sentence": error.sentence, **extra}
    return JSONResponse(body, status_code=error.http, headers=headers)


class _Guard:
    """Asks for the bearer token before anything else is read. The bare health word needs none: probes have none."""

    def __init__(self, app: ASGIApp, engine: Engine) -> None:
        self._app = app
        self._engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._allowed(scope):
            refusal = _refusal(Unauthorised("The bearer token is missing or wrong."))
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _allowed(self, scope: Scope) -> bool:
        if self._engine.token is None:
            return True
        given = dict(scope["headers"]).get(b"authorization", b"")
        if scope["path"] == "/health-check" and not given:
            return True
        return hmac.compare_digest(given, b"Bearer " + self._engine.token.encode())
