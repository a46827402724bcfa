"""The bin: what was deleted waits here, and can be restored or emptied."""

from datetime import UTC, datetime

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from generations import queries
from generations.ids import is_id
from generations.services import outputs
from generations.views.shown import Shown


@require_safe
def gallery_bin(request: HttpRequest) -> HttpResponse:
    if request.user.is_anonymous:
        return redirect_to_login(request.get_full_path())
    page = queries.bin_page(request.user, after=_bin_place(request.GET.get("after", "")))
    context = {"outputs": page.items, "next": page.next, "bin_days": outputs.BIN_DAYS, "shown": Shown()}
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
