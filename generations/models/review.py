"""A second person's word on a decision: needed for what is severe, drawn by lot for what the site decides alone."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

ALONE_S = 24 * 3600  # after so long the same person may, where there is no other


def by_another(first: str, second: str) -> Q:
    """Two persons, or one after ALONE_S, said so."""
    return (
        Q(**{f"{first}__isnull": True})
        | ~Q(**{second: F(first)})
        | Q(is_single_operator=True, waited_s__gte=ALONE_S)
    )


class Review(models.Model):
    """`kind`: second (of what is severe) or blind (of what was automatic: the reviewer does not see the outcome)."""

    decision = models.OneToOneField("generations.Decision", on_delete=models.PROTECT, related_name="review")
    kind = models.CharField(max_length=8)
    first = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="reviews",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, blank=True)  # what a blind reviewer would have decided
    agrees = models.BooleanField(null=True, blank=True)
    note = models.TextField(blank=True)
    is_single_operator = models.BooleanField(default=False)
    waited_s = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=by_another("first", "reviewer"), name="reviewed_by_another"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, agrees__isnull=True)
                | Q(reviewed_at__isnull=False, agrees__isnull=False, reviewer__isnull=False),
                name="review_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(reviewed_at__isnull=True), name="reviews_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} review of {self.decision_id}"
