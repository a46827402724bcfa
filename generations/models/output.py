"""An output: one file made by a prediction; what a gallery shows."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from generations import standing
from generations.ids import new_id

RATING_MAX = 5


class Hold(models.IntegerChoices):
    """What a picture waits with until a person has looked at it; its owner always sees it."""

    NONE = 0, "nothing"
    PUBLIC = 1, "being public"
    SHARED = 2, "being shared at all"


class Output(models.Model):
    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    prediction = models.ForeignKey("generations.Prediction", on_delete=models.CASCADE, related_name="outputs")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="outputs")
    index = models.PositiveSmallIntegerField()
    seed = models.BigIntegerField(null=True, blank=True)
    read_as = models.JSONField(default=dict)  # how the model understood the prompt, when it says so

    # The files: <key>/master.png, <key>/<width>.<format>, <key>/timelapse.webp
    # A key is random, one an output; only the outputs of a seeded gallery share one.
    key = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()  # bytes of the master and all renditions
    sha256 = models.CharField(max_length=64)  # of the master
    fingerprint = models.CharField(
        max_length=64, blank=True
    )  # PDQ, "" where there is too little to tell it by
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    renditions = models.JSONField(default=list)  # [{"format", "width", "height", "size"}], smallest first
    placeholder = models.CharField(max_length=600)  # a tiny data URI
    colour = models.CharField(max_length=7)  # mean, #rrggbb
    has_timelapse = models.BooleanField(default=False)
    epoch = models.PositiveIntegerField(default=0)  # raised to make every link to the files void

    is_published = models.BooleanField(
        default=False
    )  # with its prediction's success, and not while it is withheld; else only the tray shows it
    hold = models.PositiveSmallIntegerField(choices=Hold.choices, default=Hold.NONE)
    is_favourite = models.BooleanField(default=False)
    rating = models.PositiveSmallIntegerField(default=0)  # 0 (none) to RATING_MAX
    says_sensitive = models.BooleanField(default=False)  # its publisher does
    is_sensitive = models.BooleanField(
        default=False
    )  # its publisher or a moderator says so; each viewer chooses what to see
    standing = models.PositiveSmallIntegerField(default=0)  # what moderators decided (standing.py)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    trashed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prediction", "index"], name="output_once"),
            models.CheckConstraint(condition=Q(rating__lte=RATING_MAX), name="output_rating"),
        ]
        indexes = [
            models.Index(
                fields=["user", "-id", "prediction"],  # the last for searches: no row is read to pass it over
                condition=Q(trashed_at__isnull=True, is_published=True),
                name="gallery",
            ),
            models.Index(
                fields=["user", "-id"],
                condition=Q(trashed_at__isnull=True, is_published=True, is_favourite=True),
                name="gallery_favourites",
            ),
            models.Index(
                fields=["user", "-trashed_at", "-id"],
                condition=Q(trashed_at__isnull=False),
                name="bin_of_user",
            ),
            models.Index(
                fields=["user", "-rating", "-id"],
                condition=Q(trashed_at__isnull=True, is_published=True),
                name="gallery_rated",
            ),
            models.Index(fields=["user", "seed"], name="output_by_seed"),
            # Partial, so that no planner takes it for a way through the gallery
            models.Index(fields=["user", "size"], condition=Q(size__gt=0), name="stored_of_user"),
            models.Index(fields=["trashed_at"], condition=Q(trashed_at__isnull=False), name="bin_by_age"),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def is_owners_alone(self) -> bool:
        """A decision or a rule holds it: whoever else has its address sees nothing."""
        return self.standing >= standing.HOLD or self.hold == Hold.SHARED

    @property
    def is_withheld(self) -> bool:
        """A decision keeps it from everyone, its owner included."""
        return self.standing >= standing.HIDE

    @property
    def recipe(self) -> dict[str, Any]:
        """What makes this picture again: the input of its prediction, with the seed of this very output."""
        prediction = self.prediction
        found = (
            {**prediction.input, "num_outputs": 1}
            if "num_outputs" in prediction.input
            else {**prediction.input}
        )
        return {**found, "seed": self.seed} if self.seed is not None else found
