"""Where one is on the cull desk, and how the address says so: what is gone through, from where, and how far one is."""

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from generations.ids import is_id
from generations.models import Output
from generations.queries import Stretch, Wanted
from generations.views.shown import Shown

IDS_MAX = 300  # as many as an address has room for
DIGITS_MAX = 9
END = "end"  # in the place of a picture: beyond the last


@dataclass(frozen=True, slots=True)
class Desk:
    """`seen`: pictures of the stretches before this one; `of`: all of them when one began, 0 before one has."""

    shown: Shown = field(default_factory=Shown)
    ids: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    after: str = ""
    seen: int = 0
    of: int = 0

    @classmethod
    def at(cls, request: HttpRequest) -> "Desk":
        data = request.GET
        return cls(
            Shown.of(request),
            ids=ids_of(data, "ids"),
            left_out=ids_of(data, "except"),
            after=data.get("after", ""),
            seen=_number(data.get("seen", "")),
            of=_number(data.get("of", "")),
        )

    @property
    def wanted(self) -> Wanted:
        return replace(self.shown.wanted, ids=self.ids, left_out=self.left_out)

    @property
    def words(self) -> dict[str, Any]:
        told = {
            **self.shown.words,
            "ids": ",".join(self.ids),
            "except": ",".join(self.left_out),
            "after": self.after,
            "seen": self.seen,
            "of": self.of,
        }
        return {name: value for name, value in told.items() if value}

    @property
    def start(self) -> str:
        """The desk from its beginning."""
        return replace(self, after="", seen=0, of=0).address()

    def address(self, **more: str) -> str:
        words = {**self.words, **{name: value for name, value in more.items() if value}}
        return reverse("cull") + (f"?{urlencode(words, safe=',~')}" if words else "")

    def beyond(self, stretch: Stretch) -> str:
        """The next stretch, "" at the end."""
        if stretch.next is None:
            return ""
        return replace(self, after=stretch.next, seen=self.seen + len(stretch.outputs)).address()

    def current(self, outputs: list[Output], wanted: str) -> Output | None:
        """The picture that the address names; when it has gone from here, the one that came after it."""
        if wanted == END:
            return None
        here = {output.pk: output for output in outputs}
        if wanted in here or self.shown.sort == "rated" or not is_id(wanted):
            return here.get(wanted) or (outputs[0] if outputs else None)
        is_beyond = wanted.__lt__ if self.shown.sort == "oldest" else wanted.__gt__
        return next((output for output in outputs if is_beyond(output.pk)), None)


def ids_of(data: QueryDict, name: str) -> tuple[str, ...]:
    found = dict.fromkeys(id for id in data.get(name, "").split(",") if is_id(id))
    return tuple(found)[:IDS_MAX]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX else 0
