"""The catalogue: a registered model ("model" in the interface), its frozen versions, and what it has made so far."""

from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

URL_MAX = 300


class Visibility(models.TextChoices):
    PUBLIC = "public"
    PRIVATE = "private"


class RegisteredModel(models.Model):
    owner = models.CharField(max_length=39, validators=[RegexValidator(r"^[a-z0-9-]+$")])
    name = models.CharField(max_length=64, validators=[RegexValidator(r"^[a-z0-9._-]+$")])
    # Who made it; None: the site's own, as an engine reported it.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="models"
    )
    visibility = models.CharField(max_length=7, choices=Visibility.choices, default=Visibility.PUBLIC)
    hardware = models.CharField(max_length=32, blank=True)  # sku, as its maker chose it
    title = models.CharField(max_length=80, blank=True)
    description = models.TextField(blank=True)
    hint = models.CharField(max_length=300, blank=True)  # what it is good at, said under the composer
    readme = models.TextField(blank=True)  # Markdown
    github_url = models.CharField(max_length=URL_MAX, blank=True)
    paper_url = models.CharField(max_length=URL_MAX, blank=True)
    license_url = models.CharField(max_length=URL_MAX, blank=True)
    weights_url = models.CharField(max_length=URL_MAX, blank=True)
    cover_image_url = models.CharField(max_length=URL_MAX, blank=True)
    examples = models.JSONField(default=list)  # prompts that it draws well
    run_count = models.PositiveBigIntegerField(default=0)
    counted_through = models.CharField(
        max_length=26, blank=True
    )  # predictions of smaller ids are in run_count
    newest_at = models.DateTimeField(
        default=timezone.now
    )  # when its newest version came; without one, itself
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="model_once")]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def is_public(self) -> bool:
        return self.visibility == Visibility.PUBLIC

    @property
    def is_official(self) -> bool:
        """Is it the site's own, which needs no version to be named?"""
        return self.user_id is None


class Version(models.Model):
    """Code, weights and schema, frozen: its id is the digest of all three, as the engine computes it."""

    id = models.CharField(primary_key=True, max_length=64)
    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="versions")
    schema = models.JSONField()  # JSON schema of the input, draft 2020-12
    output = models.JSONField(default=dict)  # {"width", "height", "mime"} of what it makes by default
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)  # its owner deleted it: nobody sees or runs it

    class Meta:
        indexes = [models.Index(fields=["model", "-created_at"], name="newest_version")]

    def __str__(self) -> str:
        return f"{self.model}:{self.id[:12]}"

    @property
    def makes_text(self) -> bool:
        """Does it write, instead of drawing? Then what it yields are no files, but pieces of text."""
        return str(self.output.get("mime", "")).startswith("text/")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels when the input names none."""
        made: dict[str, Any] = self.output
        return int(made.get("width", 512)), int(made.get("height", 512))


class Example(models.Model):
    """A prediction that the people behind a model show with it: whoever sees the model sees its input and outputs."""

    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="shown_examples")
    prediction = models.ForeignKey(
        "generations.Prediction", on_delete=models.CASCADE, related_name="example_of"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "prediction"], name="example_once")]

    def __str__(self) -> str:
        return f"{self.prediction_id} of {self.model_id}"
