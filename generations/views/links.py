"""A person's links: made for a picture or a prediction, listed, changed, taken back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from generations import access, queries
from generations.errors import InvalidInput
from generations.ids import is_id
from generations.models import Output, Share
from generations.services import holding, outputs, shares
from generations.services.shares import Subject
from generations.signing import token_of
from generations.views.share_form import ShareForm

PLACES = {"is_public": "visibility"}  # field of the service → field of the form
FORM = ["GET", "HEAD", "POST"]


@require_http_methods(FORM)
@login_required
@never_cache
def output_share(request: HttpRequest, output_id: str) -> HttpResponse:
    return _make(request, access.output_write(request.user, output_id))


@require_http_methods(FORM)
@login_required
@never_cache
def prediction_share(request: HttpRequest, prediction_id: str) -> HttpResponse:
    return _make(request, access.prediction_write(request.user, prediction_id))


@require_http_methods(FORM)
@login_required
@never_cache
def grid_share(request: HttpRequest, grid_id: str) -> HttpResponse:
    return _make(request, access.grid_write(request.user, grid_id))


@require_http_methods(FORM)
@login_required
@never_cache
def album_share(request: HttpRequest, album_id: str) -> HttpResponse:
    return _make(request, access.album_write(request.user, album_id))


@require_safe
@login_required
@never_cache
def links(request: HttpRequest) -> HttpResponse:
    after = request.GET.get("after", "")
    page = queries.links_page(request.user, after=after if is_id(after) else None)
    rows = [(share, token_of("share", share)) for share in page.items]
    return render(request, "shares/links.html", {"rows": rows, "next": page.next})


@require_http_methods(FORM)
@login_required
@never_cache
def link(request: HttpRequest, share_id: str) -> HttpResponse:
    found = access.share_write(request.user, share_id)
    if found.revoked_at is not None:
        return redirect("links")
    form = _form(request, share=found)
    if (
        request.method == "POST"
        and form.is_valid()
        and _applied(form, lambda: shares.change(found, form.options()))
    ):
        messages.success(request, "The link was changed.")
        return redirect("link", found.pk)
    if request.method == "POST":
        found = access.share_write(request.user, share_id)
    context = {"share": found, "address": _address(request, found), "form": form}
    return render(request, "shares/link.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def link_revoke(request: HttpRequest, share_id: str) -> HttpResponse:
    shares.revoke(access.share_write(request.user, share_id))
    messages.success(request, "The link was taken back. It leads nowhere now.")
    return redirect("links")


@require_POST
@login_required
def output_sensitive(request: HttpRequest, output_id: str) -> HttpResponse:
    """Its publisher says whether it is sensitive."""
    found = access.output_write(request.user, output_id)
    outputs.mark_sensitive(found, is_sensitive=request.POST.get("is_sensitive") == "1")
    messages.success(
        request, "Marked as sensitive." if found.is_sensitive else "No longer marked as sensitive."
    )
    return redirect("output-share", found.pk)


def _make(request: HttpRequest, subject: Subject) -> HttpResponse:
    form = _form(request, share=None)
    made: list[Share] = []
    if request.method == "POST" and form.is_valid():
        _applied(form, lambda: made.append(shares.create(request.user, subject, form.options())))
    if made:
        return redirect("link", made[0].pk)
    context = {
        "kind": str(subject._meta.model_name),
        "output": subject if isinstance(subject, Output) else None,
        "back": _page_of(subject),
        "is_held": holding.is_held(subject),
        "rows": [(share, token_of("share", share)) for share in queries.links_to(request.user, subject)],
        "form": form,
    }
    return render(request, "shares/make.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, *, share: Share | None) -> ShareForm:
    data = request.POST if request.method == "POST" else None
    return ShareForm(data, share=share, may_publish=not request.user.is_guest)


def _applied(form: ShareForm, act: Any) -> bool:
    """What a service refuses becomes an error at its field."""
    try:
        act()
    except InvalidInput as refused:
        for field, sentence in refused.by_field().items():
            place = PLACES.get(field, field)
            form.add_error(place if place in form.fields else None, sentence)
        return False
    return True


def _address(request: HttpRequest, share: Share) -> str:
    return request.build_absolute_uri(reverse("share", args=[token_of("share", share)]))


def _page_of(subject: Subject) -> str:
    return reverse(str(subject._meta.model_name), args=[subject.pk])
