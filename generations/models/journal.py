"""What is written down while a prediction runs: milestones, text, and the newest preview of each output."""

from django.db import models


class JournalEvent(models.Model):
    """A milestone: created, started, output, stored, finished …; steps are not milestones."""

    prediction = models.ForeignKey("generations.Prediction", on_delete=models.CASCADE, related_name="journal")
    seq = models.PositiveIntegerField()  # the prediction's, in the same transaction
    kind = models.CharField(max_length=24)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["prediction", "id"], name="journal_order")]

    def __str__(self) -> str:
        return f"{self.prediction_id} {self.seq} {self.kind}"


class ChunkKind(models.TextChoices):
    OUTPUT = "output"
    LOG = "log"


class Chunk(models.Model):
    """Text that a model prints (log), or one piece of the text that it yields (output)."""

    prediction = models.ForeignKey("generations.Prediction", on_delete=models.CASCADE, related_name="chunks")
    seq = models.PositiveIntegerField()  # the prediction's, in the same transaction
    kind = models.CharField(max_length=8)  # a ChunkKind
    data = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["prediction", "id"], name="chunk_order")]

    def __str__(self) -> str:
        return f"{self.prediction_id} {self.seq} {self.kind}"


class Preview(models.Model):
    """The newest preview of one output, at most 4 KB; gone when the prediction ends."""

    prediction = models.ForeignKey(
        "generations.Prediction", on_delete=models.CASCADE, related_name="previews"
    )
    index = models.PositiveSmallIntegerField()
    step = models.PositiveIntegerField()
    mime = models.CharField(max_length=16)
    b64 = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prediction", "index"], name="preview_once")]

    def __str__(self) -> str:
        return f"{self.prediction_id} {self.index} @{self.step}"

    @property
    def uri(self) -> str:
        return f"data:{self.mime};base64,{self.b64}"
