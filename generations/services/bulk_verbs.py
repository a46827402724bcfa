"""What each verb of a bulk action does to a batch of outputs, and how it is taken back.

DO gives a change for each output that was not so already; UNDO gets changes, and touches only what is still as it left
it. Both run in the transaction of their batch.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from generations.models import Album, BulkAction, BulkChange, Output, Placement, Tag, Tagging, Verb
from generations.services import albums

Do = Callable[[BulkAction, Sequence[Output]], list[BulkChange]]
Undo = Callable[[BulkAction, Sequence[BulkChange]], None]


def _changes(action: BulkAction, before: dict[str, Any]) -> list[BulkChange]:
    return [BulkChange(action=action, output_id=id, before=value) for id, value in before.items()]


def _ids(changes: Sequence[BulkChange]) -> list[str]:
    return [change.output_id for change in changes]


def _outputs(ids: Sequence[str] | dict[str, Any]) -> Any:
    return Output.objects.filter(pk__in=list(ids))


# Tags and albums may be gone by now: then nothing is left to do.


def _tag(action: BulkAction, rows: Sequence[Output]) -> list[BulkChange]:
    tag = Tag.objects.filter(pk=int(action.argument), user=action.user).first()
    if tag is None:
        return []
    ids = [row.pk for row in rows]
    has = set(Tagging.objects.filter(tag=tag, output__in=ids).values_list("output_id", flat=True))
    new = [id for id in ids if id not in has]
    Tagging.objects.bulk_create([Tagging(tag=tag, output_id=id) for id in new], ignore_conflicts=True)
    return _changes(action, dict.fromkeys(new))


def _take_tag(action: BulkAction, changes: Sequence[BulkChange]) -> None:
    Tagging.objects.filter(tag=int(action.argument), output__in=_ids(changes)).delete()


def _untag(action: BulkAction, rows: Sequence[Output]) -> list[BulkChange]:
    found = Tagging.objects.filter(tag=int(action.argument), output__in=[row.pk for row in rows])
    had = list(found.values_list("output_id", flat=True))
    found.delete()
    return _changes(action, dict.fromkeys(had))


def _put_tag(action: BulkAction, changes: Sequence[BulkChange]) -> None:
    if Tag.objects.filter(pk=int(action.argument)).exists():
        rows = [Tagging(tag_id=int(action.argument), output_id=id) for id in _ids(changes)]
        Tagging.objects.bulk_create(rows, ignore_conflicts=True)


def _place(action: BulkAction, rows: Sequence[Output]) -> list[BulkChange]:
    album = Album.objects.select_for_update().filter(pk=action.argument, user=action.user).first()
    if album is None:
        return []
    ids = [row.pk for row in rows]
    has = set(Placement.objects.filter(album=album, output__in=ids).values_list("output_id", flat=True))
    new = [id for id in ids if id not in has]
    places = enumerate(new, start=albums.end_of(album))
    Placement.objects.bulk_create(
        [Placement(album=album, output_id=id, position=position) for position, id in places],
        ignore_conflicts=True,
    )
    return _changes(action, dict.fromkeys(new))


def _take_out(action: BulkAction, changes: Sequence[BulkChange]) -> None:
    Placement.objects.filter(album=action.argument, output__in=_ids(changes)).delete()


def _unplace(action: BulkAction, rows: Sequence[Output]) -> list[BulkChange]:
    found = Placement.objects.filter(album=action.argument, output__in=[row.pk for row in rows])
    had = dict(found.values_list("output_id", "position"))
    found.delete()
    Album.objects.filter(pk=action.argument, cover__in=list(had)).update(cover=None)
    return _changes(action, had)


def _put_back(action: BulkAction, changes: Sequence[BulkChange]) -> None:
    if Album.objects.filter(pk=action.argument).exists():
        rows = [
            Placement(album_id=action.argument, output_id=change.output_id, position=change.before or 0)
            for change in changes
        ]
        Placement.objects.bulk_create(rows, ignore_conflicts=True)


def _rate(action: BulkAction, rows: Sequence[Output]) -> list[BulkChange]:
    rating = int(action.argument)
    before = {row.pk: row.rating for row in rows if row.rating != rating}
    _outputs(before).update(rating=rating)
    return _changes(action, before)


def _unrate(action: BulkAction, changes: Sequence[BulkChange]) -> None:
    for rating in {change.before for change in changes}:
        ids = [change.output_id for change in changes if change.before == rating]
        _outputs(ids).filter(rating=int(action.argument)).update(rating=rating)


def _marks(*, is_favourite: bool) -> tuple[Do, Undo]:
    def do(action: BulkAction, rows: Sequence[Output]) -> list[BulkChange]:
        before = {row.pk: None for row in rows if row.is_favourite != is_favourite}
        _outputs(before).update(is_favourite=is_favourite)
        return _changes(action, before)

    def undo(action: BulkAction, changes: Sequence[BulkChange]) -> None:
        _outputs(_ids(changes)).update(is_favourite=not is_favourite)

    return do, undo


def _keep(action: BulkAction, rows: Sequence[Output]) -> list[BulkChange]:
    best = [row.pk for row in rows if row.pk == action.argument and not row.is_favourite]
    others = [row.pk for row in rows if row.pk != action.argument and row.trashed_at is None]
    _outputs(best).update(is_favourite=True)
    _outputs(others).update(trashed_at=timezone.now())
    return _changes(action, dict.fromkeys([*best, *others]))


def _keep_not(action: BulkAction, changes: Sequence[BulkChange]) -> None:
    ids = _ids(changes)
    _outputs([id for id in ids if id == action.argument]).update(is_favourite=False)
    _outputs([id for id in ids if id != action.argument]).update(trashed_at=None)


def _trash(action: BulkAction, rows: Sequence[Output]) -> list[BulkChange]:
    before = {row.pk: None for row in rows if row.trashed_at is None}
    _outputs(before).update(trashed_at=timezone.now())
    return _changes(action, before)


def _untrash(action: BulkAction, changes: Sequence[BulkChange]) -> None:
    _outputs(_ids(changes)).update(trashed_at=None)


def _restore(action: BulkAction, rows: Sequence[Output]) -> list[BulkChange]:
    before = {row.pk: row.trashed_at.isoformat() for row in rows if row.trashed_at is not None}
    _outputs(before).update(trashed_at=None)
    return _changes(action, before)


def _bin_again(action: BulkAction, changes: Sequence[BulkChange]) -> None:
    for moment in {change.before for change in changes}:
        ids = [change.output_id for change in changes if change.before == moment]
        _outputs(ids).update(trashed_at=datetime.fromisoformat(str(moment)))


MARK, UNMARK = _marks(is_favourite=True), _marks(is_favourite=False)
PAIRS: dict[str, tuple[Do, Undo]] = {
    Verb.TAG: (_tag, _take_tag),
    Verb.UNTAG: (_untag, _put_tag),
    Verb.PLACE: (_place, _take_out),
    Verb.UNPLACE: (_unplace, _put_back),
    Verb.RATE: (_rate, _unrate),
    Verb.FAVOURITE: MARK,
    Verb.UNFAVOURITE: UNMARK,
    Verb.KEEP: (_keep, _keep_not),
    Verb.TRASH: (_trash, _untrash),
    Verb.RESTORE: (_restore, _bin_again),
}
DO: dict[str, Do] = {verb: do for verb, (do, _) in PAIRS.items()}
UNDO: dict[str, Undo] = {verb: undo for verb, (_, undo) in PAIRS.items()}
