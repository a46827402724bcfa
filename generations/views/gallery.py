"""The gallery: everything that a person made, searched and in the order they want, a stretch at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import switches
from generations import queries
from generations.ids import is_id
from generations.models import Output
from generations.queries import Page
from generations.views.shown import Shown

ROWS_MAX = (
    240  # pictures in one list; then a new one begins, so that what is far away can be taken off the page
)


@dataclass(frozen=True, slots=True)
class Day:
    """The pictures of one day, as far as this stretch holds them; in the order of ratings those of one rating."""

    date: date
    outputs: list[Output]
    is_continued: bool  # its heading is on the page already
    rating: int | None = None

    @property
    def key(self) -> str:
        return self.date.isoformat() if self.rating is None else f"rated-{self.rating}"


@require_safe
@vary_on_headers("HX-Request")
def gallery(request: HttpRequest) -> HttpResponse:
    if request.user.is_anonymous and not switches.may_be_guest():
        return redirect_to_login(request.get_full_path())
    shown = Shown.of(request)
    if request.htmx and is_id(request.GET.get("newer", "")):
        return _newer(request, shown)
    page = queries.gallery_page(request.user, wanted=shown.wanted, after=request.GET.get("after"))
    days = list(days_of(page.items, shown, above=request.GET.get("day", "") if request.htmx else ""))
    context = {"shown": shown, "days": days, "next": _next(shown, page, days)}
    if request.htmx and "after" in request.GET:
        return render(request, "generations/_gallery_page.html", context)
    return render(request, "generations/gallery.html", {**context, **_around(request, shown)})


def days_of(items: Iterable[Output], shown: Shown, *, above: str) -> Iterable[Day]:
    """The outputs by day (or rating), in their order; `above` is the key of what the page shows already."""
    if shown.sort == "rated":
        for rating, group in groupby(items, key=lambda output: output.rating):
            yield Day(date.min, list(group), is_continued=above == f"rated-{rating}", rating=rating)
        return
    for day, group in groupby(items, key=lambda output: timezone.localdate(output.created_at)):
        yield Day(day, list(group), is_continued=day.isoformat() == above)


def _around(request: HttpRequest, shown: Shown) -> dict[str, Any]:
    """What stands around the pictures: counts, notes on the search, and what one can sort them into."""
    if request.user.is_anonymous:
        return {"count": 0, "notes": list(shown.search.sentences)}
    return {
        "count": queries.gallery_count(request.user, wanted=shown.wanted),
        "stored": queries.stored_bytes(request.user),
        "notes": [*shown.search.sentences, *queries.unknown_names(request.user, shown.search)],
        "searches": queries.searches_of(request.user),
        "albums": queries.albums_of(request.user),
        "tags": queries.tag_names(request.user),
        "bulk": queries.bulk_of(request.user),
    }


def _next(shown: Shown, page: Page[Output], days: list[Day]) -> str:
    """The address of the stretch below this one, "" at the end."""
    if page.next is None:
        return ""
    return "?" + urlencode({**shown.words, "after": page.next, "day": days[-1].key})


def _newer(request: HttpRequest, shown: Shown) -> HttpResponse:
    """What was made since the page was loaded, to go on top of it."""
    newest = request.GET["newer"]
    items = queries.gallery_newer(request.user, wanted=shown.wanted, than=newest)
    context = {
        "shown": shown,
        "days": list(days_of(items, shown, above=request.GET.get("day", ""))),
        "count": queries.gallery_count(request.user, wanted=shown.wanted),
    }
    return render(request, "generations/_gallery_newer.html", context)
