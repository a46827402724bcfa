"""What happens to an album: named, ordered, filled, emptied, deleted, handed over. Outputs outlive it."""

from django.db import transaction
from django.db.models import F, Max

from accounts.models import User
from generations.errors import FieldError, InvalidInput
from generations.models import Album, Output, Placement
from generations.models.album import NAME_MAX
from generations.services import naming

ALBUMS_MAX = 1000


def named(user: User, name: str) -> Album:
    """The album of this name, made when there is none. Raises InvalidInput, NotAllowed."""
    name = naming.tidy(name, most=NAME_MAX, thing="album")
    found = Album.objects.filter(user=user, name__iexact=name).first()
    if found is None:
        naming.check_room(Album.objects.filter(user=user), most=ALBUMS_MAX, things="albums")
        first = (
            Album.objects.filter(user=user).order_by("position").values_list("position", flat=True).first()
        )
        found = naming.make(Album(user=user, name=name, position=(first or 0) - 1))
        found = found or Album.objects.get(user=user, name__iexact=name)
    return found


def rename(album: Album, *, name: str) -> Album:
    name = naming.tidy(name, most=NAME_MAX, thing="album")
    if Album.objects.filter(user_id=album.user_id, name__iexact=name).exclude(pk=album.pk).exists():
        raise InvalidInput([FieldError("name", f"You have an album “{name}” already.")])
    album.name = name
    album.save(update_fields=["name"])
    return album


def delete(album: Album) -> None:
    """The album alone: its outputs stay in the gallery."""
    album.delete()


def reorder(album: Album, *, before: Album | None) -> None:
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


def hand_over(guest: User, *, into: User) -> None:
    """The albums of the guest become `into`'s; of the same name they become one."""
    for album in Album.objects.filter(user=guest):
        twin = Album.objects.filter(user=into, name__iexact=album.name).first()
        if twin is not None:
            _merge(album, twin)
        else:
            Album.objects.filter(pk=album.pk).update(user=into)


def _merge(album: Album, into: Album) -> None:
    has = Placement.objects.filter(album=into).values("output")
    first = end_of(into)
    Placement.objects.filter(album=album).exclude(output__in=has).update(
        album=into, position=F("position") + first
    )
    album.delete()
