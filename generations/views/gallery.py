"""The gallery and the bin: everything that a person made, newest first, a stretch at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from generations import queries
from generations.ids import is_id
from generations.models import Output
from generations.queries import Page
from generations.services import outputs


@dataclass(frozen=True, slots=True)
class Shown:
    """Which pictures the gallery shows: the filter that the query string carries from page to page."""

    favourites: bool = False

    @classmethod
    def of(cls, request: HttpRequest) -> "Shown":
        return cls(favourites=request.GET.get("favourites") == "1")

    @property
    def query(self) -> str:
        return "?favourites=1" if self.favourites else ""


@dataclass(frozen=True, slots=True)
class Day:
    """The pictures of one day, as far as this stretch holds them."""

    date: date
    outputs: list[Output]
    is_continued: bool  # its heading is on the page already


@require_safe
@vary_on_headers("HX-Request")
def gallery(request: HttpRequest) -> HttpResponse:
    if request.user.is_anonymous and not settings.GUESTS:
        return redirect_to_login(request.get_full_path())
    shown = Shown.of(request)
    if request.htmx and is_id(request.GET.get("newer", "")):
        return _newer(request, shown)
    page = _stretch(request, shown)
    days = list(days_of(page.items, above=request.GET.get("day", "") if request.htmx else ""))
    context = {"shown": shown, "days": days, "next": _next(shown, page, days)}
    if request.htmx and "after" in request.GET:
        return render(request, "generations/_gallery_page.html", context)
    context["count"] = queries.gallery_count(request.user, favourites=shown.favourites)
    return render(request, "generations/gallery.html", context)


def days_of(items: Iterable[Output], *, above: str) -> Iterable[Day]:
    """The outputs by day, in their order; `above` is the day (ISO) that the page shows already."""
    for day, group in groupby(items, key=lambda output: timezone.localdate(output.created_at)):
        yield Day(day, list(group), is_continued=day.isoformat() == above)


def _stretch(request: HttpRequest, shown: Shown) -> Page[Output]:
    after = request.GET.get("after", "")
    return queries.gallery_page(
        request.user, after=after if is_id(after) else None, favourites=shown.favourites
    )


def _next(shown: Shown, page: Page[Output], days: list[Day]) -> str:
    """The address of the stretch below this one, "" at the end."""
    if page.next is None:
        return ""
    words = {"after": page.next, "day": days[-1].date.isoformat()}
    return "?" + urlencode({**words, "favourites": "1"} if shown.favourites else words)


def _newer(request: HttpRequest, shown: Shown) -> HttpResponse:
    """What was made since the page was loaded, to go on top of it."""
    newest = request.GET["newer"]
    page = queries.gallery_page(request.user, favourites=shown.favourites)
    items = [output for output in page.items if output.pk > newest]
    context = {
        "shown": shown,
        "days": list(days_of(items, above=request.GET.get("day", ""))),
        "count": queries.gallery_count(request.user, favourites=shown.favourites),
    }
    return render(request, "generations/_gallery_newer.html", context)


@require_safe
def gallery_bin(request: HttpRequest) -> HttpResponse:
    if request.user.is_anonymous:
        return redirect_to_login(request.get_full_path())
    page = queries.bin_page(request.user, after=_bin_place(request.GET.get("after", "")))
    context = {"outputs": page.items, "next": page.next, "bin_days": outputs.BIN_DAYS}
    asked = request.GET.get("empty") == "1" and bool(page.items)
    return render(request, "generations/bin.html", {**context, "is_asked_to_empty": asked})


@require_POST
def gallery_bin_empty(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        outputs.empty_bin(request.user)
    return HttpResponseRedirect(reverse("gallery-bin"))


def _bin_place(after: str) -> str | None:
    """The place in the bin that `after` names, None when it names none: a page must not fail over its address."""
    at, _, id = after.rpartition("~")
    try:
        moment = datetime.fromisoformat(at)
        is_known = moment.tzinfo is not None and moment.astimezone(UTC) == moment
    except (ValueError, OverflowError):  # no date, or one whose hour in UTC lies outside of time
        return None
    return after if is_id(id) and is_known else None
