"""The gallery, the bin and the albums of a person, searched and in any order, a stretch at a time by keyset."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from accounts.models import User
from generations.ids import is_id
from generations.models import RATING_MAX, Output, Placement
from generations.queries.filters import narrowed
from generations.queries.pages import Page
from generations.search import Search

COUNT_MAX = 10_000  # a count goes no further: the page of a huge gallery costs no more than another
SORTS = {"newest": ("-id",), "oldest": ("id",), "rated": ("-rating", "-id")}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which outputs of a person, and in which order. `sort` is one of SORTS; an album has an order of its own."""

    search: Search = field(default_factory=Search)
    sort: str = "newest"
    album: str = ""
    in_bin: bool = False
    ids: tuple[str, ...] = ()  # of all that these alone, when there are any
    left_out: tuple[str, ...] = ()


def outputs_of(user: User, wanted: Wanted) -> QuerySet[Output]:
    """All of them, in no order."""
    rows = Output.objects.filter(user_id=user.pk, is_published=True, trashed_at__isnull=not wanted.in_bin)
    if wanted.album:
        placed = Placement.objects.filter(album_id=wanted.album, album__user=user)
        rows = rows.filter(pk__in=placed.values("output"))
    rows = rows.filter(pk__in=wanted.ids) if wanted.ids else rows
    rows = rows.exclude(pk__in=wanted.left_out) if wanted.left_out else rows
    return narrowed(rows, user, wanted.search)


def gallery_page(
    user: User, *, wanted: Wanted | None = None, after: str | None = None, limit: int = 60
) -> Page[Output]:
    """A person's pictures; `after` is the `next` of the page before, one that makes no sense is passed over."""
    wanted = wanted or Wanted()
    rows = outputs_of(user, wanted)
    place = _place(wanted.sort, after or "")
    rows = rows.filter(_beyond(wanted.sort, place)) if place else rows
    items = list(rows.select_related("prediction").order_by(*SORTS[wanted.sort])[: limit + 1])
    return Page(items[:limit], next=_written(wanted.sort, items[limit - 1]) if len(items) > limit else None)


def gallery_newer(user: User, *, wanted: Wanted, than: str, limit: int = 60) -> list[Output]:
    """What came on top since the output `than`, newest first."""
    rows = outputs_of(user, wanted).filter(pk__gt=than)
    return list(rows.select_related("prediction").order_by("-id")[:limit])


def gallery_count(user: User, *, wanted: Wanted | None = None) -> int:
    """How many pictures, counted up to COUNT_MAX."""
    return outputs_of(user, wanted or Wanted()).order_by("-id")[:COUNT_MAX].count()


def neighbours(output: Output, *, wanted: Wanted | None = None) -> tuple[str | None, str | None]:
    """The ids of the output before and of the one after it, in the same search and order."""
    wanted = wanted or Wanted()
    if wanted.album:
        return _neighbours_in_album(output, wanted.album)
    rows = outputs_of(output.user, wanted)
    place = [str(output.rating), output.pk] if wanted.sort == "rated" else [output.pk]
    before = rows.filter(_beyond(wanted.sort, place, backwards=True)).order_by(*_reversed(wanted.sort))
    after = rows.filter(_beyond(wanted.sort, place)).order_by(*SORTS[wanted.sort])
    return (
        before.values_list("pk", flat=True).first(),
        after.values_list("pk", flat=True).first(),
    )


def outputs_by_id(ids: Iterable[str | None]) -> dict[str, Output]:
    """The outputs of `ids`, which come from neighbours(); None is passed over."""
    return Output.objects.select_related("prediction").in_bulk([id for id in ids if id])


def _place(sort: str, after: str) -> list[str]:
    """The values of the keys that `after` writes; none when somebody has bent it: a page must not fail over that."""
    parts = after.split("~")
    if len(parts) != len(SORTS[sort]) or not is_id(parts[-1]):
        return []
    is_rating = sort != "rated" or parts[0] in map(str, range(RATING_MAX + 1))
    return parts if is_rating else []


def _written(sort: str, output: Output) -> str:
    return f"{output.rating}~{output.pk}" if sort == "rated" else output.pk


def _beyond(sort: str, place: list[str], *, backwards: bool = False) -> Q:
    """After `place` in this order, or before it."""
    falls = (sort != "oldest") != backwards
    id = Q(pk__lt=place[-1]) if falls else Q(pk__gt=place[-1])
    if sort != "rated":
        return id
    rating = int(place[0])
    further = Q(rating__lt=rating) if falls else Q(rating__gt=rating)
    bound = Q(rating__lte=rating) if falls else Q(rating__gte=rating)  # said twice, so that the index is used
    return bound & (further | (Q(rating=rating) & id))


def _reversed(sort: str) -> list[str]:
    return [key.removeprefix("-") if key.startswith("-") else f"-{key}" for key in SORTS[sort]]


# Albums: in the order that their person gave them


def album_page(user: User, album_id: str, *, after: str | None = None, limit: int = 60) -> Page[Output]:
    rows = _placed(user, album_id)
    position, _, id = (after or "").partition("~")
    if position.removeprefix("-").isascii() and position.removeprefix("-").isdecimal() and id.isdecimal():
        at, placed = int(position[:18]), int(id[:18])
        rows = rows.filter(Q(position__gt=at) | Q(position=at, id__gt=placed))
    items = list(rows.select_related("output__prediction").order_by("position", "id")[: limit + 1])
    last = items[limit - 1] if len(items) > limit else None
    outputs = [each.output for each in items[:limit]]
    return Page(outputs, next=f"{last.position}~{last.pk}" if last else None)


def album_count(user: User, album_id: str) -> int:
    return _placed(user, album_id)[:COUNT_MAX].count()


def _neighbours_in_album(output: Output, album_id: str) -> tuple[str | None, str | None]:
    rows = _placed(output.user, album_id)
    here = rows.filter(output=output).first()
    if here is None:
        return None, None
    before = rows.filter(Q(position__lt=here.position) | Q(position=here.position, id__lt=here.pk))
    after = rows.filter(Q(position__gt=here.position) | Q(position=here.position, id__gt=here.pk))
    return (
        before.order_by("-position", "-id").values_list("output_id", flat=True).first(),
        after.order_by("position", "id").values_list("output_id", flat=True).first(),
    )


def _placed(user: User, album_id: str) -> QuerySet[Placement]:
    """Of an album of this person what does not lie in the bin."""
    return Placement.objects.filter(
        album_id=album_id, album__user=user, output__is_published=True, output__trashed_at=None
    )
