"""Explore and profiles: what people chose to publish, newest or most liked first, a stretch at a time."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import blocks
from accounts.models import Sensitive, User
from generations import exhibits, queries
from generations.errors import NotAllowed, NotFound
from generations.models import RegisteredModel, Share
from generations.queries import Page
from generations.views.account import members_only
from generations.views.viewing import sees

LIKED = "liked"


@require_safe
@vary_on_headers("HX-Request")
def explore(request: HttpRequest, owner: str = "", name: str = "") -> HttpResponse:
    model = queries.registered_model(owner, name) if owner else None
    page = _page(request, model=model)
    context = {"model": model, "models": queries.models_shown(), "feed": _feed_of(model)}
    return _shown(request, "explore/explore.html", page, context)


@require_safe
@vary_on_headers("HX-Request")
def profile(request: HttpRequest, handle: str) -> HttpResponse:
    person = queries.profile(handle)
    viewer = request.user if request.user.is_authenticated else None
    has_blocked = viewer is not None and blocks.blocked_by(viewer).filter(blocked=person).exists()
    if viewer is not None and not has_blocked and blocks.is_apart(viewer.pk, person.pk):
        raise NotFound("There is no such page.")
    page = Page[Share]([], None) if has_blocked else _page(request, person=person)
    context = {
        "person": person,
        "has_blocked": has_blocked,
        "may_block": viewer is not None and viewer.pk != person.pk,
        "feed": reverse("profile-feed", args=[handle]),
    }
    return _shown(request, "explore/profile.html", page, context)


@require_POST
@members_only
def profile_block(request: HttpRequest, handle: str) -> HttpResponse:
    """Block or unblock; also somebody whose page is closed by now."""
    other = User.objects.filter(handle=handle, is_guest=False).first()
    if other is None:
        raise NotFound("There is nobody of that name.")
    if other.pk == request.user.pk:
        raise NotAllowed("You cannot block yourself.")
    if request.POST.get("is_blocked") == "1":
        blocks.block(request.user, other)
        messages.success(request, f"You and @{handle} do not see each other any more.")
    else:
        blocks.unblock(request.user, other)
        messages.success(request, f"@{handle} is not blocked any more.")
    return redirect("account-blocked")


@require_safe
@members_only
def account_blocked(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/blocked.html", {"blocks": list(blocks.blocked_by(request.user)[:500])})


def _page(
    request: HttpRequest, *, model: RegisteredModel | None = None, person: User | None = None
) -> Page[Share]:
    return queries.explore(
        request.user if request.user.is_authenticated else None,
        model=model,
        person=person,
        liked=request.GET.get("sort") == LIKED,
        hides_sensitive=sees(request) == Sensitive.HIDE,
        after=request.GET.get("after", "")[:80],
    )


def _shown(request: HttpRequest, template: str, page: Page[Share], context: dict[str, Any]) -> HttpResponse:
    likes = {share.pk: share.likes for share in page.items}
    more = {
        "exhibits": [(exhibit, likes[exhibit.id]) for exhibit in exhibits.covers_of(page.items)],
        "next": _next(request, page),
        "sort": LIKED if request.GET.get("sort") == LIKED else "newest",
        "sees": sees(request),
    }
    is_more = request.htmx and "after" in request.GET
    return render(request, "explore/_stretch.html" if is_more else template, {**context, **more})


def _next(request: HttpRequest, page: Page[Share]) -> str:
    """The address of the stretch below this one, "" at the end."""
    if page.next is None:
        return ""
    sort = {"sort": LIKED} if request.GET.get("sort") == LIKED else {}
    return "?" + urlencode({**sort, "after": page.next})


def _feed_of(model: RegisteredModel | None) -> str:
    return reverse("model-feed", args=[model.owner, model.name]) if model else reverse("explore-feed")
