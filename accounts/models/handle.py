"""A handle that was ever given to somebody; the row stays when they leave, so it is never given to another."""

from django.conf import settings
from django.db import models


class Handle(models.Model):
    name = models.CharField(primary_key=True, max_length=39)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="handles"
    )
    taken_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
