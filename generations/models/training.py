"""A training: one run that would make a new version of `destination` out of a version that can be trained."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from generations.ids import new_id
from generations.models.prediction import ACTIVE, TERMINAL, Status


class Training(models.Model):
    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="trainings")
    version = models.ForeignKey("generations.Version", on_delete=models.PROTECT, related_name="trainings")
    destination = models.ForeignKey(
        "generations.RegisteredModel", on_delete=models.CASCADE, related_name="trainings"
    )
    input = models.JSONField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.STARTING)
    error = models.TextField(blank=True)
    logs = models.TextField(blank=True)
    output_json = models.JSONField(null=True, blank=True)  # {"version": "owner/name:id", "weights": address}
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="training_status"),
            models.CheckConstraint(
                condition=Q(status__in=ACTIVE, completed_at__isnull=True)
                | Q(status__in=TERMINAL, completed_at__isnull=False),
                name="training_completed_when_terminal",
            ),
        ]
        indexes = [models.Index(fields=["user", "-id"], name="trainings_of_user")]

    def __str__(self) -> str:
        return self.id
