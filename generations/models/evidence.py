"""Evidence that the law wants kept: what a diverted case is about, encrypted, for two named persons together.

No foreign key but the case's: it outlives the picture and the person.
"""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from generations.ids import new_id


class SealedEvidence(models.Model):
    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    case = models.OneToOneField("generations.Case", on_delete=models.PROTECT, related_name="evidence")
    key = models.CharField(max_length=64)  # of the file in storage
    sha256 = models.CharField(max_length=64)  # of the file as it is stored
    size = models.PositiveBigIntegerField()
    sealed_at = models.DateTimeField(default=timezone.now, editable=False)
    keep_until = models.DateTimeField()
    purged_at = models.DateTimeField(null=True, blank=True)

    # Who wants to open it, and who agreed; numbers, so that a line outlives the person
    asked_by = models.BigIntegerField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    agreed_by = models.BigIntegerField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    is_single_operator = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True)
                | Q(is_single_operator=True)
                | ~Q(agreed_by=F("asked_by")),
                name="sealed_opened_by_two",
            ),
        ]
        indexes = [
            models.Index(fields=["keep_until"], condition=Q(purged_at__isnull=True), name="sealed_to_purge")
        ]

    def __str__(self) -> str:
        return f"Evidence of {self.case_id}"
