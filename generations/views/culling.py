"""The cull desk: one picture after the other, one key a verdict; stacks, comparing, undo."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from generations import access, queries
from generations.ids import is_id
from generations.models import Output
from generations.queries import Stretch
from generations.recipes import difference
from generations.services import bulk, culling
from generations.views.backward import way_back
from generations.views.desk import END, Desk, ids_of

SCRIPTS = "application/json"


@require_safe
@login_required
@never_cache
def cull(request: HttpRequest) -> HttpResponse:
    desk = Desk.at(request)
    stretch = queries.cull_stretch(request.user, wanted=desk.wanted, after=desk.after)
    of = desk.of or queries.gallery_count(request.user, wanted=desk.wanted)
    desk = replace(desk, of=of)
    current = desk.current(stretch.outputs, request.GET.get("at", ""))
    context = {
        "desk": desk,
        "stretch": stretch,
        "current": current,
        "undo": _undoable(desk, request.GET),
        **_around(desk, stretch, current),
    }
    return render(request, "culling/cull.html", context)


@require_safe
@login_required
@never_cache
def compare(request: HttpRequest) -> HttpResponse:
    """Two pictures beside each other or one over the other, and what differs in their recipes."""
    desk = Desk.at(request)
    left, right = (access.output_read(request.user, request.GET.get(name, "")) for name in "ab")
    versions = [output.prediction.version for output in (left, right)]
    context = {
        "desk": desk,
        "left": left,
        "right": right,
        "difference": difference(versions[1].schema, left.recipe, right.recipe),
        "models": [] if versions[0] == versions[1] else [version.model.ref for version in versions],
        "back": _back(desk, left),
        "back_right": _back(desk, right),
    }
    return render(request, "culling/compare.html", context)


@require_POST
def cull_verdict(request: HttpRequest) -> HttpResponseBase:
    """`id`, `verdict` and for the best of a stack `stack`; then back to `next`, which is told what can be undone."""
    output = access.output_write(request.user, request.POST.get("id", ""))
    action = culling.judge(output, request.POST.get("verdict", ""), stack=ids_of(request.POST, "stack"))
    if request.accepts(SCRIPTS) and not request.accepts("text/html"):
        return JsonResponse({"action": action.pk, "changed": action.changed})
    back = way_back(request, otherwise=reverse("cull"))
    told = urlencode({"undo": action.pk, "judged": output.pk})
    back["Location"] += ("&" if "?" in back["Location"] else "?") + told
    return back


@require_POST
def cull_undo(request: HttpRequest) -> HttpResponseBase:
    action = bulk.undo(access.bulk_write(request.user, request.POST.get("action", "")))
    if request.accepts(SCRIPTS) and not request.accepts("text/html"):
        return JsonResponse({"action": action.pk})
    return way_back(request, otherwise=reverse("cull"))


def _back(desk: Desk, output: Output) -> str:
    """To the desk, at this picture; to the gallery when it was not the desk that one came from."""
    return desk.address(at=output.pk) if desk.words else reverse("gallery")


def _around(desk: Desk, stretch: Stretch, current: Output | None) -> dict[str, Any]:
    """Where the current picture stands, what it is stacked with, and the addresses beside it."""
    outputs = stretch.outputs
    place = outputs.index(current) if current else len(outputs)
    before = outputs[place - 1] if place else None
    after = outputs[place + 1] if place + 1 < len(outputs) else None
    beyond = desk.beyond(stretch)
    return {
        "number": min(desk.seen + place + 1, desk.of),
        "stack": next((stack for stack in stretch.stacks if current in stack.outputs), None),
        "beyond": beyond,
        "before": desk.address(at=before.pk) if before else "",
        "skip": desk.address(at=after.pk) if after else beyond or desk.address(at=END),
        "beside": after or before,
    }


def _undoable(desk: Desk, data: QueryDict) -> dict[str, str]:
    """The verdict before this page, and the address of the picture that it was about."""
    action, judged = data.get("undo", ""), data.get("judged", "")
    return {"action": action, "at": desk.address(at=judged)} if is_id(action) and is_id(judged) else {}
