"""A delivery: one webhook that is to be sent, and what became of it. The rows are the outbox: nothing else is.

pending ──► delivered
   └──────► failed ──► pending (sent again by hand)
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from generations.ids import new_id

URL_MAX = 2048


class WebhookEvent(models.TextChoices):
    START = "start"
    OUTPUT = "output"
    LOGS = "logs"
    COMPLETED = "completed"


# Newer ones of these take the place of those that wait; the others are sent once each
PROGRESS_EVENTS = (WebhookEvent.OUTPUT, WebhookEvent.LOGS)


class DeliveryStatus(models.TextChoices):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Delivery(models.Model):
    """Written in the transaction that changes its prediction. Its id is the webhook's, the same in every try.

    `sender` is set exactly while a process is sending it, and one webhook of a prediction at a time is being sent.
    """

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    prediction = models.ForeignKey(
        "generations.Prediction", on_delete=models.CASCADE, related_name="deliveries"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=10, choices=WebhookEvent.choices)
    url = models.CharField(max_length=URL_MAX)

    status = models.CharField(max_length=10, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING)
    due_at = models.DateTimeField(default=timezone.now)  # not before; of a progress event also: when it went
    sender = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    answered = models.PositiveSmallIntegerField(null=True, blank=True)  # status of the newest answer
    error = models.TextField(blank=True)  # a sentence for people
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["prediction", "event"],
                condition=~Q(event__in=PROGRESS_EVENTS),
                name="delivery_once",
            ),
            models.UniqueConstraint(
                fields=["prediction", "event"],
                condition=Q(status=DeliveryStatus.PENDING, sender=""),
                name="delivery_waits_once",
            ),
            models.UniqueConstraint(
                fields=["prediction"], condition=~Q(sender=""), name="delivery_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(status=DeliveryStatus.PENDING, ended_at__isnull=True)
                | Q(~Q(status=DeliveryStatus.PENDING), sender="", ended_at__isnull=False),
                name="delivery_ended_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(status=DeliveryStatus.PENDING, sender=""),
                name="deliveries_due",
            ),
            models.Index(fields=["user", "-id"], name="deliveries_of_user"),
            models.Index(fields=["ended_at"], name="deliveries_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event} of {self.prediction_id}"

    @property
    def can_go_again(self) -> bool:
        """Only the end of a prediction: anything else would come after it."""
        return self.status == DeliveryStatus.FAILED and self.event == WebhookEvent.COMPLETED


class SigningSecret(models.Model):
    """What a person's webhooks are signed with; the one before it goes on signing until `ends_at`."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="signing_secrets"
    )
    key = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ends_at = models.DateTimeField(null=True, blank=True)  # set when another one took its place

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ends_at__isnull=True), name="signing_secret_now"
            )
        ]

    def __str__(self) -> str:
        return f"signing secret {self.pk} of {self.user_id}"
