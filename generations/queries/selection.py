"""Many outputs chosen at once: some by their ids, or all that a search finds, also those that no page has shown."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from generations.models import Output
from generations.queries.gallery import Wanted, outputs_of
from generations.search import parse

IDS_MAX = 2000


@dataclass(frozen=True, slots=True)
class Selection:
    """`ids`, or None for all that is `wanted` up to the output `until`, without those `left_out`."""

    wanted: Wanted = field(default_factory=Wanted)
    ids: tuple[str, ...] | None = None
    until: str = ""
    left_out: tuple[str, ...] = ()

    def rows(self, user: User) -> QuerySet[Output]:
        """In no order. What is somebody else's is never among them."""
        if self.ids is not None:
            place = Wanted(in_bin=self.wanted.in_bin)
            return outputs_of(user, place).filter(pk__in=self.ids)
        rows = outputs_of(user, self.wanted)
        rows = rows.filter(pk__lte=self.until) if self.until else rows
        return rows.exclude(pk__in=self.left_out) if self.left_out else rows

    def written(self) -> dict[str, Any]:
        """For a BulkAction to keep. The order does not matter, so it is not kept."""
        return {
            "words": str(self.wanted.search),
            "album": self.wanted.album,
            "in_bin": self.wanted.in_bin,
            "ids": None if self.ids is None else list(self.ids),
            "until": self.until,
            "left_out": list(self.left_out),
        }

    @classmethod
    def read(cls, kept: dict[str, Any]) -> "Selection":
        wanted = Wanted(search=parse(kept["words"]), album=kept["album"], in_bin=kept["in_bin"])
        ids = None if kept["ids"] is None else tuple(kept["ids"])
        return cls(wanted, ids=ids, until=kept["until"], left_out=tuple(kept["left_out"]))
