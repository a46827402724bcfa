"""An upload: what a person brought along. A picture to start from or as a mask, or a file that a program sent."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from generations import standing
from generations.ids import new_id


class Upload(models.Model):
    """Kept a day, and as long as something that was made from it is; its owner alone sees it.

    `is_file`: it came by the API and lies here byte by byte, whatever it is; never decoded, never shown. What a model
    starts from is a picture that was made of it.
    """

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    predictions = models.ManyToManyField("generations.Prediction", related_name="uploads", blank=True)

    is_file = models.BooleanField(default=False)
    name = models.CharField(max_length=255, blank=True)  # of a file, as its sender called it
    content_type = models.CharField(max_length=127, blank=True)  # of a file; its sender says so
    metadata = models.JSONField(default=dict)  # of a file; its sender's own
    md5 = models.CharField(max_length=32, blank=True)  # of a file

    # The files: <key>/picture.webp, <key>/thumb.webp; or <key>/file
    key = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()  # bytes of all of them
    sha256 = models.CharField(max_length=64)  # of the bytes that were sent
    fingerprint = models.CharField(
        max_length=64, blank=True
    )  # PDQ, "" where there is too little to tell it by
    width = models.PositiveIntegerField(default=0)  # of picture.webp
    height = models.PositiveIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=0)  # raised to make every link to the files void
    standing = models.PositiveSmallIntegerField(default=0)  # what moderators decided (standing.py)

    copy_of = models.CharField(
        max_length=26, blank=True
    )  # the output or upload whose address was given; what is decided about that holds for this too

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(db_index=True)  # when it is asked whether anything uses it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "sha256"], condition=Q(is_file=False), name="upload_once")
        ]
        indexes = [
            models.Index(fields=["user", "-id"], condition=Q(is_file=True), name="files_of_user"),
            models.Index(fields=["copy_of"], condition=~Q(copy_of=""), name="copies_of"),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def is_owners_alone(self) -> bool:
        """A decision holds it: whoever else has its address sees nothing."""
        return self.standing >= standing.HOLD
