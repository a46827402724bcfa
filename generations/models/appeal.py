"""An appeal: the person says that a decision is wrong. One a decision, free, answered by another person."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from generations.ids import new_id
from generations.models.review import by_another

APPEAL_MAX = 2000


class AppealState(models.TextChoices):
    OPEN = "open", "Waits for an answer"
    UPHELD = "upheld", "The decision stays"
    OVERTURNED = "overturned", "The decision was reversed"


class Appeal(models.Model):
    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    decision = models.OneToOneField("generations.Decision", on_delete=models.PROTECT, related_name="appeal")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="appeals")
    text = models.CharField(max_length=APPEAL_MAX)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=AppealState.choices, default=AppealState.OPEN)
    answer = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    first = models.ForeignKey(  # who decided first; None: the site itself
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    is_single_operator = models.BooleanField(default=False)
    waited_s = models.PositiveIntegerField(default=0)  # from the decision to the answer, by the same person

    class Meta:
        constraints = [
            models.CheckConstraint(condition=by_another("first", "decided_by"), name="appeal_to_another"),
            models.CheckConstraint(
                condition=Q(state=AppealState.OPEN, decided_by__isnull=True, decided_at__isnull=True)
                | Q(~Q(state=AppealState.OPEN), decided_by__isnull=False, decided_at__isnull=False),
                name="appeal_answered_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=AppealState.OPEN), name="appeals_open"),
        ]

    def __str__(self) -> str:
        return f"Appeal against {self.decision_id}"
