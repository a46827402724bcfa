"""The words that are searched: an entry with every prediction, in its transaction; made anew by `rebuild_search`."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Q

from accounts.models import User
from generations.models import Prediction, SearchEntry
from generations.models.search import WORDS_MAX
from generations.queries import owner_token

BATCH = 1000


def enter(predictions: Iterable[Prediction]) -> None:
    """Make these new predictions findable; called where their rows are made."""
    SearchEntry.objects.bulk_create(map(_entry, predictions), batch_size=BATCH)


def hand_over(guest: User, *, into: User) -> None:
    """What the guest could find is found by `into`; called with both rows locked, before the predictions move."""
    SearchEntry.objects.filter(prediction__user=guest).update(owner=owner_token(into.pk))


def rebuild() -> int:
    """Every entry as its prediction has it, those too many gone, and the index itself anew; how many entries."""
    SearchEntry.objects.exclude(prediction__in=Prediction.objects.all()).delete()
    count, last = 0, ""
    rows = Prediction.objects.only("pk", "user_id", "prompt").order_by("pk")
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        with transaction.atomic():
            SearchEntry.objects.bulk_create(
                map(_entry, batch),
                update_conflicts=True,
                unique_fields=["prediction"],
                update_fields=["owner", "words"],
            )
        count, last = count + len(batch), batch[-1].pk
    _rebuild_index()
    return count


def stale() -> Iterable[str]:
    """Ids of predictions whose entry is missing or says something else."""
    rows = Prediction.objects.filter(Q(search_entry=None)).values_list("pk", flat=True)
    yield from rows.iterator()
    for entry in SearchEntry.objects.select_related("prediction").iterator():
        fresh = _entry(entry.prediction)
        if (entry.owner, entry.words) != (fresh.owner, fresh.words):
            yield entry.prediction_id


def _entry(prediction: Prediction) -> SearchEntry:
    return SearchEntry(
        prediction=prediction,
        owner=owner_token(prediction.user_id),
        words=prediction.prompt.replace("\0", " ")[:WORDS_MAX],
    )


def _rebuild_index() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO generations_search(generations_search) VALUES ('rebuild')")
        else:
            cursor.execute("REINDEX INDEX generations_search")
