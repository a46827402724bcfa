"""The catalogue: a registered model ("model" in the interface) and its frozen versions."""

from typing import Any

from django.core.validators import RegexValidator
from django.db import models


class RegisteredModel(models.Model):
    owner = models.CharField(max_length=39, validators=[RegexValidator(r"^[a-z0-9-]+$")])
    name = models.CharField(max_length=64, validators=[RegexValidator(r"^[a-z0-9._-]+$")])
    title = models.CharField(max_length=80, blank=True)
    description = models.TextField(blank=True)
    hint = models.CharField(max_length=300, blank=True)  # what it is good at, said under the composer
    examples = models.JSONField(default=list)  # prompts that it draws well
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="model_once")]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        return f"{self.owner}/{self.name}"


class Version(models.Model):
    """Code, weights and schema, frozen: its id is the digest of all three, as the engine computes it."""

    id = models.CharField(primary_key=True, max_length=64)
    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="versions")
    schema = models.JSONField()  # JSON schema of the input, draft 2020-12
    output = models.JSONField(default=dict)  # {"width", "height", "mime"} of what it makes by default
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["model", "-created_at"], name="newest_version")]

    def __str__(self) -> str:
        return f"{self.model}:{self.id[:12]}"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels when the input names none."""
        made: dict[str, Any] = self.output
        return int(made.get("width", 512)), int(made.get("height", 512))
