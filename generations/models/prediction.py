"""A prediction: one run of one version with one input. The row is the truth; only services move it.

starting ──► processing ──► succeeded
   │  ▲           │    ├──► failed
   │  └─ lease ran out ┘    └──► canceled
   └──► canceled | failed | aborted
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from generations.ids import new_id


class Status(models.TextChoices):
    STARTING = "starting"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    ABORTED = "aborted"


ACTIVE = (Status.STARTING, Status.PROCESSING)
TERMINAL = (Status.SUCCEEDED, Status.FAILED, Status.CANCELED, Status.ABORTED)

WITHHELD = "withheld"  # error_code of one of which nothing was kept; it counts for no limit

# from → what it may become; a status that is missing here is final
MOVES: dict[str, tuple[str, ...]] = {
    Status.STARTING: (Status.PROCESSING, Status.CANCELED, Status.FAILED, Status.ABORTED),
    Status.PROCESSING: (Status.STARTING, Status.SUCCEEDED, Status.FAILED, Status.CANCELED),
}


def sources(target: str) -> list[str]:
    """The statuses that may become `target`."""
    return [source for source, targets in MOVES.items() if target in targets]


class Prediction(models.Model):
    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="predictions")
    version = models.ForeignKey("generations.Version", on_delete=models.PROTECT, related_name="predictions")
    deployment = models.ForeignKey(
        "generations.Deployment", on_delete=models.SET_NULL, null=True, blank=True, related_name="predictions"
    )
    source = models.CharField(max_length=8, default="web")  # web or api
    token = models.ForeignKey(
        "accounts.Token", on_delete=models.SET_NULL, null=True, blank=True, related_name="predictions"
    )  # by which a program made it
    idempotency_key = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 - NULL: none given
    request_digest = models.CharField(max_length=64, blank=True)  # of what came with that key, hexadecimal
    input = models.JSONField()
    prompt = models.TextField(blank=True)  # input["prompt"], for lists and search
    outputs_asked = models.PositiveSmallIntegerField(default=1)  # files; 0 of a version that makes text
    width = models.PositiveIntegerField(default=0)  # pixels of one output, as far as the input tells
    height = models.PositiveIntegerField(default=0)

    # Whom it tells, and where: of those made by the API
    webhook = models.CharField(max_length=2048, blank=True)
    webhook_events = models.JSONField(default=list)  # [] = as if none were asked for: output and completed
    api_origin = models.CharField(max_length=255, blank=True)  # as its program reached us, for addresses
    given = models.JSONField(
        default=dict
    )  # by field: the address in whose place `input` has our own reference

    # What happened
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.STARTING)
    seq = models.PositiveIntegerField(default=0)  # rises in every UPDATE that a page should see
    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    eta_s = models.FloatField(null=True, blank=True)  # as the engine sees it, at `step`
    error = models.TextField(blank=True)  # a sentence for people
    error_code = models.CharField(max_length=32, blank=True)
    metrics = models.JSONField(default=dict)
    output_json = models.JSONField(null=True, blank=True)  # outputs that are not files
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField(null=True, blank=True)  # if it still runs then, it is ended
    data_removed_at = models.DateTimeField(null=True, blank=True)  # input, outputs and logs are gone

    # What rules did to it
    is_held = models.BooleanField(default=False)  # its outputs are shared only after review
    withheld = models.JSONField(
        default=list
    )  # indexes of outputs that are on the block-list, and were not kept

    # The queue
    priority = models.SmallIntegerField(default=0)
    vtime = models.FloatField(default=0)  # fair-queue stamp
    cost = models.FloatField(default=1)  # steps × megapixels × outputs

    # Who runs it: fields of the lease, set exactly while a dispatcher owns the row
    owner = models.CharField(max_length=64, blank=True)
    engine = models.ForeignKey(
        "generations.Engine", on_delete=models.SET_NULL, null=True, blank=True, related_name="predictions"
    )
    boot = models.CharField(max_length=64, blank=True)  # the engine process that was given it
    claim = models.PositiveIntegerField(default=0)  # rises with every claim; fences late writers
    renewals = models.PositiveIntegerField(default=0)
    engine_seq = models.PositiveIntegerField(
        default=0
    )  # id of the newest event of this claim that is in the row
    failures = models.PositiveSmallIntegerField(default=0)  # infrastructure faults, at most 3
    is_suspect = models.BooleanField(default=False)  # was running when an engine died: runs alone next
    cancel_asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "idempotency_key"], name="prediction_once"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="prediction_status"),
            models.CheckConstraint(condition=Q(status__in=ACTIVE) | Q(owner=""), name="lease_while_active"),
            models.CheckConstraint(
                condition=Q(status__in=ACTIVE, completed_at__isnull=True)
                | Q(status__in=TERMINAL, completed_at__isnull=False),
                name="completed_at_when_terminal",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-priority", "vtime", "id"],
                condition=Q(status=Status.STARTING, owner=""),
                name="claim_order",
            ),
            models.Index(fields=["user", "id"], condition=Q(status__in=ACTIVE), name="active_of_user"),
            models.Index(fields=["owner"], condition=~Q(owner=""), name="leased"),
            models.Index(fields=["vtime"], condition=Q(claim__gt=0), name="served_vtime"),
            models.Index(fields=["user", "vtime"], name="vtime_of_user"),
            models.Index(fields=["user", "-id"], name="predictions_of_user"),
            models.Index(fields=["version", "-completed_at"], name="recent_of_version"),
            models.Index(fields=["token", "id"], condition=Q(token__isnull=False), name="made_by_token"),
            models.Index(
                fields=["deadline_at"],
                condition=Q(status__in=ACTIVE, deadline_at__isnull=False),
                name="deadlines",
            ),
            models.Index(
                fields=["completed_at"],
                condition=Q(source="api", data_removed_at=None),
                name="data_to_remove",
            ),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def is_terminal(self) -> bool:
        return self.status in TERMINAL

    @property
    def makes_text(self) -> bool:
        """Was a text asked for, instead of files?"""
        return self.outputs_asked == 0

    @property
    def shown_status(self) -> str:
        """The status as people and old clients know it: `aborted` is a kind of canceled."""
        return Status.CANCELED if self.status == Status.ABORTED else self.status

    @property
    def seed(self) -> int | None:
        value: Any = self.input.get("seed")
        return value if isinstance(value, int) else None
