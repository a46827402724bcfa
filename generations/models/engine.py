"""An engine that the dispatcher sends predictions to, and what it last said of itself."""

from django.db import models


class EngineKind(models.TextChoices):
    OURS = "ours"
    COG = "cog"  # a stock Cog server: registered by command, with its one version


class Engine(models.Model):
    name = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=4, choices=EngineKind.choices, default=EngineKind.OURS)
    base_url = models.CharField(max_length=300)
    token = models.CharField(max_length=200, blank=True)
    is_enabled = models.BooleanField(default=True)
    boot = models.CharField(max_length=64, blank=True)  # changes when the engine process does
    status = models.CharField(max_length=32, blank=True)  # Cog's words: STARTING READY BUSY …
    slots_max = models.PositiveIntegerField(default=0)
    step_ms = models.JSONField(default=dict)  # {bucket: {batch size: milliseconds}}
    versions = models.ManyToManyField("generations.Version", related_name="engines")
    seen_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
