"""What the API shows of predictions; its lists take a constant number of queries."""

from datetime import datetime

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from generations.ids import lower_bound
from generations.models import Output, Prediction

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
    """`row.shown_outputs`: its published outputs in their order."""
    published = Output.objects.filter(is_published=True).order_by("index")
    rows = rows.select_related("version__model", "deployment__user")
    return rows.prefetch_related(Prefetch("outputs", queryset=published, to_attr="shown_outputs"))
