"""Statements of reasons, for a file that leaves the site: what was decided, not about whom nor by whom."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import F

from generations import dsa
from generations.models import Decision, Ruling

COLUMNS = (
    *("id", "outcome", "decided_at", "ends_at", "ground", "category", "rule", "rule_text", "legal_ground"),
    *("reference_url", "facts", "source_type", "automated_detection", "automated_decision"),
    *("content_at", "territorial_scope"),
)


def statements(since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    """Of every decision that restricts something and was not taken back, oldest first; read as it is asked for."""
    taken_back = Decision.objects.filter(outcome__in=(Ruling.UNDO, Ruling.OVERTURN)).values("supersedes")
    rows = Decision.objects.filter(
        decided_at__gte=since, decided_at__lt=until, outcome__in=sorted(dsa.STATED)
    )
    rows = rows.exclude(pk__in=taken_back).order_by("decided_at", "pk")
    named = rows.values(*COLUMNS, subject_kind=F("case__subject_kind"))
    return (dsa.statement(row) for row in named.iterator(chunk_size=500))
