"""Many pictures at once: what a form chose, done or taken away as a zip; how far it is; undo."""

import re
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from generations import access, queries
from generations.errors import FieldError, InvalidInput
from generations.ids import is_id, new_id
from generations.models import RATING_MAX, BulkAction, BulkStatus, Verb
from generations.queries import IDS_MAX, Selection, Wanted
from generations.services import albums, archive, tags
from generations.services import bulk as services
from generations.views import desk
from generations.views.pulling import check_rate, pulled
from generations.views.shown import Shown

HOUR_S = 3600
SEPARATORS = re.compile(r"[,\s]+")


@require_POST
@login_required
def bulk(request: HttpRequest) -> HttpResponseBase:
    """`verb`, what it needs (tag, album, name, rating), and the selection. Without scripts: the page of the action."""
    chosen = selection_of(request.POST)
    if request.POST.get("verb") == "download":
        return _zip(request, chosen)
    if request.POST.get("verb") in TO_DESK:
        return redirect(TO_DESK[request.POST["verb"]](request.POST, chosen))
    verb = _verb(request.POST)
    action = services.start(request.user, verb, chosen, argument=_argument(request, verb))
    return _state(request, action) if request.htmx else redirect("bulk-state", action.pk)


@require_safe
@login_required
@never_cache
def bulk_count(request: HttpRequest) -> HttpResponse:
    """How many pictures the gallery's filter holds, every one of them, and up to which: what "select all" selects."""
    wanted = _wanted(request.GET)
    count = queries.outputs_of(request.user, wanted).count()
    return JsonResponse({"count": count, "until": new_id()})


@require_safe
@login_required
@never_cache
def bulk_state(request: HttpRequest, bulk_id: str) -> HttpResponse:
    action = access.bulk_write(request.user, bulk_id)
    if request.htmx:
        return _state(request, action)
    context = {"action": action, "is_shared": _is_into_shared(action)}
    return render(request, "generations/bulk.html", context)


@require_POST
def bulk_undo(request: HttpRequest, bulk_id: str) -> HttpResponse:
    action = services.undo(access.bulk_write(request.user, bulk_id))
    return _state(request, action) if request.htmx else redirect("bulk-state", action.pk)


def selection_of(data: QueryDict) -> Selection:
    """`id` (once each) or `ids` (with commas); or `all=1` with the address of the gallery, `until` and `except`."""
    wanted = _wanted(data)
    if data.get("all") == "1":
        until = data.get("until", "")
        left_out = _ids(data.get("except", ""))
        return Selection(wanted, until=until if is_id(until) else new_id(), left_out=left_out)
    ids = _ids(" ".join([*data.getlist("id")[: IDS_MAX + 1], data.get("ids", "")]))
    return Selection(Wanted(in_bin=wanted.in_bin), ids=ids)


def _wanted(data: QueryDict) -> Wanted:
    shown = Shown.of_words(data)
    return Wanted(search=shown.search, album=shown.album, in_bin=data.get("place") == "bin")


def _ids(text: str) -> tuple[str, ...]:
    ids = tuple(dict.fromkeys(id for id in SEPARATORS.split(text) if is_id(id)))
    if len(ids) > IDS_MAX:
        raise InvalidInput([FieldError("id", f"Choose at most {IDS_MAX:,} one by one, or all of a search.")])
    return ids


def _verb(data: QueryDict) -> Verb:
    try:
        return Verb(data.get("verb", ""))
    except ValueError:
        raise InvalidInput([FieldError("verb", "Choose what to do with the pictures.")]) from None


def _desk(data: QueryDict, chosen: Selection) -> str:
    """The cull desk with these pictures; their number is bounded by what an address can hold."""
    if max(len(chosen.ids or ()), len(chosen.left_out)) > desk.IDS_MAX:
        sentence = f"Choose at most {desk.IDS_MAX} one by one, or all of a search."
        raise InvalidInput([FieldError("id", sentence)])
    shown = Shown.of_words(data) if chosen.ids is None else Shown()
    return desk.Desk(shown, ids=chosen.ids or (), left_out=chosen.left_out).address()


def _comparison(data: QueryDict, chosen: Selection) -> str:
    if len(chosen.ids or ()) != 2:
        raise InvalidInput([FieldError("id", "Choose two pictures to compare them.")])
    return f"{reverse('cull-compare')}?{urlencode(dict(zip('ab', chosen.ids or (), strict=True)))}"


TO_DESK = {"cull": _desk, "compare": _comparison}


def _argument(request: HttpRequest, verb: Verb) -> str:
    """The id of the tag or album that the form names (a new name makes a new one), or the rating."""
    data = request.POST
    if verb == Verb.TAG:
        return str(tags.named(request.user, data.get("tag", "")).pk)
    if verb == Verb.UNTAG:
        return str(tags.known(request.user, data.get("tag", "")).pk)
    if verb == Verb.UNPLACE or (verb == Verb.PLACE and data.get("into")):
        return access.album_write(request.user, data.get("into") or data.get("album", "")).pk
    if verb == Verb.PLACE:
        return albums.named(request.user, data.get("name", "")).pk
    if verb == Verb.KEEP:
        return access.output_write(request.user, data.get("best", "")).pk
    if verb == Verb.RATE and data.get("rating") not in map(str, range(RATING_MAX + 1)):
        raise InvalidInput([FieldError("rating", f"A rating goes from 0 to {RATING_MAX}.")])
    return data["rating"] if verb == Verb.RATE else ""


def _state(request: HttpRequest, action: BulkAction) -> HttpResponse:
    context: dict[str, Any] = {"action": action, "is_shared": _is_into_shared(action)}
    return render(request, "generations/_bulk_state.html", context)


def _is_into_shared(action: BulkAction) -> bool:
    """Did it put pictures into an album that others see?"""
    if action.verb != Verb.PLACE or not action.changed or action.status == BulkStatus.UNDONE:
        return False
    return any(album.is_shared for album in queries.albums_of(action.user) if album.pk == action.argument)


def _zip(request: HttpRequest, chosen: Selection) -> StreamingHttpResponse:
    check_rate(
        f"zip:{request.user.pk}",
        most=settings.LIMITS["zips_per_hour"],
        window_s=HOUR_S,
        what="You have taken many zips within the hour.",
    )
    if not chosen.rows(request.user).exists():
        raise InvalidInput([FieldError("id", "No picture is chosen. Choose some, then try again.")])
    pieces = archive.zip_of(request.user, chosen)
    response = StreamingHttpResponse(pulled(pieces), content_type="application/zip")
    name = f"safelight-pictures-{timezone.localdate():%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Accel-Buffering"] = "no"
    return response
