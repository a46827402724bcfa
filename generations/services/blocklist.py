"""The block-list: pictures that are refused when somebody brings them, and withheld when a model makes them.

Each process keeps the hashes as one table of numbers, and reads it again when the list's stamp is another one.
"""

import secrets
import threading
from dataclasses import dataclass

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from PIL import Image

from accounts.models import User
from generations import fingerprint, imaging
from generations.errors import BadPicture, Conflict, FieldError, InvalidInput, NotFound
from generations.fingerprint import Change, Words
from generations.models import (
    BlockedPicture,
    BlockHash,
    BlockListStamp,
    Output,
    Signal,
    SignalKind,
    SubjectKind,
)
from generations.services import cases, four_eyes

NOTHING_TO_TELL = "There is too little in this picture to know it again: it would block others with it."
REASON_MAX = 300
HIT_CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True)
class Table:
    """All that is matched, as of one stamp: row n of `words` belongs to picture n of `pictures`."""

    stamp: int
    words: Words
    pictures: tuple[str, ...]


_table = Table(-1, fingerprint.packed([]), ())
_reading = threading.Lock()


def is_empty() -> bool:
    """Is nothing blocked? Then no picture needs to be hashed for it."""
    return not len(_current().words)


def match(probes: tuple[str, ...]) -> str | None:
    """The id of the blocked picture that one of these hashes belongs to. A hit is kept by `note_hit`."""
    table = _current()
    for probe in probes:
        place = fingerprint.nearest_packed(probe, table.words)
        if place is not None:
            return table.pictures[place]
    return None


def probes(data: bytes) -> tuple[str, ...]:
    """What to look a picture up by. Raises BadPicture. Slow (Pillow): never in an event loop or a transaction."""
    return fingerprint.probes(imaging.decoded(data))


def note_hit(picture_id: str, *, person_id: int, how: str) -> None:
    """Somebody has brought or made it: counted, and a signal about the person, which keeps no picture.

    The same again is no new signal while a moderator has not looked.
    """
    with transaction.atomic():
        rows = BlockedPicture.objects.filter(pk=picture_id)
        rows.update(hits=F("hits") + 1, last_hit_at=timezone.now())
        row, person = rows.first(), User.objects.filter(pk=person_id).first()
        source = f"block-list:{picture_id}"
        waiting = Signal.objects.filter(
            case__subject_kind=SubjectKind.USER, case__subject_id=str(person_id), source=source, verdict=""
        )
        if row is not None and person is not None and not waiting.exists():
            cases.file_signal(
                person,
                kind=SignalKind.HASH,
                category=row.category,
                confidence=HIT_CONFIDENCE,
                source=source,
                note=how,
                is_soft=True,
            )


def family_of(output: Output) -> list[Change]:
    """The hashes of a stored picture and its family. Raises NotFound, InvalidInput. Slow: never in a transaction."""
    try:
        with default_storage.open(f"{output.key}/master.png") as file:
            return family(file.read())
    except FileNotFoundError:
        raise NotFound("The file of that picture is not there any more.") from None


def family(data: bytes) -> list[Change]:
    """The same of a file. Raises BadPicture, InvalidInput. Slow (Pillow): never in a transaction."""
    image: Image.Image = imaging.decoded(data, max_pixels=settings.LIMITS["upload_megapixels"] * 1_000_000)
    found = fingerprint.family(image)
    if not found:
        raise InvalidInput([FieldError("picture", NOTHING_TO_TELL)])
    return found


@transaction.atomic
def enter(
    changes: list[Change],
    *,
    category: str,
    reason: str,
    by: User | None,
    source: str = "",
    decision: str = "",
    is_agreed: bool = False,
) -> BlockedPicture:
    """Put it on the list. `is_agreed`: whoever decided had a second person's word already; else it waits for one.

    The same decision and source again give the first entry.
    """
    known = BlockedPicture.objects.filter(decision=decision, source=source, lifted_at=None).first()
    if decision and known is not None:
        return known
    row = BlockedPicture.objects.create(
        category=category,
        reason=reason[:REASON_MAX],
        source=source,
        decision=decision,
        asked_by=None if is_agreed else by,
        agreed_at=timezone.now() if is_agreed else None,
    )
    hashes = {change.hash: change.name for change in changes}
    BlockHash.objects.bulk_create(
        BlockHash(picture=row, bits=bits, change=name) for bits, name in hashes.items()
    )
    _stamp_anew()
    return row


def agree(row: BlockedPicture, *, by: User, others: int) -> BlockedPicture:
    """The second person's word; from now on it is matched. `others`: how many besides the first could give it.

    Raises NotAllowed, Conflict.
    """
    is_single = four_eyes.check(first=row.asked_by_id, at=row.created_at, second=by, others=others)
    with transaction.atomic():
        open_rows = BlockedPicture.objects.filter(pk=row.pk, agreed_at=None, lifted_at=None)
        if not open_rows.update(agreed_by=by, agreed_at=timezone.now(), is_single_operator=is_single):
            raise Conflict("Somebody has decided on it meanwhile.")
        _stamp_anew()
    row.refresh_from_db()
    return row


def lift(row: BlockedPicture) -> BlockedPicture:
    """Take it off the list. Nothing happens to one that is off already."""
    with transaction.atomic():
        BlockedPicture.objects.filter(pk=row.pk, lifted_at=None).update(lifted_at=timezone.now())
        _stamp_anew()
    row.refresh_from_db()
    return row


def lift_decided(decision: str) -> int:
    """Everything that one decision put on the list; how many."""
    with transaction.atomic():
        rows = BlockedPicture.objects.filter(decision=decision, lifted_at=None)
        count = rows.update(lifted_at=timezone.now()) if decision else 0
        _stamp_anew()
    return count


def check_upload(user: User, found: tuple[str, ...]) -> None:
    """Raises BadPicture when a picture that this person brings is on the list."""
    blocked = match(found)
    if blocked is not None:
        note_hit(blocked, person_id=user.pk, how="They brought a picture that is on the block-list.")
        raise BadPicture("This picture is not allowed here, so it was not kept. Choose another one.")


def _stamp_anew() -> None:
    """A random number, not the next one: what was rolled back must not look like what came instead."""
    BlockListStamp.objects.update_or_create(pk=1, defaults={"number": 1 + secrets.randbelow(2**62)})


def _current() -> Table:
    global _table  # noqa: PLW0603 - the table of this process
    stamp = BlockListStamp.objects.filter(pk=1).values_list("number", flat=True).first() or 0
    if _table.stamp == stamp:
        return _table
    with _reading:
        rows = BlockHash.objects.filter(picture__agreed_at__isnull=False, picture__lifted_at=None)
        pairs = list(rows.order_by("pk").values_list("bits", "picture_id"))
        table = Table(stamp, fingerprint.packed([bits for bits, _ in pairs]), tuple(id for _, id in pairs))
        _table = table
    return table
