"""One output: its page, and what its owner does with it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from generations import access, imaging, queries, standing
from generations.errors import FieldError, InvalidInput, NotFound
from generations.models import Output
from generations.recipes import settings_of
from generations.services import files, outputs
from generations.views import attachments
from generations.views.backward import way_back
from generations.views.pictures import pictures_of
from generations.views.shown import Shown

FORMATS = {"png": "image/png", "webp": "image/webp", "avif": "image/avif"}
TIMELAPSE = "timelapse"


@require_safe
@login_required
def output(request: HttpRequest, output_id: str) -> HttpResponse:
    withheld = access.output_withheld(request.user, output_id)
    if withheld is not None:
        told = {
            "notice": queries.notice_about(withheld),
            "is_removed": withheld.standing >= standing.REMOVE,
        }
        return render(request, "generations/withheld.html", told)
    found = access.output_read(request.user, output_id)
    shown = Shown.of(request)
    ids = (None, None) if found.trashed_at else queries.neighbours(found, wanted=shown.wanted)
    beside = queries.outputs_by_id(ids)
    context = {
        "output": found,
        "shown": shown,
        "newer": beside.get(ids[0] or ""),
        "older": beside.get(ids[1] or ""),
        "settings": settings_of(found.prediction.version.schema, found.recipe),
        "pictures": pictures_of(request.user, found.prediction.version.schema, found.recipe),
        "has_lineage": queries.has_lineage(found),
        "is_asked_to_delete": request.GET.get("delete") == "1",
        **queries.organised(found),
    }
    return render(request, "generations/output.html", context)


@require_POST
def output_favourite(request: HttpRequest, output_id: str) -> HttpResponse:
    found = access.output_write(request.user, output_id)
    wanted = request.POST.get("is_favourite", "")
    if wanted not in {"0", "1"}:
        raise InvalidInput([FieldError("is_favourite", "is_favourite must be 1 or 0.")])
    outputs.favourite(found, is_favourite=wanted == "1")
    if request.htmx:
        return render(request, "generations/_favourite.html", {"output": found})
    return way_back(request, otherwise=_address(found))


@require_POST
def output_trash(request: HttpRequest, output_id: str) -> HttpResponse:
    found = access.output_write(request.user, output_id)
    outputs.trash(found)
    if request.htmx:
        return render(request, "generations/_output_trashed.html", {"output": found})
    messages.success(request, "Moved to the bin.", extra_tags=f"undo:{found.pk}")
    return way_back(request, otherwise=reverse("gallery"))


@require_POST
def output_restore(request: HttpRequest, output_id: str) -> HttpResponse:
    found = access.output_write(request.user, output_id)
    outputs.restore(found)
    if request.htmx:
        return render(request, "generations/_output_restored.html", {"output": found, "shown": Shown()})
    messages.success(request, "Back in your gallery.")
    return way_back(request, otherwise=_address(found))


@require_POST
def output_delete(request: HttpRequest, output_id: str) -> HttpResponse:
    """For ever; only from the bin, so that one wrong click deletes nothing."""
    found = access.output_write(request.user, output_id)
    if found.trashed_at is None:
        raise NotFound("That picture is not in the bin.")
    outputs.purge(found)
    messages.success(request, "Deleted for ever.")
    return HttpResponseRedirect(reverse("gallery-bin"))


@require_safe
@login_required
def output_download(request: HttpRequest, output_id: str, format: str) -> HttpResponseBase:
    """The picture with its recipe inside: whoever may read the recipe is who asks. Or how it developed."""
    found = access.output_read(request.user, output_id)
    if format == TIMELAPSE and found.has_timelapse:
        data, ending = _file(found, "timelapse.webp"), "webp"
    elif format in FORMATS:
        data, ending = imaging.export(_file(found, "master.png"), format=format, recipe=_told(found)), format
    else:
        raise NotFound("A picture can be downloaded as png, webp or avif.")
    response = HttpResponse(data, content_type=FORMATS[ending])
    response["Content-Disposition"] = attachments.named(
        found.prediction.prompt, tail=f"{found.pk[-6:]}.{ending}"
    )
    response["Cache-Control"] = "private, no-store"
    return response


def _told(output: Output) -> dict[str, Any]:
    """The recipe, with the model that it is for."""
    return {**output.recipe, "model": output.prediction.version.model.ref}


def _file(output: Output, name: str) -> bytes:
    try:
        return files.read(output.key, name)
    except FileNotFoundError:
        raise NotFound("The file of that picture is gone.") from None


def _address(output: Output) -> str:
    return reverse("output", args=[output.pk])
