"""Sealed evidence as the two named persons see it: that it is there, and who wants to open it."""

from dataclasses import dataclass

from accounts.models import User
from generations.models import SealedEvidence

MOST = 200


@dataclass(frozen=True, slots=True)
class Sealed:
    row: SealedEvidence
    asked_by: str  # name, "" when nobody asks


def sealed() -> list[Sealed]:
    """Newest first; what is gone too, for the line that it was there."""
    rows = list(SealedEvidence.objects.select_related("case").order_by("-id")[:MOST])
    asking = User.objects.filter(pk__in={row.asked_by for row in rows if row.asked_by})
    names = {person.pk: person.display_name for person in asking}
    return [Sealed(row, names.get(row.asked_by, "")) for row in rows]
