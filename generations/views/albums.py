"""Albums: the list, one album, and what its person does with it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from generations import access, queries
from generations.errors import FieldError, InvalidInput
from generations.models import Album, Output
from generations.services import albums as services
from generations.views.backward import way_back
from generations.views.shown import Shown


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def albums(request: HttpRequest) -> HttpResponse:
    """All of them; a POST makes one."""
    error = ""
    if request.method == "POST":
        try:
            return redirect("album", services.named(request.user, request.POST.get("name", "")).pk)
        except InvalidInput as refused:
            error = refused.sentence
    context = {"albums": queries.album_cards(request.user), "error": error}
    return render(request, "generations/albums.html", context, status=422 if error else 200)


@require_safe
@login_required
def album(request: HttpRequest, album_id: str) -> HttpResponse:
    found = access.album_read(request.user, album_id)
    page = queries.album_page(request.user, album_id, after=request.GET.get("after"))
    context = {
        "album": found,
        "shown": Shown(album=found.pk),
        "outputs": page.items,
        "next": page.next,
    }
    if request.htmx and "after" in request.GET:
        return render(request, "generations/_album_page.html", context)
    context["is_shared"] = queries.is_shared(found)
    context["count"] = queries.album_count(request.user, album_id)
    context["albums"] = queries.albums_of(request.user)
    context["tags"] = queries.tag_names(request.user)
    context["is_asked_to_delete"] = request.GET.get("delete") == "1"
    return render(request, "generations/album.html", context)


@require_POST
def album_rename(request: HttpRequest, album_id: str) -> HttpResponse:
    found = access.album_write(request.user, album_id)
    try:
        services.rename(found, name=request.POST.get("name", ""))
    except InvalidInput as refused:
        messages.error(request, refused.sentence)
    return redirect("album", found.pk)


@require_POST
def album_delete(request: HttpRequest, album_id: str) -> HttpResponse:
    found = access.album_write(request.user, album_id)
    services.delete(found)
    messages.success(request, f"The album “{found.name}” was deleted. Its pictures are in your gallery.")
    return redirect("albums")


@require_POST
def album_move(request: HttpRequest, album_id: str) -> HttpResponse:
    """The album itself, before another (`before`) or one place up or down (`step`)."""
    found = access.album_write(request.user, album_id)
    services.reorder(found, before=_album_after(request, found))
    return HttpResponse(status=204) if request.htmx else redirect("albums")


@require_POST
def album_cover(request: HttpRequest, album_id: str) -> HttpResponse:
    found = access.album_write(request.user, album_id)
    services.set_cover(found, access.output_write(request.user, request.POST.get("output", "")))
    messages.success(request, f"This picture is the cover of “{found.name}” now.")
    return way_back(request, otherwise=f"/albums/{found.pk}/")


@require_POST
def album_order(request: HttpRequest, album_id: str) -> HttpResponse:
    """One picture before another of the album (`before`), or to its end."""
    found = access.album_write(request.user, album_id)
    output = access.output_write(request.user, request.POST.get("output", ""))
    services.move(found, output, before=_output_named(request, "before"))
    return HttpResponse(status=204) if request.htmx else way_back(request, otherwise=f"/albums/{found.pk}/")


@require_POST
def output_place(request: HttpRequest, output_id: str) -> HttpResponse:
    """Into an album (`album`, or `name` for a new one), or out of it (`is_out`)."""
    output = access.output_write(request.user, output_id)
    if request.POST.get("album"):
        found = access.album_write(request.user, request.POST["album"])
    else:
        found = services.named(request.user, request.POST.get("name", ""))
    if request.POST.get("is_out") == "1":
        services.unplace(found, output)
    else:
        services.place(found, output)
        if queries.is_shared(found):
            messages.info(request, f"“{found.name}” is shared: whoever has its link sees this picture now.")
    return way_back(request, otherwise=f"/gallery/{output.pk}/")


def _output_named(request: HttpRequest, field: str) -> Output | None:
    id = request.POST.get(field, "")
    return access.output_write(request.user, id) if id else None


def _album_after(request: HttpRequest, moved: Album) -> Album | None:
    """The album that `moved` is to stand before; None: at the end."""
    if "step" not in request.POST:
        id = request.POST.get("before", "")
        return access.album_write(request.user, id) if id else None
    others = queries.albums_of(request.user)
    at = others.index(moved)
    step = {"up": -1, "down": 2}.get(request.POST["step"])
    if step is None:
        raise InvalidInput([FieldError("step", "step must be up or down.")])
    return others[max(0, at + step)] if at + step < len(others) else None
