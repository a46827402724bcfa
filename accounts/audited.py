"""A page of /admin/ whose every change is a line in the audit."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import audit


class Audited(admin.ModelAdmin):
    """Beside Django's own log, which can be changed: called by it within the transaction of the change.

    Of what was typed only a keyed hash is kept.
    """

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record(request, "admin.add", obj.pk, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record(request, "admin.change", obj.pk, message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for obj in queryset:
            self._record(request, "admin.delete", obj.pk, None)
        return super().log_deletions(request, queryset)

    def _record(self, request: HttpRequest, verb: str, id: Any, message: Any) -> None:
        person: Any = request.user
        audit.record(person, verb, kind=self.opts.label_lower[:32], id=str(id)[:64], after=message)
