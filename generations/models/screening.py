"""A screening: what the classifier says of one picture that is shared or reported, and of no other."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class ScreeningState(models.TextChoices):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"  # the file cannot be read: a person has to look


class Screening(models.Model):
    output = models.OneToOneField("generations.Output", on_delete=models.CASCADE, related_name="screening")
    state = models.CharField(max_length=8, choices=ScreeningState.choices, default=ScreeningState.WAITING)
    score = models.FloatField(null=True, blank=True)  # 0 to 1: how likely it is not for everyone
    detector = models.CharField(max_length=40, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)  # a person looked, and it may be shown

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=1), name="screening_score"
            )
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="waiting"), name="screenings_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.output_id} {self.state}"


class DetectorState(models.TextChoices):
    OFF = "off", "not installed"
    READY = "ready", "at work"
    DOWN = "down", "not answering"


class Detector(models.Model):
    """The classifier, as whoever runs it last said: a row, so that every web process knows whether to wait for it."""

    name = models.CharField(primary_key=True, max_length=40)
    version = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=DetectorState.choices, default=DetectorState.OFF)
    said = models.CharField(max_length=300, blank=True)  # why it is not at work
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.name} {self.state}"
