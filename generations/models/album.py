"""An album: outputs that a person keeps together, in an order of their own; an output may be in several."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from generations.ids import new_id

NAME_MAX = 80


class Album(models.Model):
    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="albums")
    name = models.CharField(max_length=NAME_MAX)
    cover = models.ForeignKey(
        "generations.Output", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )  # None: the first of it
    position = models.IntegerField(default=0)  # among the albums of its person; then by id
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    outputs = models.ManyToManyField(
        "generations.Output", through="generations.Placement", related_name="albums"
    )

    class Meta:
        constraints = [models.UniqueConstraint("user", Lower("name"), name="album_once")]

    def __str__(self) -> str:
        return self.name


class Placement(models.Model):
    """An output's place in an album: by position, then by id."""

    album = models.ForeignKey(Album, on_delete=models.CASCADE, related_name="placements")
    output = models.ForeignKey("generations.Output", on_delete=models.CASCADE, related_name="placements")
    position = models.BigIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["album", "output"], name="placed_once")]
        indexes = [models.Index(fields=["album", "position", "id"], name="order_in_album")]

    def __str__(self) -> str:
        return f"{self.output_id} in {self.album_id}"
