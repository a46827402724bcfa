"""Bulk actions: one verb for many outputs, worked off in batches of one short transaction each, and undone likewise.

The first batch is done at once, by whoever asks; the rest by the dispatcher's process (live/bulk.py), in turn with
those of other people. A batch moves the cursor in the transaction that changes the outputs: whatever is killed,
every output is come past once.
"""

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from generations.errors import Conflict, FieldError, InvalidInput, OverLimit
from generations.ids import new_id
from generations.models import BULK_ACTIVE, BulkAction, BulkChange, BulkStatus, Output, Verb
from generations.queries import Selection
from generations.services import bulk_verbs

BATCH = 200
AT_ONCE = 3
KEPT = timedelta(days=1)  # so long can an action be undone


def start(user: User, verb: Verb, selection: Selection, *, argument: str = "") -> BulkAction:
    """Begin it, and do the first batch. `argument`: the id of a tag or an album of this person, or a rating.

    Raises OverLimit, and InvalidInput for a selection with nothing in it.
    """
    if BulkAction.objects.filter(user=user, status__in=BULK_ACTIVE).count() >= AT_ONCE:
        raise OverLimit(
            f"{AT_ONCE} things are being done to your pictures already. Wait until one is done.",
            retry_after_s=10,
        )
    total = selection.rows(user).count()
    if not total:
        raise InvalidInput([FieldError("id", "No picture is chosen. Choose some, then try again.")])
    until = selection.until or new_id()
    action = BulkAction.objects.create(
        user=user,
        verb=verb,
        argument=argument,
        selection={**selection.written(), "until": until},
        total=total,
    )
    return go_on(action.pk) or action


def undo(action: BulkAction) -> BulkAction:
    """Take back what it did so far; what it has not come to stays as it is. Raises Conflict when it is undone."""
    changed = BulkAction.objects.filter(
        pk=action.pk, status__in=(BulkStatus.WAITING, BulkStatus.WORKING, BulkStatus.DONE)
    ).update(status=BulkStatus.UNDOING, ended_at=None)
    if not changed:
        raise Conflict("That was undone already.")
    return go_on(action.pk) or action


def work() -> bool:
    """One batch of each action that is not at its end; whether there was any."""
    ids = list(
        BulkAction.objects.filter(status__in=BULK_ACTIVE).order_by("id").values_list("pk", flat=True)[:20]
    )
    for id in ids:
        go_on(id)
    return bool(ids)


def go_on(id: str) -> BulkAction | None:
    """One batch. None when it is at its end, or somebody else is at it."""
    with transaction.atomic():
        skips = connection.features.has_select_for_update_skip_locked
        rows = BulkAction.objects.select_for_update(skip_locked=skips, of=("self",)).select_related("user")
        action = rows.filter(pk=id, status__in=BULK_ACTIVE).first()
        if action is None:
            return None
        if action.status == BulkStatus.UNDOING:
            _undo_batch(action)
        else:
            _do_batch(action)
        action.save(update_fields=["status", "seen", "changed", "cursor", "ended_at"])
    return action


def forget_old() -> int:
    """Actions that ended too long ago to be undone; how many."""
    return BulkAction.objects.filter(ended_at__lt=timezone.now() - KEPT).delete()[0]


def _do_batch(action: BulkAction) -> None:
    rows = _next(action)
    changes = bulk_verbs.DO[action.verb](action, rows) if rows else []
    BulkChange.objects.bulk_create(changes)
    action.seen += len(rows)
    action.changed += len(changes)
    action.status = BulkStatus.WORKING
    action.cursor = rows[-1].pk if rows else action.cursor
    if len(rows) < BATCH:
        action.status, action.ended_at = BulkStatus.DONE, timezone.now()


def _next(action: BulkAction) -> list[Output]:
    rows: QuerySet[Output] = Selection.read(action.selection).rows(action.user).filter(pk__gt=action.cursor)
    return list(rows.select_for_update(of=("self",)).order_by("pk")[:BATCH])


def _undo_batch(action: BulkAction) -> None:
    changes = list(action.changes.order_by("pk")[:BATCH])
    if changes:
        bulk_verbs.UNDO[action.verb](action, changes)
        action.changes.filter(pk__in=[change.pk for change in changes]).delete()
    action.changed -= len(changes)
    if len(changes) < BATCH:
        action.status, action.ended_at = BulkStatus.UNDONE, timezone.now()
