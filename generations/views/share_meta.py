"""What a share's page says to programs: cards of messengers, oEmbed, search engines. All of it from the Exhibit."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.http import require_safe

from generations import access, poster
from generations.errors import NotFound
from generations.exhibits import SOMEONE, Exhibit, exhibit_of
from generations.models import Share
from generations.provenance import DIGITAL_SOURCE_TYPE

SITE = "Safelight"
GENERIC = "A shared picture"
TITLE_MAX = 120
FRAME = (480, 560)  # pixels, where the asker does not say
FRAME_LEAST = 160
CACHE_S = 300
SHARE_PATH = re.compile(r"^/s/([\w-]{48})/?$", re.ASCII)
SCHEMA_SOURCE = "https://schema.org/TrainedAlgorithmicMediaDigitalSource"


@dataclass(frozen=True, slots=True)
class Meta:
    """`card`: address of the card image, "" where there is none. `oembed`: where a program asks for the frame."""

    url: str
    title: str
    description: str
    card: str = ""
    oembed: str = ""
    width: int = poster.SIZE[0]
    height: int = poster.SIZE[1]


def meta_of(request: HttpRequest, share: Share, exhibit: Exhibit) -> Meta:
    url = request.build_absolute_uri(exhibit.path)
    if share.has_door:
        return Meta(url, GENERIC, f"On {SITE}.")
    card = request.build_absolute_uri(reverse("share-card", args=[exhibit.token]))
    oembed = request.build_absolute_uri(reverse("oembed")) + f"?format=json&url={quote(url, safe='')}"
    return Meta(url, titled(exhibit), _described(exhibit), card, oembed)


def titled(exhibit: Exhibit) -> str:
    name = " ".join(exhibit.name.split())
    return name if len(name) <= TITLE_MAX else name[: TITLE_MAX - 1] + "…"


def json_ld(request: HttpRequest, exhibit: Exhibit) -> dict[str, Any]:
    """schema.org's ImageObject with the mark that a model made it."""
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "ImageObject",
        "url": request.build_absolute_uri(exhibit.path),
        "name": titled(exhibit),
        "dateCreated": exhibit.made_at.isoformat(),
        "creditText": SITE,
        "digitalSourceType": SCHEMA_SOURCE,
        "additionalType": DIGITAL_SOURCE_TYPE,
        "isAccessibleForFree": True,
        **({"isFamilyFriendly": False} if exhibit.is_sensitive else {}),
    }
    if exhibit.by != SOMEONE:
        told["creator"] = {"@type": "Person", "name": exhibit.by}
    if exhibit.title:
        told["description"] = exhibit.title
    if exhibit.cover:
        told |= {
            "contentUrl": request.build_absolute_uri(exhibit.cover.master),
            "width": exhibit.cover.width,
            "height": exhibit.cover.height,
        }
    return told


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """https://oembed.com: 401, as it says of what is private, for a link with a door."""
    if request.GET.get("format", "json") != "json":
        return _plain("Only JSON is spoken here.", 501)
    share = access.share_by_link(AnonymousUser(), _token_of(request))
    if share.has_door:
        return _plain("This link is private.", 401)
    exhibit = exhibit_of(share)
    width, height = _frame(request)
    response = JsonResponse(
        {
            "version": "1.0",
            "type": "rich",
            "title": titled(exhibit),
            **({"author_name": exhibit.by} if exhibit.by != SOMEONE else {}),
            "provider_name": SITE,
            "provider_url": request.build_absolute_uri("/"),
            "cache_age": CACHE_S,
            "width": width,
            "height": height,
            "html": _iframe(request, exhibit, width, height),
            "thumbnail_url": request.build_absolute_uri(reverse("share-card", args=[exhibit.token])),
            "thumbnail_width": poster.SIZE[0],
            "thumbnail_height": poster.SIZE[1],
        }
    )
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _iframe(request: HttpRequest, exhibit: Exhibit, width: int, height: int) -> str:
    address = request.build_absolute_uri(reverse("share-embed", args=[exhibit.token]))
    return (
        f'<iframe src="{escape(address)}" width="{width}" height="{height}" title="{escape(titled(exhibit))}"'
        ' style="border:0;border-radius:10px" loading="lazy" allowfullscreen></iframe>'
    )


def _frame(request: HttpRequest) -> tuple[int, int]:
    found = []
    for name, usual in zip(("maxwidth", "maxheight"), FRAME, strict=True):
        asked = request.GET.get(name, "")
        is_number = asked.isascii() and asked.isdecimal() and len(asked) < 6
        found.append(max(FRAME_LEAST, min(usual, int(asked))) if is_number else usual)
    return found[0], found[1]


def _token_of(request: HttpRequest) -> str:
    try:
        asked = urlsplit(request.GET.get("url", ""))
    except ValueError:
        raise NotFound("There is no such link here.") from None
    found = SHARE_PATH.fullmatch(asked.path) if asked.netloc == request.get_host() else None
    if found is None:
        raise NotFound("There is no such link here.")
    return found[1]


def _described(exhibit: Exhibit) -> str:
    by = f" by {exhibit.by}" if exhibit.by != SOMEONE else ""
    return f"Made{by} with {exhibit.model} on {SITE}, by AI."


def _plain(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
