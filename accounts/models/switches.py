"""The switches of the whole site: one row, which administrators set; none yet: everything is open."""

from django.db import models


class Switches(models.Model):
    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    registrations = models.BooleanField(default=True)
    guests = models.BooleanField(default=True)
    publishing = models.BooleanField(default=True)
    generation = models.BooleanField(default=True)
    banner = models.CharField(max_length=300, blank=True)  # over every page
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_row_of_switches")]

    def __str__(self) -> str:
        return "The switches of the site"
