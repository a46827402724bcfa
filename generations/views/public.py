"""What the site says of itself in public: its rules, and the numbers of how it keeps them."""

from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from generations import queries
from generations.queries.numbers import Public
from generations.services import policies

KEPT_S = 600
DAYS = 365


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    policies.live()  # those that ship with the site are there before anybody has sent a prompt
    found = queries.public_rules()
    has_prompt_rules = any(rule.prompts for rule in found)
    return render(request, "public/rules.html", {"rules": found, "has_prompt_rules": has_prompt_rules})


@require_safe
def transparency(request: HttpRequest) -> HttpResponse:
    return render(request, "public/transparency.html", {"numbers": _numbers()})


@require_safe
def transparency_json(request: HttpRequest) -> JsonResponse:
    """The same numbers, for programs."""
    return JsonResponse({"site": settings.SITE_NAME, **asdict(_numbers())})


def _numbers() -> Public:
    """Of the last year up to today, counted anew every few minutes: whoever asks often costs nothing."""
    until = _midnight() + timedelta(days=1)
    kept: Public | None = cache.get("transparency")
    if kept is None or kept.until != until:
        kept = queries.transparency(until - timedelta(days=DAYS), until)
        cache.set("transparency", kept, timeout=KEPT_S)
    return kept


def _midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
