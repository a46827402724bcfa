"""The same frames as server-sent events, for people whose network blocks sockets."""

import asyncio
from collections.abc import AsyncIterator

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, StreamingHttpResponse
from django.views.decorators.http import require_GET

from accounts.throttle import address_of
from generations.live import watching
from generations.live.consumers import crowd
from generations.live.hub import Watcher, hub
from generations.live.visits import visit_of
from generations.live.watching import Wish

PING_S = 15.0


@require_GET
async def stream(request: HttpRequest) -> HttpResponse:
    """`/live/stream/?person=1&have=<id>:<seq>,…`: events named "prediction", then "end" when no more is to come."""
    user = await request.auser()
    wish = watching.wish_of(request.META.get("QUERY_STRING", ""))
    opened = await hub().ledger.read(watching.open_watcher, user, wish, request.session) if wish else None
    if wish is None or opened is None:
        return HttpResponseNotFound("There is nothing to watch here.", content_type="text/plain")
    place = ("" if wish.share else str(user.pk), address_of(request))
    if not crowd.has_room(*place):
        sentence = "Too many pages are open. Close one and reload."
        return HttpResponse(sentence, status=429, content_type="text/plain", headers={"Retry-After": "60"})
    watcher, ids = opened
    watcher.visit = None if wish.share else visit_of(request.session)
    have = watching.have_of_query(request.GET.get("have", ""))
    watcher.sent |= await hub().ledger.read(watching.heard, user, watcher, have)
    response = StreamingHttpResponse(_events(watcher, ids, wish, place), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _events(
    watcher: Watcher, ids: list[str], wish: Wish, place: tuple[str, str]
) -> AsyncIterator[bytes]:
    if not crowd.enter(
        *place
    ):  # here and not in the view: a stream that nobody begins to read must not count
        return
    try:
        await hub().join(watcher)
        await hub().catch_up(watcher, {*ids, *watcher.sent})
        yield b": here\n\n"
        while not await _is_over(watcher, wish, ids):
            try:
                async with asyncio.timeout(PING_S):
                    frames = await watcher.take()
            except TimeoutError:
                yield b": ping\n\n"
                continue
            if watcher.is_dismissed:
                return  # without "end": the page comes back, and is asked again who it is
            for frame in frames:
                yield f"event: prediction\nid: {frame.seq}\ndata: {frame.text}\n\n".encode()
        yield b"event: end\ndata: {}\n\n"
    finally:
        crowd.leave(*place)
        await hub().leave(watcher)


async def _is_over(watcher: Watcher, wish: Wish, ids: list[str]) -> bool:
    """Has everything ended that this page is about? A page about a person has no end."""
    if wish.person:
        return False
    return await hub().ledger.read(watching.is_over, watcher, ids)
