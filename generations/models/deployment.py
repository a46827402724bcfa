"""A deployment: a version pinned under a name of its owner's, with limits of its own. Each change is a release."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

INSTANCES_MIN_MOST, INSTANCES_MAX_MOST = 5, 20


class Deployment(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deployments")
    name = models.CharField(max_length=64, validators=[RegexValidator(r"^[a-z0-9._-]+$")])
    current = models.ForeignKey(
        "generations.Release", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="deployment_once")]

    def __str__(self) -> str:
        return self.name


class Release(models.Model):
    """What a deployment was set to: which version, and how many of its predictions run at once (`max_instances`).

    `min_instances` is what its owner wants to be kept ready; engines here keep every model loaded.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveIntegerField()
    version = models.ForeignKey("generations.Version", on_delete=models.PROTECT, related_name="releases")
    hardware = models.CharField(max_length=32)
    min_instances = models.PositiveSmallIntegerField()
    max_instances = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deployment", "number"], name="release_once")]

    def __str__(self) -> str:
        return f"{self.deployment_id} #{self.number}"
