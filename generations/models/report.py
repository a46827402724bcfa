"""A report: somebody says that a shared picture breaks a rule. It outlives what it is about."""

from django.conf import settings
from django.db import models

from generations.ids import new_id


class Rule(models.TextChoices):
    """What a report says is broken: a rule, never a mood."""

    CHILD = "child", "It sexualises a child"
    INTIMATE = "intimate", "It shows a real person naked or in a sexual way"
    VIOLENCE = "violence", "It glorifies cruelty or terror"
    HATE = "hate", "It attacks people for what they are"
    DECEIT = "deceit", "It passes for a real person or event, to deceive"
    RIGHTS = "rights", "It uses a work or a likeness without permission"
    UNMARKED = "unmarked", "It is sensitive and not marked so"
    SPAM = "spam", "It is advertising or spam"
    OTHER = "other", "Another law or rule"


class Report(models.Model):
    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    epoch = models.PositiveIntegerField(default=0)  # of its receipt's link
    rule = models.CharField(max_length=16, choices=Rule.choices)
    words = models.TextField(blank=True)
    email = models.EmailField(blank=True)  # where word of the outcome goes
    status = models.CharField(max_length=12, default="open")  # open, acted (something was done), kept
    outcome_at = models.DateTimeField(null=True, blank=True)  # from when on whoever holds the receipt is told
    told_at = models.DateTimeField(null=True, blank=True)  # by e-mail, where they gave an address
    created_at = models.DateTimeField(auto_now_add=True)

    # Who says so, when they were signed in
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="reports"
    )

    # What it is about: ids beside the row, because the row may go
    share = models.ForeignKey(
        "generations.Share", on_delete=models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    subject = models.CharField(max_length=26, db_index=True)  # id of the output or prediction
    publisher_id = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["status", "-id"], name="reports_by_status"),
            models.Index(
                fields=["outcome_at"],
                condition=models.Q(outcome_at__isnull=False, told_at__isnull=True),
                name="reports_to_tell",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.rule}"
