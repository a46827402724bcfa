"""A person's albums, tags and saved searches, with how much is in each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from generations.models import Album, BulkAction, Output, Placement, SavedSearch, Share, Tag, Tagging

SHOWN = Q(outputs__trashed_at=None, outputs__is_published=True)


@dataclass(frozen=True, slots=True)
class AlbumCard:
    """An album as a list shows it; `cover` is None for an empty one."""

    album: Album
    count: int
    cover: Output | None


def album_cards(user: User) -> list[AlbumCard]:
    """In the person's order. The cover that was chosen, else the first picture; what lies in the bin is neither."""
    shown = Q(placements__output__trashed_at=None, placements__output__is_published=True)
    rows = list(
        Album.objects.filter(user=user)
        .annotate(count=Count("placements", filter=shown))
        .select_related("cover__prediction")
        .order_by("position", "id")
    )
    bare = [row.pk for row in rows if row.count and not _is_shown(row.cover)]
    firsts = _firsts(bare)
    return [
        AlbumCard(row, row.count, firsts.get(row.pk) if row.pk in bare else row.cover if row.count else None)
        for row in rows
    ]


def _is_shown(cover: Output | None) -> bool:
    return cover is not None and cover.trashed_at is None and cover.is_published


def _firsts(album_ids: Iterable[str]) -> dict[str, Output]:
    """The first picture of each album."""
    shown = Placement.objects.filter(album=OuterRef("pk"), output__trashed_at=None, output__is_published=True)
    first = shown.order_by("position", "id")
    rows = Album.objects.filter(pk__in=album_ids).annotate(first=Subquery(first.values("output_id")[:1]))
    ids = dict(rows.values_list("pk", "first"))
    outputs = Output.objects.select_related("prediction").in_bulk(list(ids.values()))
    return {album_id: outputs[id] for album_id, id in ids.items() if id in outputs}


def albums_of(user: User) -> list[Album]:
    """In the person's order, each with `is_shared`: by a link that works, so that what is put into it is shared too."""
    return list(_told(Album.objects.filter(user=user)).order_by("position", "id"))


def is_shared(album: Album) -> bool:
    """Does some link that works lead to this album?"""
    return _told(Album.objects.filter(pk=album.pk)).filter(is_shared=True).exists()


def _told(rows: QuerySet[Album]) -> QuerySet[Album]:
    links = Share.objects.filter(album=OuterRef("pk"), revoked_at=None)
    timely = links.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
    return rows.annotate(is_shared=Exists(timely.filter(Q(views_most=None) | Q(views__lt=F("views_most")))))


def tags_of(user: User) -> list[Tag]:
    """By name, each with `count` of what is shown in the gallery."""
    return list(Tag.objects.filter(user=user).annotate(count=Count("outputs", filter=SHOWN)).order_by("name"))


def tag_names(user: User) -> list[str]:
    return list(Tag.objects.filter(user=user).order_by("name").values_list("name", flat=True))


def searches_of(user: User) -> list[SavedSearch]:
    return list(SavedSearch.objects.filter(user=user).order_by("name"))


def bulk_of(user: User) -> BulkAction | None:
    """The newest bulk action that is still at work."""
    return BulkAction.objects.filter(user=user, status__in=("waiting", "working", "undoing")).last()


def organised(output: Output) -> dict[str, Any]:
    """What one picture is sorted into, and what it could be: `tags`, `albums`, `all_tags`, `all_albums`."""
    on = Exists(Tagging.objects.filter(tag=OuterRef("pk"), output=output))
    tags = list(Tag.objects.filter(user_id=output.user_id).annotate(has=on).order_by("name"))
    within = Exists(Placement.objects.filter(album=OuterRef("pk"), output=output))
    rows = _told(Album.objects.filter(user_id=output.user_id)).annotate(has=within)
    albums = list(rows.order_by("position", "id"))
    return {
        "tags": [tag.name for tag in tags if tag.has],
        "albums": [album for album in albums if album.has],
        "all_tags": [tag.name for tag in tags],
        "all_albums": albums,
    }
