"""`/healthz` (this process is alive) and `/readyz` (it can do its work), for proxies and watchers."""

import asyncio
import secrets
from typing import Any

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from generations.models import Engine

WITHIN_S = 2.0


@never_cache
@require_safe
async def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
async def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database and the channel layer answer, else 503. Engines are reported and never a reason."""
    engines, has_layer = await asyncio.gather(_engines(), _layer_answers())
    parts = {"database": engines is not None, "channel_layer": has_layer}
    status = 200 if all(parts.values()) else 503
    return JsonResponse({"ready": status == 200, **parts, "engines": engines or {}}, status=status)


async def _engines() -> dict[str, str] | None:
    """Name → status; None when the database does not answer in time."""
    try:
        async with asyncio.timeout(WITHIN_S):
            return await database_sync_to_async(_read_engines)()
    except (DatabaseError, TimeoutError):
        return None


def _read_engines() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return dict(Engine.objects.filter(is_enabled=True).values_list("name", "status"))


async def _layer_answers() -> bool:
    layer: Any = get_channel_layer()
    try:
        async with asyncio.timeout(WITHIN_S):
            channel = await layer.new_channel("ready")
            word = secrets.token_hex(8)
            await layer.send(channel, {"type": "ready", "word": word})
            return bool((await layer.receive(channel))["word"] == word)
    except Exception:  # noqa: BLE001 - each layer has errors of its own, and each of them means "no"
        return False
