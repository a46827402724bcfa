"""What must hold of every prediction at any moment: for `check_predictions` and the test of the state machine."""

from collections.abc import Iterator
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Count, F, Q

from generations import standing
from generations.models import ACTIVE, TERMINAL, Output, Prediction, Preview, Status
from generations.services import files


def broken(*, with_files: bool = True) -> Iterator[str]:
    """One sentence for each promise that is broken; nothing when all hold."""
    yield from _rows()
    yield from _outputs()
    if with_files:
        yield from _files()


def _rows() -> Iterator[str]:
    rows = Prediction.objects
    yield from _each(rows.filter(status__in=TERMINAL).exclude(owner=""), "has ended but is still leased")
    yield from _each(
        rows.filter(status=Status.PROCESSING, owner=""), "is processing but nobody holds its lease"
    )
    yield from _each(rows.exclude(owner="").filter(claim=0), "is leased but was never claimed")
    yield from _each(rows.filter(status__in=ACTIVE, completed_at__isnull=False), "is active but has an end")
    yield from _each(rows.filter(status__in=TERMINAL, completed_at__isnull=True), "has ended but at no time")
    yield from _each(rows.filter(started_at__lt=F("created_at")), "started before it was created")
    yield from _each(rows.filter(completed_at__lt=F("started_at")), "ended before it started")
    yield from _each(rows.filter(status=Status.FAILED, error=""), "failed without a sentence")


def _outputs() -> Iterator[str]:
    counted = Prediction.objects.annotate(
        stored=Count("outputs"), published=Count("outputs", filter=Q(outputs__is_published=True))
    )
    # An owner may delete outputs of a success for ever, so there can be fewer, never more.
    yield from _each(counted.filter(stored__gt=F("outputs_asked")), "has more outputs than were asked for")
    yield from _each(
        counted.filter(published__gt=0).exclude(status=Status.SUCCEEDED), "shows outputs without success"
    )
    failed = counted.filter(status__in=TERMINAL, stored__gt=0).exclude(status=Status.SUCCEEDED)
    yield from _each(failed, "did not succeed but has outputs")
    hidden = Output.objects.filter(
        prediction__status=Status.SUCCEEDED,
        is_published=False,
        standing__lt=standing.HIDE,
        trashed_at=None,  # what its owner has deleted may be kept for a case
    )
    yield from (f"Output {row.pk} belongs to a success but is not published." for row in hidden.iterator())
    late = Preview.objects.filter(prediction__status__in=TERMINAL)
    yield from (f"Preview of {row.prediction_id} outlived its prediction." for row in late.iterator())


def _files() -> Iterator[str]:
    for output in Output.objects.iterator():
        for name in files.names_of(output):
            if not default_storage.exists(f"{output.key}/{name}"):
                yield f"Output {output.pk} has no file {name}."


def _each(rows: Any, what: str) -> Iterator[str]:
    return (f"Prediction {row.pk} {what}." for row in rows.only("pk").iterator())
