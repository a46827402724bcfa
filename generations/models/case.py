"""A case: one thing that somebody or something says breaks a rule, with all that was said of it since it opened.

One live case a subject. A subject is named by kind and id, so a case outlives what it is about.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from generations.ids import new_id


class SubjectKind(models.TextChoices):
    OUTPUT = "output", "Picture"
    PREDICTION = "prediction", "Prediction"
    SHARE = "share", "Link"
    UPLOAD = "upload", "Upload"
    USER = "user", "Person"


class CaseState(models.TextChoices):
    OPEN = "open", "Open"
    ESCALATED = "escalated", "Escalated"  # for senior moderators
    DECIDED = "decided", "Decided"
    DIVERTED = "diverted", "Diverted"  # out of the desk: what the law wants handled otherwise


WAITING = (CaseState.OPEN, CaseState.ESCALATED)
LIVE = (*WAITING, CaseState.DIVERTED)


class Queue(models.TextChoices):
    URGENT = "urgent", "Urgent"
    SERIOUS = "serious", "Serious"
    ORDINARY = "ordinary", "Ordinary"


class Case(models.Model):
    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    subject_kind = models.CharField(max_length=12, choices=SubjectKind.choices)
    subject_id = models.CharField(max_length=26)
    person = models.ForeignKey(  # whose it is
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="cases"
    )
    state = models.CharField(max_length=12, choices=CaseState.choices, default=CaseState.OPEN)
    is_private = models.BooleanField(default=False)  # neither shared nor reported: closed to most of the desk

    # What was said of it, weighed
    category = models.CharField(max_length=32)  # the gravest
    severity = models.PositiveSmallIntegerField(default=1)
    queue = models.CharField(max_length=12, choices=Queue.choices, default=Queue.ORDINARY)
    score = models.FloatField(default=0)
    signals_count = models.PositiveIntegerField(default=0)
    reopened = models.PositiveIntegerField(default=0)

    # Near-duplicates stand under one of them, which the queue shows for all
    fingerprint = models.CharField(max_length=64, blank=True)
    cluster = models.CharField(max_length=26, db_index=True)
    is_head = models.BooleanField(default=True)  # and it waits: what the indexes of the queue hold

    # Who is at it
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    claim_ends_at = models.DateTimeField(null=True, blank=True)
    lock_version = models.PositiveIntegerField(default=0)  # raised whenever it moves: two who decide notice

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    signaled_at = models.DateTimeField(default=timezone.now)  # the newest signal
    due_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"], condition=Q(state__in=LIVE), name="one_live_case"
            ),
            models.CheckConstraint(
                condition=Q(state=CaseState.DECIDED, decided_at__isnull=False)
                | Q(~Q(state=CaseState.DECIDED), decided_at__isnull=True),
                name="case_decided_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["-score", "id"], condition=Q(is_head=True), name="cases_waiting"),
            models.Index(  # for the numbers of the desk: read from the index alone
                fields=["queue", "state", "is_head"], condition=Q(is_head=True), name="cases_counted"
            ),
            models.Index(fields=["subject_kind", "subject_id", "-id"], name="cases_of_subject"),
            models.Index(fields=["person", "-id"], name="cases_of_person"),
            models.Index(fields=["state", "-decided_at"], name="cases_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.subject_kind} {self.subject_id}"

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING
