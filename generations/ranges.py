"""A stored file as an HTTP answer: whole, one range of it, or its headers; never read on the event loop.

Ranges follow RFC 9110 §14: one range is served, several at once and nonsense get the whole file, as the RFC allows.
"""

import asyncio
import re
from collections.abc import AsyncIterator

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from generations.errors import NotFound

PIECE = 256 * 1024  # up to this a file is one answer; above it is sent piece by piece
ONE_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})", re.ASCII)


async def respond(request: HttpRequest, path: str, *, type: str, etag: str) -> HttpResponseBase:
    """The file at `path` in the storage. Raises NotFound when it is not there."""
    try:
        size = await asyncio.to_thread(default_storage.size, path)
    except FileNotFoundError:
        raise NotFound("That file is gone.") from None
    wanted = _range(request, size=size, etag=etag)
    if wanted is not None and wanted[0] >= wanted[1]:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}, content_type=type)
    start, stop = wanted or (0, size)
    response = await _body(request, path, start, stop, type)
    response["Content-Length"] = str(stop - start)
    if wanted is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return response


def _range(request: HttpRequest, *, size: int, etag: str) -> tuple[int, int] | None:
    """(start, stop) of the one range asked for; None for the whole; start >= stop when nothing of it is there."""
    found = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if not found or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = found.groups()
    if not first:
        return (max(0, size - int(last)), size if int(last) else 0) if last else None
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size


async def _body(request: HttpRequest, path: str, start: int, stop: int, type: str) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse(content_type=type)
    if stop - start <= PIECE:
        return HttpResponse(await asyncio.to_thread(_read, path, start, stop), content_type=type)
    return StreamingHttpResponse(_pieces(path, start, stop), content_type=type)


def _read(path: str, start: int, stop: int) -> bytes:
    with default_storage.open(path) as file:
        file.seek(start)
        return file.read(stop - start)


async def _pieces(path: str, start: int, stop: int) -> AsyncIterator[bytes]:
    # Opened by the first piece, so that an answer nobody reads holds no file open.
    file = await asyncio.to_thread(default_storage.open, path)
    try:
        await asyncio.to_thread(file.seek, start)
        while start < stop:
            piece = await asyncio.to_thread(file.read, min(PIECE, stop - start))
            if not piece:
                return
            start += len(piece)
            yield piece
    finally:
        await asyncio.to_thread(file.close)
