"""A collection: models that do the same kind of thing."""

from django.db import models


class Collection(models.Model):
    slug = models.SlugField(primary_key=True, max_length=64)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300)
    full_description = models.TextField(blank=True)
    models = models.ManyToManyField("generations.RegisteredModel", related_name="collections")

    def __str__(self) -> str:
        return self.name
