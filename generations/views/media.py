"""The files of outputs, by signed link: no cookie is asked, so a page on another host may show them. Of what is held
alone it is asked who wants it.

Where SAFELIGHT_MEDIA_ORIGIN names a second host, that host serves these files and nothing else, and the first host
sends whoever asks it for a file on to the second: bytes that a model made never share an origin with the site.
"""

from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotFound, HttpResponseRedirect
from django.utils.cache import get_conditional_response
from django.utils.decorators import sync_and_async_middleware
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from accounts import tokens
from accounts.models import Scope
from generations import access, ranges
from generations.errors import NotFound
from generations.models import Output, Upload
from generations.signing import api_name

UPLOADED = {"picture.webp", "thumb.webp"}
TYPES = {"png": "image/png", "webp": "image/webp", "avif": "image/avif"}


@require_safe
async def media(request: HttpRequest, output_id: str, signature: str, name: str) -> HttpResponseBase:
    if _belongs_elsewhere(request):
        return HttpResponseRedirect(settings.MEDIA_ORIGIN.rstrip("/") + request.path)
    output = await sync_to_async(access.output_by_link)(_asker(request), output_id, signature)
    return await _file(request, output, name)


@require_safe
async def shown(
    request: HttpRequest, share_id: str, until: int, signature: str, picture_id: str, name: str
) -> HttpResponseBase:
    """A file as a share shows it: gone with the share."""
    if _belongs_elsewhere(request):
        return HttpResponseRedirect(settings.MEDIA_ORIGIN.rstrip("/") + request.path)
    found = await sync_to_async(access.picture_shown)(share_id, picture_id, signature, until=until)
    return await _file(request, found, name)


@require_safe
async def output_of_program(
    request: HttpRequest, output_id: str, signature: str, name: str
) -> HttpResponseBase:
    """An output under the address that the API gives: answered at once, and open to pages of other sites.

    The link itself is the right. The token that a program sends along means something only for what is held.
    """
    output = await sync_to_async(access.output_by_api_link)(_asker(request), output_id, signature)
    if name != api_name(output):
        raise NotFound("There is no such picture.")
    response = await _file(request, output, "master.png")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
async def upload(request: HttpRequest, upload_id: str, signature: str, name: str) -> HttpResponseBase:
    """A file of an upload: the link is given to its owner alone."""
    if _belongs_elsewhere(request):
        return HttpResponseRedirect(settings.MEDIA_ORIGIN.rstrip("/") + request.path)
    found = await sync_to_async(access.upload_by_link)(_asker(request), upload_id, signature)
    return await _file(request, found, name)


def _asker(request: HttpRequest) -> Any:
    """Who is signed in, or whose token was sent along; looked up when it is asked, which is seldom."""

    def look() -> access.Asker:
        text = tokens.sent(request.headers.get("Authorization", ""))
        token = tokens.find(text) if text else None
        return token.user if token is not None and token.may(Scope.READ) else request.user

    return SimpleLazyObject(look)


async def _file(request: HttpRequest, owner: Output | Upload, name: str) -> HttpResponseBase:
    if name not in (names_of(owner) if isinstance(owner, Output) else UPLOADED):
        raise NotFound("There is no such picture.")
    etag = f'"{owner.sha256[:32]}-{owner.epoch}-{name}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = await ranges.respond(request, f"{owner.key}/{name}", type=_type(name), etag=etag)
    return _guarded(response, owner, name=name, etag=etag)


def names_of(output: Output) -> set[str]:
    """The files that this output has; whatever else lies in its folder is not for the web."""
    found = {f"{made['width']}.{made['format']}" for made in output.renditions}
    return found | {"master.png"} | ({"timelapse.webp"} if output.has_timelapse else set())


def _type(name: str) -> str:
    return TYPES[name.rpartition(".")[2]]


def _guarded(response: HttpResponseBase, owner: Output | Upload, *, name: str, etag: str) -> HttpResponseBase:
    """Whatever the bytes are, a browser shows them as a picture or not at all."""
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Content-Disposition"] = f'inline; filename="{owner.id}-{name}"'
    response["Cross-Origin-Resource-Policy"] = "cross-origin" if settings.MEDIA_ORIGIN else "same-origin"
    return response


@sync_and_async_middleware
def media_host_alone(get_response: Any) -> Any:
    """Middleware: on the host of the files there is nothing but files."""
    if iscoroutinefunction(get_response):

        async def middleware(request: HttpRequest) -> HttpResponseBase:
            return _refused(request) or await get_response(request)

    else:

        def middleware(request: HttpRequest) -> HttpResponseBase:
            return _refused(request) or get_response(request)

    return middleware


def _refused(request: HttpRequest) -> HttpResponseBase | None:
    if not settings.MEDIA_ORIGIN or request.path.startswith("/media/"):
        return None
    alone = request.get_host().lower() == _media_host()
    return HttpResponseNotFound("Nothing here.", content_type="text/plain; charset=utf-8") if alone else None


def _belongs_elsewhere(request: HttpRequest) -> bool:
    return bool(settings.MEDIA_ORIGIN) and request.get_host().lower() != _media_host()


def _media_host() -> str:
    return urlsplit(settings.MEDIA_ORIGIN).netloc.lower()
