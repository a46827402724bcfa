"""What a person orders their outputs by: albums, tags, ratings and saved searches."""

from django.db import IntegrityError, transaction
from django.db.models import F, Max, QuerySet
from django.db.models.functions import Lower

from accounts.models import User
from generations.errors import FieldError, InvalidInput, NotAllowed
from generations.models import RATING_MAX, Album, BulkAction, Output, Placement, SavedSearch, Tag, Tagging
from generations.models.album import NAME_MAX as ALBUM_MAX
from generations.models.search import NAME_MAX as SEARCH_MAX
from generations.models.tag import NAME_MAX as TAG_MAX
from generations.search import TEXT_MAX, parse

ALBUMS_MAX = 1000
TAGS_MAX = 1000
SEARCHES_MAX = 100


# Ratings


def rate(output: Output, *, rating: int) -> Output:
    """0 takes the rating away. Raises InvalidInput."""
    if not 0 <= rating <= RATING_MAX:
        raise InvalidInput([FieldError("rating", f"A rating goes from 0 to {RATING_MAX}.")])
    output.rating = rating
    output.save(update_fields=["rating"])
    return output


# Tags


def tag_named(user: User, name: str) -> Tag:
    """The tag of this name, made when there is none. Raises InvalidInput, NotAllowed."""
    name = _name(name, most=TAG_MAX, thing="tag")
    found = Tag.objects.filter(user=user, name__iexact=name).first()
    if found is None:
        _check_room(Tag.objects.filter(user=user), most=TAGS_MAX, things="tags")
        found = _made(Tag(user=user, name=name)) or Tag.objects.get(user=user, name__iexact=name)
    return found


def rename_tag(tag: Tag, *, name: str) -> Tag:
    """To the name of another tag of this person: both become one."""
    name = _name(name, most=TAG_MAX, thing="tag")
    with transaction.atomic():
        other = Tag.objects.filter(user_id=tag.user_id, name__iexact=name).exclude(pk=tag.pk).first()
        if other is not None:
            _merge_tags(tag, other)
            return other
        tag.name = name
        tag.save(update_fields=["name"])
    return tag


def delete_tag(tag: Tag) -> None:
    """The word goes from every output; the outputs stay."""
    tag.delete()


def put_tag(tag: Tag, output: Output) -> None:
    Tagging.objects.get_or_create(tag=tag, output=output)


def take_tag(tag: Tag, output: Output) -> None:
    Tagging.objects.filter(tag=tag, output=output).delete()


# Albums


def album_named(user: User, name: str) -> Album:
    """The album of this name, made when there is none. Raises InvalidInput, NotAllowed."""
    name = _name(name, most=ALBUM_MAX, thing="album")
    found = Album.objects.filter(user=user, name__iexact=name).first()
    if found is None:
        _check_room(Album.objects.filter(user=user), most=ALBUMS_MAX, things="albums")
        first = (
            Album.objects.filter(user=user).order_by("position").values_list("position", flat=True).first()
        )
        found = _made(Album(user=user, name=name, position=(first or 0) - 1))
        found = found or Album.objects.get(user=user, name__iexact=name)
    return found


def rename_album(album: Album, *, name: str) -> Album:
    name = _name(name, most=ALBUM_MAX, thing="album")
    if Album.objects.filter(user_id=album.user_id, name__iexact=name).exclude(pk=album.pk).exists():
        raise InvalidInput([FieldError("name", f"You have an album “{name}” already.")])
    album.name = name
    album.save(update_fields=["name"])
    return album


def delete_album(album: Album) -> None:
    """The album alone: its outputs stay in the gallery."""
    album.delete()


def move_album(album: Album, *, before: Album | None) -> None:
    """To the place before another of the same person; None: to the end."""
    with transaction.atomic():
        rows = Album.objects.filter(user_id=album.user_id).order_by("position", "id")
        ids = [id for id in rows.select_for_update().values_list("pk", flat=True) if id != album.pk]
        ids.insert(ids.index(before.pk) if before is not None and before.pk in ids else len(ids), album.pk)
        for position, id in enumerate(ids):
            rows.filter(pk=id).exclude(position=position).update(position=position)


def set_cover(album: Album, output: Output) -> Album:
    """Raises InvalidInput for an output that is not in the album."""
    if not Placement.objects.filter(album=album, output=output).exists():
        raise InvalidInput([FieldError("output", "That picture is not in this album.")])
    album.cover = output
    album.save(update_fields=["cover"])
    return album


def place(album: Album, output: Output) -> None:
    """At the end of the album; nothing when it is in it."""
    Placement.objects.get_or_create(album=album, output=output, defaults={"position": end_of(album)})


def unplace(album: Album, output: Output) -> None:
    Placement.objects.filter(album=album, output=output).delete()
    if album.cover_id == output.pk:
        album.cover = None
        album.save(update_fields=["cover"])


def move(album: Album, output: Output, *, before: Output | None) -> None:
    """To the place before another of the album; None: to the end. Raises InvalidInput.

    Positions are whole numbers with gaps of one where they are dense: all from the new place on move up by one.
    """
    with transaction.atomic():
        Album.objects.select_for_update().get(pk=album.pk)
        rows = Placement.objects.filter(album=album)
        placed = rows.filter(output=output).first()
        target = rows.filter(output=before).first() if before is not None else None
        if placed is None or (before is not None and target is None):
            raise InvalidInput([FieldError("output", "That picture is not in this album.")])
        if target is None:
            placed.position = end_of(album)
        elif target.pk != placed.pk:
            later = rows.filter(position=target.position, id__gte=target.pk) | rows.filter(
                position__gt=target.position
            )
            later.exclude(pk=placed.pk).update(position=F("position") + 2)
            placed.position = target.position + 1
        placed.save(update_fields=["position"])


def end_of(album: Album) -> int:
    """The position after the last of an album."""
    last = Placement.objects.filter(album=album).aggregate(at=Max("position"))["at"]
    return 0 if last is None else last + 1


# Saved searches


def save_search(user: User, *, name: str, words: str, sort: str = "") -> SavedSearch:
    """Under this name; another search of the same name is replaced. Raises InvalidInput, NotAllowed."""
    words = str(parse(words))[:TEXT_MAX]
    name = _name(name or words[:SEARCH_MAX], most=SEARCH_MAX, thing="search")
    if not words:
        raise InvalidInput([FieldError("words", "That search is empty, so there is nothing to save.")])
    known = SavedSearch.objects.filter(user=user)
    if not known.filter(name=name).exists():
        _check_room(known, most=SEARCHES_MAX, things="saved searches")
    found, _ = known.update_or_create(user=user, name=name, defaults={"words": words, "sort": sort})
    return found


def rename_search(search: SavedSearch, *, name: str) -> SavedSearch:
    name = _name(name, most=SEARCH_MAX, thing="search")
    if SavedSearch.objects.filter(user_id=search.user_id, name=name).exclude(pk=search.pk).exists():
        raise InvalidInput([FieldError("name", f"You have a search “{name}” already.")])
    search.name = name
    search.save(update_fields=["name"])
    return search


def delete_search(search: SavedSearch) -> None:
    search.delete()


# A guest who turns out to be somebody


def hand_over(guest: User, *, into: User) -> None:
    """Albums, tags and searches of the guest become `into`'s; of the same name they become one."""
    for tag in Tag.objects.filter(user=guest):
        other = Tag.objects.filter(user=into, name__iexact=tag.name).first()
        _merge_tags(tag, other) if other else Tag.objects.filter(pk=tag.pk).update(user=into)
    for album in Album.objects.filter(user=guest):
        twin = Album.objects.filter(user=into, name__iexact=album.name).first()
        _merge_albums(album, twin) if twin else Album.objects.filter(pk=album.pk).update(user=into)
    taken = SavedSearch.objects.filter(user=into).values("name")
    SavedSearch.objects.filter(user=guest).exclude(name__in=taken).update(user=into)
    BulkAction.objects.filter(user=guest).update(user=into)


def _merge_tags(tag: Tag, into: Tag) -> None:
    has = Tagging.objects.filter(tag=into).values("output")
    Tagging.objects.filter(tag=tag).exclude(output__in=has).update(tag=into)
    tag.delete()


def _merge_albums(album: Album, into: Album) -> None:
    has = Placement.objects.filter(album=into).values("output")
    first = end_of(into)
    Placement.objects.filter(album=album).exclude(output__in=has).update(
        album=into, position=F("position") + first
    )
    album.delete()


def _name(name: str, *, most: int, thing: str) -> str:
    """Without quotes, which a search is typed with, and without what cannot be seen."""
    found = " ".join("".join(sign if sign.isprintable() else " " for sign in name).replace('"', "'").split())
    if not found:
        raise InvalidInput([FieldError("name", f"Give the {thing} a name.")])
    if len(found) > most:
        raise InvalidInput([FieldError("name", f"The name of a {thing} has at most {most} characters.")])
    return found


def _made(row: Tag | Album) -> Tag | Album | None:
    """None when somebody was quicker."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return None
    return row


def _check_room(rows: QuerySet, *, most: int, things: str) -> None:
    if rows.count() >= most:
        raise NotAllowed(f"You have {most} {things}, and that is the most. Delete one you no longer need.")
