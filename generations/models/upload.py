"""An upload: a picture that a person brought along, to start from or as a mask."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from generations.ids import new_id


class Upload(models.Model):
    """Kept a day, and as long as something that was made from it is; its owner alone sees it."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    predictions = models.ManyToManyField("generations.Prediction", related_name="uploads", blank=True)

    # The files: <key>/picture.webp, <key>/thumb.webp
    key = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()  # bytes of both
    sha256 = models.CharField(max_length=64)  # of the bytes that were sent
    fingerprint = models.CharField(
        max_length=64, blank=True
    )  # PDQ, "" where there is too little to tell it by
    width = models.PositiveIntegerField()  # of picture.webp
    height = models.PositiveIntegerField()
    epoch = models.PositiveIntegerField(default=0)  # raised to make every link to the files void
    standing = models.PositiveSmallIntegerField(default=0)  # what moderators decided (standing.py)

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(db_index=True)  # when it is asked whether anything uses it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "sha256"], name="upload_once")]

    def __str__(self) -> str:
        return self.id
