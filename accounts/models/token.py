"""An API token: what a program shows instead of a password. Only the hash of it is kept."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Scope(models.TextChoices):
    """What a program may do in its person's name."""

    READ = "read", "Read: see what is there"
    PREDICT = "predict", "Predict: run models, cancel, bring files"
    WRITE = "write", "Write: change models, deployments and files"


EVERYTHING = " ".join(Scope.values)


class Token(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the token, hexadecimal
    beginning = models.CharField(max_length=8)  # by which its person knows it again
    name = models.CharField(max_length=80)
    scopes = models.CharField(max_length=24, default=EVERYTHING)  # words of Scope, between blanks
    daily_limit = models.PositiveIntegerField(null=True, blank=True)  # predictions in 24 hours, of its own
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)  # to within some minutes
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="tokens_of_user")]

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"

    def may(self, scope: str) -> bool:
        return scope in self.scopes.split()

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()
