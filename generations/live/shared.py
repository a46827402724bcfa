"""Frames for those who watch a share: rendered from what it shows, once for all of them."""

import json

from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string

from generations import access
from generations.exhibits import exhibit_of
from generations.live.frames import Frame
from generations.models import Share
from generations.services import doors

NOBODY = AnonymousUser()


def frames_of(share_ids: set[str]) -> tuple[list[Frame], set[str]]:
    """The frames of these shares as they stand, and the ids of those that are still open to anybody. Reads rows."""
    rows = [
        row for row in Share.objects.select_related(*access.SHARED).filter(pk__in=share_ids) if _is_open(row)
    ]
    return [_frame(row) for row in rows if row.prediction_id or row.grid_id], {row.pk for row in rows}


def is_over(share_id: str, seq: int) -> bool:
    """Will nothing more come of it, and is `seq` its last state? What was taken back is not over: those who watch it
    are seen off, come back, and are told."""
    row = Share.objects.select_related(*access.SHARED).filter(pk=share_id).first()
    if row is None or not _is_open(row):
        return False
    shown = exhibit_of(row)
    return not shown.is_developing and seq >= shown.seq


def _is_open(share: Share) -> bool:
    return access.is_open_to(NOBODY, share)


def _frame(share: Share) -> Frame:
    """It speaks of the share alone: not even the id of the prediction is in it."""
    shown = exhibit_of(share, until=doors.until(share))
    html = render_to_string("shares/_exhibit.html", {"exhibit": shown})
    text = json.dumps({"id": share.pk, "seq": shown.seq, "status": shown.status, "html": html.strip()})
    return Frame(
        share.pk,
        share.user_id,
        shown.seq,
        is_last=not shown.is_developing,
        text=text,
        share_id=share.pk,
    )
