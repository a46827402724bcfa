"""Grids: their list, a table that fills while one looks, and what one does with it and its cells."""

import re
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from generations import access, queries
from generations.axes import Axis
from generations.errors import FieldError, InvalidInput
from generations.ids import is_id
from generations.models import Grid
from generations.recipes import settings_of
from generations.services import grids as verbs
from generations.services import plans

PLACE = re.compile(r"([0-9]{1,3})-([0-9]{1,3})")  # row and column of a cell, as its buttons send them


@require_safe
@never_cache
def grids(request: HttpRequest) -> HttpResponse:
    if request.user.is_anonymous:
        return redirect_to_login(request.get_full_path())
    after = request.GET.get("after", "")
    page = queries.grids_page(request.user, after=after if is_id(after) else None)
    return render(request, "generations/grids.html", {"cards": page.items, "next": page.next})


@require_safe
@login_required
@never_cache
def grid(request: HttpRequest, grid_id: str) -> HttpResponse:
    return _shown(request, access.grid_read(request.user, grid_id))


@require_POST
@login_required
def grid_add(request: HttpRequest, grid_id: str) -> HttpResponse:
    """More rows or columns: `side` says which, `values` what stands there."""
    found = access.grid_write(request.user, grid_id)
    side = request.POST.get("side", "")
    try:
        if side not in ("rows", "columns"):
            raise InvalidInput([FieldError("values", "Say whether rows or columns are added.")])
        axis = Axis.of(getattr(found, side))
        typed = request.POST.get("values", "")
        values = plans.more_values(request.user, found.version, axis, typed) if axis else []
        verbs.add(found, side, values)
    except InvalidInput as error:
        return _shown(request, found, sentence=error.sentence, side=side, status=422)
    return _changed(request, found)


@require_POST
@login_required
def grid_retry(request: HttpRequest, grid_id: str) -> HttpResponse:
    return _at_a_cell(request, grid_id, verbs.retry)


@require_POST
@login_required
def grid_extend(request: HttpRequest, grid_id: str) -> HttpResponse:
    return _at_a_cell(request, grid_id, verbs.extend)


@require_POST
@login_required
def grid_cancel(request: HttpRequest, grid_id: str) -> HttpResponse:
    found = access.grid_write(request.user, grid_id)
    verbs.cancel(found)
    return _changed(request, found)


@require_POST
@login_required
def grid_rename(request: HttpRequest, grid_id: str) -> HttpResponse:
    found = access.grid_write(request.user, grid_id)
    try:
        verbs.rename(found, request.POST.get("name", ""))
    except InvalidInput as error:
        return _shown(request, found, sentence=error.sentence, side="name", status=422)
    return redirect("grid", found.pk)


@require_POST
@login_required
def grid_delete(request: HttpRequest, grid_id: str) -> HttpResponse:
    verbs.delete(access.grid_write(request.user, grid_id))
    messages.success(request, "The grid is deleted. Its pictures are in your gallery.")
    return redirect("grids")


def _at_a_cell(request: HttpRequest, grid_id: str, verb: Callable[..., None]) -> HttpResponse:
    found = access.grid_write(request.user, grid_id)
    place = PLACE.fullmatch(request.POST.get("place", ""))
    if place is None:
        raise InvalidInput([FieldError("place", "place must name a row and a column, such as 0-1.")])
    verb(found, row=int(place[1]), column=int(place[2]))
    return _changed(request, found)


def _changed(request: HttpRequest, found: Grid) -> HttpResponse:
    if not request.htmx:
        return redirect("grid", found.pk)
    found.refresh_from_db()
    context = {"table": queries.table(found), "audience": "owner"}
    return render(request, "generations/_grid_table.html", context)


def _shown(
    request: HttpRequest, found: Grid, *, sentence: str = "", side: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "grid": found,
        "table": queries.table(found),
        "settings": settings_of(found.version.schema, found.input),
        "sentence": sentence,
        "side": side,
        "left": queries.left_for_grids(request.user),
        "is_asked_to_delete": request.GET.get("delete") == "1",
    }
    return render(request, "generations/grid.html", context, status=status)
