"""Sealed evidence, for the two named persons: asked for by one, agreed to by the other, read within the hour."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from generations import access, queries
from generations.errors import InvalidInput
from generations.services import evidence


@require_safe
@never_cache
def staff_sealed(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
def sealed_ask(request: HttpRequest, evidence_id: str) -> HttpResponse:
    row = access.evidence_by_id(request.user, evidence_id)
    try:
        evidence.ask(row, request.user, reason=request.POST.get("reason", "").replace("\x00", ""))
    except InvalidInput as error:
        return _page(request, error=str(error), about=row.pk)
    messages.success(request, "The other named person sees it on this page, and can agree.")
    return redirect("staff-sealed")


@require_POST
def sealed_agree(request: HttpRequest, evidence_id: str) -> HttpResponse:
    evidence.agree(access.evidence_by_id(request.user, evidence_id), request.user)
    messages.success(request, "It is open to the two of you for an hour.")
    return redirect("staff-sealed")


@require_POST
def sealed_read(request: HttpRequest, evidence_id: str) -> HttpResponse:
    """A POST: no link, no prefetch and no reload opens it."""
    row = access.evidence_by_id(request.user, evidence_id)
    response = HttpResponse(evidence.read(row, request.user), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="evidence-{row.pk}.zip"'
    response["Cache-Control"] = "private, no-store"
    return response


def _page(request: HttpRequest, *, error: str = "", about: str = "") -> HttpResponse:
    viewer = access.evidence_open(request.user)
    rows = [(each, evidence.is_open(each.row), evidence.is_asked(each.row)) for each in queries.sealed()]
    context = {"rows": rows, "viewer": viewer, "error": error, "about": about}
    return render(request, "staff/sealed.html", context, status=422 if error else 200)
