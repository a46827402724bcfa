"""What the API shows of predictions; its lists take a constant number of queries."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from generations import standing
from generations.ids import lower_bound
from generations.models import Output, Prediction, Status, Upload
from generations.references import Reference

SLACK_S = 1.0  # between the time in an id and created_at


def predictions_of(
    user: User, *, since: datetime | None = None, before: datetime | None = None, source: str = ""
) -> QuerySet[Prediction]:
    """What this person has made, by hand or by their programs. An id tells the time, so few rows are read of many."""
    rows = with_outputs(Prediction.objects.filter(user=user))
    if since is not None:
        earliest = lower_bound(max(0.0, since.timestamp() - SLACK_S))
        rows = rows.filter(pk__gte=earliest, created_at__gte=since)
    if before is not None:
        latest = lower_bound(max(0.0, before.timestamp() + SLACK_S))
        rows = rows.filter(pk__lt=latest, created_at__lt=before)
    return rows.filter(source=source) if source else rows


def prediction_shown(id: str) -> Prediction | None:
    """The row as it stands now, with all that the API shows of it. Whose it is was asked before."""
    return with_outputs(Prediction.objects.filter(pk=id)).first()


def with_outputs(rows: QuerySet[Prediction]) -> QuerySet[Prediction]:
    """`row.shown_outputs`: its outputs in their order, published or, while it runs, as they come."""
    seen = Q(is_published=True) | Q(prediction__status=Status.PROCESSING, standing__lt=standing.HIDE)
    published = Output.objects.filter(seen).order_by("index")
    rows = rows.select_related("version__model", "deployment__user")
    return rows.prefetch_related(Prefetch("outputs", queryset=published, to_attr="shown_outputs"))


def referred(named: Collection[Reference]) -> dict[Reference, Output | Upload]:
    """The pictures that are named so, as far as they are there; whose they are was asked when they were named."""
    outputs = Output.objects.in_bulk([each.id for each in named if each.kind == "output"])
    uploads = Upload.objects.in_bulk([each.id for each in named if each.kind == "upload"])
    return {
        each: found
        for each in named
        if (found := (uploads if each.kind == "upload" else outputs).get(each.id))
    }
