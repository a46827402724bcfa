"""What is searched: the words of each prediction, and the searches that a person has saved.

The index itself is the database's: an FTS5 table that follows generations_searchentry by triggers on SQLite, an
index over its words on PostgreSQL (migration search_index). So entry and index change in one transaction, whatever
changes the entry, and a prediction that is deleted takes both with it.
A migration that alters SearchEntry rebuilds its table on SQLite and loses the triggers: it must make them again.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone

NAME_MAX = 60
WORDS_MAX = 20_000  # characters of a prompt that are searched


class SearchEntry(models.Model):
    """`owner` is the token of its person ("u12"): the index narrows by it before anything is read."""

    prediction = models.OneToOneField(
        "generations.Prediction", on_delete=models.CASCADE, related_name="search_entry"
    )
    owner = models.CharField(max_length=24)
    words = models.TextField()

    def __str__(self) -> str:
        return f"words of {self.prediction_id}"


class SavedSearch(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="searches")
    name = models.CharField(max_length=NAME_MAX)
    words = models.CharField(max_length=500)  # as typed
    sort = models.CharField(max_length=12, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_search_once")]

    def __str__(self) -> str:
        return self.name
