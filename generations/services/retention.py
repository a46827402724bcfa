"""What programs made is not kept for long: input, outputs, logs and files go, the row and its figures stay.

A prediction keeps its data while its person holds on to it: a favourite, an album, a live link, an example of a model.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from generations.models import TERMINAL, Chunk, Example, Output, Prediction, SearchEntry, Share
from generations.services import files, kept

BATCH = 100


def remove_old() -> int:
    """Remove the data of what has ended SAFELIGHT_API_KEEP_MINUTES ago; how many predictions lost theirs."""
    if not settings.API_KEEP_MINUTES:
        return 0
    count = 0
    while ids := list(_due().values_list("pk", flat=True)[:BATCH]):
        for id in ids:
            count += _remove(id)
    return count


@transaction.atomic
def _remove(id: str) -> int:
    """Asked once more under the lock: it may have become a favourite this moment."""
    if _due().select_for_update(of=("self",)).filter(pk=id).first() is None:
        return 0
    outputs = Output.objects.filter(prediction=id)
    files.remove_on_commit(outputs)
    outputs.delete()
    Chunk.objects.filter(prediction=id).delete()
    SearchEntry.objects.filter(prediction=id).update(words="")
    row = Prediction.objects.get(pk=id)
    row.uploads.clear()
    row.input, row.given, row.prompt = {}, {}, ""
    row.output_json, row.data_removed_at = None, timezone.now()
    row.save(update_fields=["input", "given", "prompt", "output_json", "data_removed_at"])
    return 1


def _due() -> QuerySet[Prediction]:
    before = timezone.now() - timedelta(minutes=settings.API_KEEP_MINUTES)
    ended = Prediction.objects.filter(source="api", data_removed_at=None, status__in=TERMINAL)
    return ended.filter(completed_at__lt=before).exclude(_kept()).order_by("completed_at")


def _kept() -> Q:
    now = timezone.now()
    live = Share.objects.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=now))
    live = live.filter(Q(views_most=None) | Q(views__lt=F("views_most")))
    held = Output.objects.filter(prediction=OuterRef("pk")).filter(
        Q(is_favourite=True) | Q(placements__isnull=False) | Q(Exists(live.filter(output=OuterRef("pk"))))
    )
    looked_at = Output.objects.filter(kept.outputs_kept(), prediction=OuterRef("pk"))
    return (
        Q(Exists(held))
        | Q(Exists(looked_at))
        | Q(Exists(live.filter(prediction=OuterRef("pk"))))
        | Q(Exists(Example.objects.filter(prediction=OuterRef("pk"))))
    )
