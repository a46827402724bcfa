"""A strike: what a broken rule counts against a person, for a while. Voided, never deleted."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Strike(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="strikes")
    decision = models.OneToOneField("generations.Decision", on_delete=models.PROTECT, related_name="strike")
    points = models.PositiveSmallIntegerField()  # 0: a warning
    created_at = models.DateTimeField(default=timezone.now)
    halves_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(
        "generations.Decision", on_delete=models.PROTECT, null=True, blank=True, related_name="voids"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_by__isnull=True)
                | Q(voided_at__isnull=False, voided_by__isnull=False),
                name="strike_voided_by_a_decision",
            )
        ]
        indexes = [models.Index(fields=["user", "-expires_at"], name="strikes_of_user")]

    def __str__(self) -> str:
        return f"{self.points} for {self.user_id}"
