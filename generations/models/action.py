"""An action: what a decision does to a subject, from when to when. What holds is computed from the active ones."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from generations.models.case import SubjectKind


class ActionKind(models.TextChoices):
    LABEL = "label", "Label"
    BLUR = "blur", "Blur"
    AGE_GATE = "age_gate", "Age gate"
    UNLIST = "unlist", "Unlist"
    HOLD = "hold", "Hold"
    REVOKE_LINKS = "revoke_links", "Close its links"
    HIDE = "hide", "Hide"
    REMOVE = "remove", "Remove"
    BLOCK_HASH = "block_hash", "Block its like"
    LIMIT = "limit", "Limit"
    MUTE = "mute", "Mute"
    SUSPEND = "suspend", "Suspend"
    TERMINATE = "terminate", "Close the account"
    RELEASE = "release", "Let go what was held"


class Action(models.Model):
    decision = models.ForeignKey("generations.Decision", on_delete=models.PROTECT, related_name="actions")
    kind = models.CharField(max_length=16, choices=ActionKind.choices)
    subject_kind = models.CharField(max_length=12, choices=SubjectKind.choices)
    subject_id = models.CharField(max_length=26)
    data = models.JSONField(default=dict)  # what its reversal needs to know
    starts_at = models.DateTimeField(null=True, blank=True)  # none: it waits for a second person
    ends_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(
        null=True, blank=True
    )  # its end has come, and what holds was computed anew
    reversed_at = models.DateTimeField(null=True, blank=True)
    reversed_by = models.ForeignKey(
        "generations.Decision", on_delete=models.PROTECT, null=True, blank=True, related_name="reversals"
    )

    # Four eyes: an action that needs a second person cannot begin without their review
    needs_second = models.BooleanField(default=False)
    review = models.ForeignKey(
        "generations.Review", on_delete=models.PROTECT, null=True, blank=True, related_name="actions"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "kind", "subject_kind", "subject_id"], name="action_once"
            ),
            models.CheckConstraint(
                condition=Q(needs_second=False) | Q(review__isnull=False) | Q(starts_at__isnull=True),
                name="severe_begins_with_two",
            ),
            models.CheckConstraint(
                condition=Q(reversed_at__isnull=True, reversed_by__isnull=True)
                | Q(reversed_at__isnull=False, reversed_by__isnull=False),
                name="reversed_by_a_decision",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="actions_of_subject"),
            models.Index(
                fields=["ends_at"],
                condition=Q(ends_at__isnull=False, lifted_at__isnull=True, reversed_at__isnull=True),
                name="actions_that_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_kind} {self.subject_id}"
