"""A bulk action: one verb done to many outputs, in batches, and what each of them was before.

waiting ──► working ──► done ──► undoing ──► undone
   └───────────┴──────────────────► undoing
Each batch is one transaction: the outputs, their Changes and the cursor. A killed server neither loses nor doubles one.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from generations.ids import new_id


class Verb(models.TextChoices):
    TAG = "tag"
    UNTAG = "untag"
    PLACE = "place"  # into an album
    UNPLACE = "unplace"
    RATE = "rate"
    FAVOURITE = "favourite"
    UNFAVOURITE = "unfavourite"
    KEEP = "keep"  # one of them as a favourite, the others into the bin
    TRASH = "trash"
    RESTORE = "restore"


class BulkStatus(models.TextChoices):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


BULK_ACTIVE = (BulkStatus.WAITING, BulkStatus.WORKING, BulkStatus.UNDOING)


class BulkAction(models.Model):
    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bulk_actions")
    verb = models.CharField(max_length=12, choices=Verb.choices)
    argument = models.CharField(
        max_length=80, blank=True
    )  # id of the tag, the album or the kept output; the rating
    selection = models.JSONField()  # as queries.Selection writes itself
    status = models.CharField(max_length=8, choices=BulkStatus.choices, default=BulkStatus.WAITING)
    total = models.PositiveIntegerField(default=0)  # outputs in the selection when it was made
    seen = models.PositiveIntegerField(default=0)  # outputs that it has come past
    changed = models.PositiveIntegerField(default=0)  # of them those that were not so already
    cursor = models.CharField(max_length=26, blank=True)  # the last output that it came past
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(status__in=BULK_ACTIVE), name="bulk_to_do"),
            models.Index(fields=["user", "-id"], name="bulk_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.id}"

    @property
    def is_active(self) -> bool:
        return self.status in BULK_ACTIVE


class BulkChange(models.Model):
    """One output that the action changed; deleted as it is undone."""

    action = models.ForeignKey(BulkAction, on_delete=models.CASCADE, related_name="changes")
    output = models.ForeignKey("generations.Output", on_delete=models.CASCADE, related_name="+")
    before = models.JSONField(
        null=True
    )  # what must be written back; None where the verb's contrary is enough

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "output"], name="changed_once")]

    def __str__(self) -> str:
        return f"{self.action_id} changed {self.output_id}"
