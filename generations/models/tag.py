"""A tag: a word that a person puts on outputs; it exists while they keep it, with or without outputs."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

NAME_MAX = 40


class Tag(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=NAME_MAX)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    outputs = models.ManyToManyField("generations.Output", through="generations.Tagging", related_name="tags")

    class Meta:
        constraints = [models.UniqueConstraint("user", Lower("name"), name="tag_once")]

    def __str__(self) -> str:
        return self.name


class Tagging(models.Model):
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="taggings")
    output = models.ForeignKey("generations.Output", on_delete=models.CASCADE, related_name="taggings")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "output"], name="tagged_once")]

    def __str__(self) -> str:
        return f"{self.output_id} is {self.tag_id}"
