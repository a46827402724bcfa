"""The page of a share, for whoever holds the link: the picture, its door, its files to take away, likes."""

import asyncio

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import TooMany
from accounts.throttle import network_of, wait_s
from generations import access, imaging, queries
from generations.errors import InvalidInput, NotFound
from generations.exhibits import Exhibit, exhibit_of, picture_of
from generations.models import Output, Share
from generations.services import cards, doors, files, posters, shares, visits
from generations.views import attachments
from generations.views.account import members_only
from generations.views.share_meta import json_ld, meta_of
from generations.views.viewing import sees

FORMATS = {"png": "image/png", "webp": "image/webp", "avif": "image/avif"}
DOWNLOADS, MINUTE_S = 30, 60
# A frame on other people's pages: it shows a picture, and can do nothing else.
FRAME_POLICY = (
    "default-src 'none'; img-src 'self' data: {media}; style-src 'self'; font-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors *; sandbox allow-popups allow-popups-to-escape-sandbox allow-same-origin"
)


@require_safe
def share(request: HttpRequest, token: str) -> HttpResponse:
    found = access.share_by_link(request.user, token)
    if not doors.is_open(request.user, request.session, found):
        return _door(request, found)
    _count(request, found)
    exhibit = _wanted(request, found)
    context = {
        "exhibit": exhibit,
        "share": found,
        "is_mine": request.user.is_authenticated and request.user.pk == found.user_id,
        "is_liked": request.user.is_authenticated and found.pk in queries.liked_of(request.user, [found]),
        "may_like": request.user.is_authenticated and not request.user.is_guest,
        "sees": sees(request),
        "meta": meta_of(request, found, exhibit),
        "json_ld": json_ld(request, exhibit) if not found.has_door else None,
    }
    return _indexed(render(request, "shares/share.html", context), found)


def _wanted(request: HttpRequest, found: Share) -> Exhibit:
    """All of it, or with `?picture=` one of several."""
    until = doors.until(found)
    if "picture" not in request.GET:
        return exhibit_of(found, until=until, after=request.GET.get("after", "")[:60])
    one = picture_of(found, request.GET["picture"], until=until)
    if one is None:
        raise NotFound("That picture is not here any more.")
    return one


@require_POST
@sensitive_post_parameters("password")
def share_open(request: HttpRequest, token: str) -> HttpResponse:
    found = access.share_by_link(request.user, token)
    try:
        password = request.POST.get("password", "")[:1000]
        doors.open_door(
            request.session,
            found,
            password=password,
            network=network_of(request),
            is_adult=request.POST.get("is_adult") == "1",
        )
    except InvalidInput as refused:
        return _door(request, found, error=refused.sentence, status=422)
    return redirect("share", token)


@require_POST
@members_only
def share_like(request: HttpRequest, token: str) -> HttpResponse:
    found = access.share_by_link(request.user, token)
    is_liked = request.POST.get("is_liked") == "1"
    shares.like(request.user, found, is_liked=is_liked)
    if request.htmx:
        return render(
            request,
            "shares/_like.html",
            {"share": found, "token": token, "is_liked": is_liked, "may_like": True},
        )
    return redirect("share", token)


@require_safe
def share_download(request: HttpRequest, token: str, output_id: str, format: str) -> HttpResponse:
    """The picture with as much of its recipe as the link shows, unless it leaves that out of files."""
    found = access.share_by_link(request.user, token)
    if format not in FORMATS or not doors.is_open(request.user, request.session, found):
        raise NotFound("There is no such file.")
    exhibit = picture_of(found, output_id)
    if exhibit is None or exhibit.first is None:
        raise NotFound("There is no such file.")
    picture = exhibit.first
    _check_rate(request)
    recipe = None if exhibit.strips_metadata else picture.recipe or None
    master = files.read(queries.outputs_by_id([picture.id])[picture.id].key, "master.png")
    response = HttpResponse(
        imaging.export(master, format=format, recipe=recipe), content_type=FORMATS[format]
    )
    response["Content-Disposition"] = attachments.named(exhibit.title, tail=f"{picture.id[-6:]}.{format}")
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
async def share_card(request: HttpRequest, token: str) -> HttpResponseBase:
    """What a messenger shows beside the link. Its pixels are composed in a thread."""
    exhibit, cover = await sync_to_async(_carded)(token)
    etag = f'"{cards.digest_of(exhibit)}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        data = await asyncio.to_thread(posters.card_of, exhibit, cover)
        response = HttpResponse(data, content_type="image/jpeg")
    response["ETag"] = etag
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Content-Disposition"] = 'inline; filename="card.jpg"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_safe
@xframe_options_exempt
def share_embed(request: HttpRequest, token: str) -> HttpResponse:
    """The picture alone, for a frame on somebody else's page; nobody is signed in there."""
    found = access.share_by_link(AnonymousUser(), token)
    if found.has_door:
        raise NotFound("This link cannot be embedded.")
    response = render(
        request, "shares/embed.html", {"exhibit": exhibit_of(found), "home": _home(request, token)}
    )
    response["Content-Security-Policy"] = FRAME_POLICY.format(
        media=settings.MEDIA_ORIGIN.rstrip("/")
    ).replace(" ;", ";")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def _door(request: HttpRequest, found: Share, *, error: str = "", status: int = 200) -> HttpResponse:
    """What is asked first; it shows nothing of what is behind."""
    if found.is_used_up:
        raise NotFound("This link was opened as often as it may be.")
    left = found.views_most - found.views if found.views_most is not None else None
    context = {
        "token": token_of_path(request),
        "asks_password": bool(found.password),
        "asks_adult": found.is_for_adults,
        "left": left,
        "error": error,
    }
    return _indexed(render(request, "shares/door.html", context, status=status), found)


def token_of_path(request: HttpRequest) -> str:
    return str(request.resolver_match.kwargs["token"])


def _indexed(response: HttpResponse, found: Share) -> HttpResponse:
    if not found.is_public:
        response["X-Robots-Tag"] = "noindex"
    return response


def _count(request: HttpRequest, found: Share) -> None:
    if request.method != "GET" or (request.user.is_authenticated and request.user.pk == found.user_id):
        return
    place = f"person {request.user.pk}" if request.user.is_authenticated else network_of(request)
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    visitor = visits.Visitor(
        place,
        request.headers.get("User-Agent", ""),
        is_prefetch="prefetch" in purpose or "preview" in purpose,
    )
    visits.count(found, visitor)


def _carded(token: str) -> tuple[Exhibit, Output | None]:
    found = access.share_by_link(AnonymousUser(), token)
    if found.has_door:
        raise NotFound("This link has no card.")
    exhibit = exhibit_of(found)
    cover = exhibit.cover
    return exhibit, queries.outputs_by_id([cover.id])[cover.id] if cover else None


def _check_rate(request: HttpRequest) -> None:
    wait = wait_s(f"downloads:{network_of(request)}", most=DOWNLOADS, window_s=MINUTE_S)
    if wait:
        raise TooMany("That were many downloads within a minute. Go on in a moment.", retry_after_s=wait)


def _home(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(f"/s/{token}/")
