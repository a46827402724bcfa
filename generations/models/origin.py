"""An origin: the edge from what a prediction was made from, an output or a prediction, to that prediction."""

from django.db import models


class OriginKind(models.TextChoices):
    AGAIN = "again", "made again"
    VARY = "vary", "varied"
    EDIT = "edit", "changed"
    START_IMAGE = "start_image", "started from"


class Origin(models.Model):
    """Outlives its parent, so that a tree keeps its shape where something in it was deleted.

    `root` is the prediction that the whole tree began with: an id beside the row, because that row may go.
    """

    prediction = models.ForeignKey("generations.Prediction", on_delete=models.CASCADE, related_name="origins")
    kind = models.CharField(max_length=12, choices=OriginKind.choices)
    parent = models.ForeignKey(
        "generations.Prediction", on_delete=models.SET_NULL, null=True, blank=True, related_name="descendants"
    )
    output = models.ForeignKey(  # which of the parent's, when it was one picture
        "generations.Output", on_delete=models.SET_NULL, null=True, blank=True, related_name="descendants"
    )
    root = models.CharField(max_length=26)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prediction", "kind"], name="origin_once")]
        indexes = [models.Index(fields=["root", "prediction"], name="origins_of_root")]

    def __str__(self) -> str:
        return f"{self.prediction_id} {self.kind} {self.parent_id}"
