"""A notice: what a person is told of a decision, as it was worded then. It leaves when its time has come."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from generations.ids import new_id


class Notice(models.Model):
    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    decision = models.ForeignKey("generations.Decision", on_delete=models.PROTECT, related_name="notices")
    template = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    leaves_at = models.DateTimeField()  # until then the decision can be undone, and nobody is told
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)  # handed to the mail server, or there was none
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], name="notices_of_user"),
            models.Index(fields=["leaves_at"], condition=Q(mailed_at__isnull=True), name="notices_to_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.template} to {self.user_id}"
