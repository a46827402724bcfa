"""The audit, to read: newest first, by person, verb and what it was done to."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from generations import access, queries

FILTERS = ("actor", "verb", "subject")
MOST = 18  # digits of a number that a database knows


@require_safe
@never_cache
def staff_audit(request: HttpRequest) -> HttpResponse:
    access.audit_read(request.user)
    asked = {name: request.GET.get(name, "").strip()[:100] for name in FILTERS}
    asked = {name: value if value.isprintable() else "" for name, value in asked.items()}
    before = request.GET.get("before", "")
    number = int(before) if before.isascii() and before.isdecimal() and len(before) <= MOST else None
    page = queries.audit_page(before=number, **asked)
    kept = {name: value for name, value in asked.items() if value}
    older = urlencode({**kept, "before": page.next}) if page.next else ""
    context = {"lines": page.items, "asked": asked, "older": older, "is_filtered": bool(kept)}
    return render(request, "staff/audit.html", context)
