"""The staff's own numbers, and statements of reasons as a file."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from generations import access, dsa, queries
from generations.views.pulling import pulled

YEARS_MOST = 3


class StatementsForm(forms.Form):
    since = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(
        label="To", help_text="The day itself is in it.", widget=forms.DateInput(attrs={"type": "date"})
    )
    format = forms.ChoiceField(label="As", choices=[("csv", "CSV"), ("json", "JSON")])

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = found.get("since"), found.get("until")
        if until and until > timezone.localdate():
            raise forms.ValidationError("To is not later than today.")
        if since and until and not timedelta() <= until - since <= timedelta(days=366 * YEARS_MOST):
            raise forms.ValidationError(
                f"From comes before To, and at most {YEARS_MOST} years lie between them."
            )
        return found


@require_safe
@never_cache
def staff_numbers(request: HttpRequest) -> HttpResponse:
    access.numbers_read(request.user)
    return render(request, "staff/numbers.html", {"work": queries.work()})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def staff_statements(request: HttpRequest) -> HttpResponseBase:
    """A form; then the file, written as it is sent. That it was taken is a line in the audit."""
    asker = access.statements_export(request.user)
    today = timezone.localdate()
    begin = {"since": today - timedelta(days=30), "until": today, "format": "csv"}
    form = StatementsForm(request.POST if request.method == "POST" else None, initial=begin)
    if request.method != "POST" or not form.is_valid():
        return render(request, "staff/statements.html", {"form": form}, status=422 if form.errors else 200)
    asked = form.cleaned_data
    audit.record(asker, "statements.export", kind="decision", after={k: str(v) for k, v in asked.items()})
    since, until = _start(asked["since"]), _start(asked["until"] + timedelta(days=1))
    rows = queries.statements(since, until)
    written = _csv(rows) if asked["format"] == "csv" else _json(rows)
    return _file(written, f"statements-{asked['since']}-{asked['until']}.{asked['format']}", asked["format"])


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _file(written: Iterator[bytes], name: str, format: str) -> StreamingHttpResponse:
    kind = "text/csv; charset=utf-8" if format == "csv" else "application/json"
    response = StreamingHttpResponse(pulled(written), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _csv(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    yield _line(dsa.FIELDS)
    for row in rows:
        yield _line(_cell(row[field]) for field in dsa.FIELDS)


def _line(cells: Iterable[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue().encode()


def _cell(value: Any) -> str:
    """A list as words with a bar between them; a text that a spreadsheet would take for a formula as a text."""
    text = "|".join(value) if isinstance(value, list) else str(value or "")
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _json(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    yield b'{"statements": ['
    for number, row in enumerate(rows):
        yield (b",\n" if number else b"\n") + json.dumps(row, ensure_ascii=False).encode()
    yield b"\n]}\n"
