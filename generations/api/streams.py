"""The events of one prediction as server-sent events: what it yields and prints, as it comes, and again for who asks.

The address is a capability, because clients send no token with it. An event's id is its place, so whoever comes back
with `Last-Event-ID` is told what follows, and nothing twice. Only four names: clients break on any other.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from ninja import Router

from generations import access, listening, queries
from generations.api.addresses import origin_of
from generations.api.objects.output import file_of, wants_data
from generations.api.problems import Problem
from generations.api.waiting import hang_up
from generations.models import ChunkKind, Prediction, Status
from generations.queries import START, Said

router = Router(tags=["predictions"])

COMMENT_S = 10.0
GONE = b": it is gone\n\n"
END = 10**6  # the places of the last two events, at the seq of the end: behind all that may be said there
PLACE = re.compile(r"(\d{1,10}):(\d{1,7})")
NAMES = {ChunkKind.OUTPUT: "output", ChunkKind.LOG: "logs"}
LINE_ENDS = re.compile(r"\r\n|\r|\n")

EVENTS = {
    "security": [],
    "parameters": [
        {
            "name": "Last-Event-ID",
            "in": "header",
            "required": False,
            "schema": {"type": "string"},
            "description": "The id of the last event that you have heard: what follows it is sent.",
        }
    ],
    "responses": {
        200: {
            "description": "Events named output, logs, error and done, each with an id; done is the last.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        204: {"description": "You have heard all of it."},
    },
}

Place = tuple[int, int]
Show = Callable[[Said], str]

_open: Counter[int] = Counter()  # streams of each person in this process


@router.get("/streams/{token}", auth=None, response={200: None}, openapi_extra=EVENTS)
def streams_text(request: HttpRequest, token: str) -> HttpResponseBase:
    """What a model yields as text, as it comes: `output`, `logs`, `error` and `done` events."""
    return _stream(request, token)


@router.get("/files/streams/{token}", auth=None, response={200: None}, openapi_extra=EVENTS)
def streams_files(request: HttpRequest, token: str) -> HttpResponseBase:
    """The same of a model that makes files: each `output` is the address of one."""
    return _stream(request, token)


def _stream(request: HttpRequest, token: str) -> HttpResponseBase:
    row = access.prediction_by_stream(token)
    after = _place(request.headers.get("Last-Event-ID", ""))
    if row.is_terminal and after >= (row.seq, END + 1):
        return HttpResponse(status=204)  # a browser that has heard the end and comes back anyway: no more
    if _open[row.user_id] >= settings.LIMITS["streams"] or not listening.has_room():
        sentence = "Too many streams are open. Close one, or wait a moment."
        raise Problem(429, sentence, headers={"Retry-After": "10"})
    origin, inlines = origin_of(request), wants_data(request)

    def show(said: Said) -> str:
        if said.output is None:
            return said.text
        is_open = (
            not said.output.is_owners_alone
        )  # of what is held the address alone, which asks for its owner's token
        return file_of(said.output, origin=origin, inlines=inlines and is_open)

    hang_up()
    events = _events(_Reading(row.pk, after, show), row.user_id)
    response = StreamingHttpResponse(events, content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


@dataclass
class _Reading:
    """How far one reader has come. `show`: what was said as the data of its event; it may read files."""

    id: str
    after: Place
    show: Show
    is_over: bool = False

    def more(self) -> list[bytes]:
        """The events that are new. The row is read before what it has said: once it has ended, all is there."""
        row = Prediction.objects.filter(pk=self.id).first()
        if row is None:
            self.is_over = True
            return [GONE]
        said = queries.said_since(row, self.after)
        events = [_event(each.place, NAMES[ChunkKind(each.kind)], self.show(each)) for each in said]
        if said:
            self.after = said[-1].place
        if row.is_terminal:
            events += _end(row, self.after)
            self.after, self.is_over = (row.seq, END + 1), True
        return events


async def _events(reading: "_Reading", user_id: int) -> AsyncIterator[bytes]:
    clock = asyncio.get_running_loop().time
    _open[user_id] += 1
    try:
        yield b": here\n\n"
        spoken_at = clock()
        async with aclosing(listening.follow(reading.id, reading.more)) as looks:
            async for events in looks:
                if events:
                    yield b"".join(events)
                elif clock() - spoken_at >= COMMENT_S - 1:
                    yield b": still here\n\n"
                else:
                    continue
                spoken_at = clock()
                if reading.is_over:
                    return
    finally:
        _open[user_id] -= 1
        if not _open[user_id]:
            del _open[user_id]


def _end(row: Prediction, after: Place) -> list[bytes]:
    why: dict[str, str] = {}
    found = []
    if row.status == Status.FAILED:
        why = {"reason": "error"}
        if after < (row.seq, END):
            found.append(_event((row.seq, END), "error", json.dumps({"detail": row.error})))
    elif row.shown_status == Status.CANCELED:
        why = {"reason": "canceled"}
    return [*found, _event((row.seq, END + 1), "done", json.dumps(why))]


def _event(place: Place, name: str, data: str) -> bytes:
    """However many lines the data has, and however they end, none of them is taken for a field."""
    lines = "".join(f"data: {line}\n" for line in LINE_ENDS.split(data))
    return f"id: {place[0]}:{place[1]}\nevent: {name}\n{lines}\n".encode()


def _place(text: str) -> Place:
    found = PLACE.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else START
