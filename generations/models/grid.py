"""A grid: one input in rows and columns of values, each cell an ordinary prediction.

A cell waits here, not in the queue, while its person has no place there; services/grids.py sends it when one is free.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from generations.ids import new_id


class Grid(models.Model):
    """`rows` and `columns`: an axis as axes.Axis.stored gives it, or null for a grid of one row or one column."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grids")
    version = models.ForeignKey("generations.Version", on_delete=models.PROTECT, related_name="grids")
    name = models.CharField(max_length=120)
    input = models.JSONField()  # what all cells have in common; a prompt may hold what an axis replaces
    rows = models.JSONField(null=True, blank=True)
    columns = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="grids_of_user")]

    def __str__(self) -> str:
        return self.name

    @property
    def prompt(self) -> str:
        found: Any = self.input.get("prompt", "")
        return str(found)


class Cell(models.Model):
    """One picture to be: at a row and a column, and at `place` when a cell was extended by more of the same."""

    grid = models.ForeignKey("generations.Grid", on_delete=models.CASCADE, related_name="cells")
    row = models.PositiveSmallIntegerField()
    column = models.PositiveSmallIntegerField()
    place = models.PositiveSmallIntegerField(default=0)
    seed = models.BigIntegerField(null=True, blank=True)  # of its own, when it was added to a cell

    prediction = models.ForeignKey(
        "generations.Prediction", on_delete=models.SET_NULL, null=True, blank=True, related_name="cells"
    )
    is_waiting = models.BooleanField(default=True)  # for a place in the queue
    tries = models.PositiveSmallIntegerField(default=0)  # predictions that were sent for it
    error = models.TextField(blank=True)  # why none could be sent

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["grid", "row", "column", "place"], name="cell_once"),
            models.CheckConstraint(
                condition=Q(is_waiting=False) | Q(prediction__isnull=True), name="waiting_without_prediction"
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(is_waiting=True), name="cells_waiting")]

    def __str__(self) -> str:
        return f"{self.grid_id} {self.row} {self.column} {self.place}"
