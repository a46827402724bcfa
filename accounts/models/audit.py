"""One line of the audit: who did what to what, chained to the line before it. It is written once and never changed.

Ids alone, no foreign keys and no prompts: a line outlives what it names, and tells nothing of it.
"""

from typing import ClassVar, NoReturn

from django.db import models


class AppendOnlyQuerySet(models.QuerySet["AuditEvent"]):
    """Rows may be read and added. The database's own triggers (accounts/guard.py) hold whoever goes around this."""

    def update(self, **fields: object) -> NoReturn:
        raise TypeError("The audit is never changed.")

    def delete(self) -> NoReturn:
        raise TypeError("The audit is never deleted.")


class AuditEvent(models.Model):
    seq = models.PositiveBigIntegerField(primary_key=True)  # 1, 2, 3 … without a gap
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)  # "user:12", "command:add_engine", "site"
    verb = models.CharField(max_length=64)  # "role.give"
    kind = models.CharField(max_length=32, blank=True)  # of what it was done to: "user"
    object_id = models.CharField(max_length=64, blank=True)
    before = models.CharField(max_length=64, blank=True)  # keyed hashes of the state before and after
    after = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    address_hash = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64)  # the mac of the line before
    mac = models.CharField(max_length=64)

    objects: ClassVar[models.Manager["AuditEvent"]] = models.Manager.from_queryset(AppendOnlyQuerySet)()

    class Meta:
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["actor", "-seq"], name="audit_by_actor"),
            models.Index(fields=["kind", "object_id", "-seq"], name="audit_by_object"),
            models.Index(fields=["verb", "-seq"], name="audit_by_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.actor} {self.verb} {self.kind} {self.object_id}".rstrip()
