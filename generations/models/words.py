"""Words that a person keeps: prompts that were sent, snippets with or without settings, lists to choose from."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from generations.ids import new_id


class PastPrompt(models.Model):
    """A prompt that was sent, however often: it stays when its pictures go, until its person deletes it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="past_prompts")
    digest = models.CharField(max_length=64)  # SHA-256 of the prompt
    prompt = models.TextField()
    folded = models.TextField()  # without case, to be searched
    times = models.PositiveIntegerField(default=1)
    last = models.CharField(
        max_length=26
    )  # id of the newest prediction, so in order of time; that row may go
    pictured = models.CharField(
        max_length=26, blank=True
    )  # id of the newest one before it that has a picture

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="past_prompt_once")]
        indexes = [models.Index(fields=["user", "-last"], name="past_prompts_of_user")]

    def __str__(self) -> str:
        return self.prompt[:60]


class SnippetKind(models.TextChoices):
    TEXT = "text", "Snippet"
    LIST = "list", "List"


class Snippet(models.Model):
    """A named piece of text, with or without settings; or a list, `text` with a word on each line, for {its name}."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="snippets")
    kind = models.CharField(max_length=4, choices=SnippetKind.choices, default=SnippetKind.TEXT)
    name = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    values = models.JSONField(default=dict)  # settings by name, as a form sends them
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind", "name"], name="snippet_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def words(self) -> list[str]:
        """The entries of a list, in its order."""
        return [line for line in map(str.strip, self.text.splitlines()) if line]
