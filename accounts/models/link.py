"""A link that works once: only the hash of its random token is kept."""

from django.db import models


class OneTimeLink(models.Model):
    digest = models.CharField(primary_key=True, max_length=64)  # SHA-256 of the token, hexadecimal
    purpose = models.CharField(max_length=24)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.purpose} {self.digest[:8]}"
