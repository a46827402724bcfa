"""Pictures that anyone may see, by what they look like: for telling whether a file was published here."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from generations import standing
from generations.models import Cell, Output, Placement, Share

PUBLISHED_MOST = 50_000  # the newest; 1.6 MB of fingerprints


def published_fingerprints() -> list[tuple[str, str]]:
    """Fingerprint and id of what a public link shows now, alone or among others, newest first, and of nothing else.

    So nobody can ask whether somebody has a picture.
    """
    shown = Q(pk__in=_live().values("output")) | Q(prediction__in=_live().values("prediction"))
    shown |= Q(pk__in=Placement.objects.filter(album__in=_live().values("album")).values("output"))
    shown |= Q(prediction__in=Cell.objects.filter(grid__in=_live().values("grid")).values("prediction"))
    rows = _shown().filter(shown).exclude(fingerprint="")
    return list(rows.order_by("-pk").values_list("fingerprint", "pk")[:PUBLISHED_MOST])


def published_output(id: str) -> tuple[Output, Share] | None:
    """One of them with its newest link, one of its own before one to several; None when it was taken back meanwhile."""
    output = _shown().select_related("prediction__version__model").filter(pk=id).first()
    if output is None:
        return None
    own = Q(output=output) | Q(prediction=output.prediction_id)
    among = Q(album__placements__output=output) | Q(grid__cells__prediction=output.prediction_id)
    links = _live().order_by("-pk")
    link = links.filter(own).first() or links.filter(among).first()
    return None if link is None else (output, link)


def _shown() -> QuerySet[Output]:
    rows = Output.objects.filter(is_published=True, trashed_at__isnull=True)
    return rows.filter(standing__lt=standing.UNLIST)


def _live() -> QuerySet[Share]:
    rows = Share.objects.filter(is_public=True, revoked_at__isnull=True, user__is_active=True)
    rows = rows.filter(standing__lt=standing.UNLIST, user__standing__lt=standing.SUSPEND)
    return rows.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()))
