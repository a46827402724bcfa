"""A signal: one reason why a case is there, with its weight."""

from django.conf import settings
from django.db import models
from django.utils import timezone

NOTE_MAX = 1000


class SignalKind(models.TextChoices):
    REPORT = "report", "Report"
    RULE = "rule", "Prompt rule"
    CLASSIFIER = "classifier", "Classifier"
    HASH = "hash", "Like a blocked picture"
    STAFF = "staff", "A moderator"
    APPEAL = "appeal", "Appeal"


class Signal(models.Model):
    case = models.ForeignKey("generations.Case", on_delete=models.PROTECT, related_name="signals")
    kind = models.CharField(max_length=12, choices=SignalKind.choices)
    category = models.CharField(max_length=32)
    source = models.CharField(max_length=120, blank=True)  # which rule or detector, with its version
    confidence = models.FloatField(default=1.0)
    weight = models.FloatField(default=1.0)
    spans = models.JSONField(default=list)  # [{"field", "start", "end", "term"}]: the words that it is about
    note = models.CharField(max_length=NOTE_MAX, blank=True)
    is_soft = models.BooleanField(default=False)  # it says perhaps, and never counts as a strike
    verdict = models.CharField(max_length=12, blank=True)  # agreed, disagreed; "" until somebody has decided
    decision = models.ForeignKey(
        "generations.Decision", on_delete=models.PROTECT, null=True, blank=True, related_name="signals"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="signals"
    )
    report = models.OneToOneField(
        "generations.Report", on_delete=models.SET_NULL, null=True, blank=True, related_name="signal"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confidence__gte=0, confidence__lte=1, weight__gte=0), name="signal_weighed"
            ),
        ]
        indexes = [models.Index(fields=["source", "-id"], name="signals_of_source")]

    def __str__(self) -> str:
        return f"{self.kind} {self.category} on {self.case_id}"
