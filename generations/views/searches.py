"""Saved searches: the list, and what is done to one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from generations import access, queries
from generations.errors import InvalidInput
from generations.queries import SORTS
from generations.services import saved_searches as services


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def searches(request: HttpRequest) -> HttpResponse:
    """All of them; a POST saves one, and leads back to what it finds."""
    if request.method != "POST":
        return render(request, "generations/searches.html", {"searches": queries.searches_of(request.user)})
    sort = request.POST.get("sort", "")
    saved = services.save(
        request.user,
        name=request.POST.get("name", ""),
        words=request.POST.get("words", ""),
        sort=sort if sort in SORTS and sort != "newest" else "",
    )
    messages.success(request, f"Saved as “{saved.name}”.")
    words = {"q": saved.words, "sort": saved.sort} if saved.sort else {"q": saved.words}
    return redirect(f"{reverse('gallery')}?{urlencode(words)}")


@require_POST
def search_rename(request: HttpRequest, search_id: int) -> HttpResponse:
    found = access.search_write(request.user, search_id)
    try:
        services.rename(found, name=request.POST.get("name", ""))
    except InvalidInput as refused:
        messages.error(request, refused.sentence)
    return redirect("searches")


@require_POST
def search_delete(request: HttpRequest, search_id: int) -> HttpResponse:
    found = access.search_write(request.user, search_id)
    services.delete(found)
    messages.success(request, f"The search “{found.name}” was deleted.")
    return redirect("searches")
