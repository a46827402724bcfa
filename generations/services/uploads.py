"""What happens to an upload: taken in, verified by our own decoder, and gone again when nothing uses it."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import throttle
from accounts.models import User
from generations import intake
from generations.errors import BadPicture, OverLimit, QueueFull
from generations.models import ACTIVE, Prediction, Upload
from generations.services import barred, blocklist, copies, files

UNUSED = timedelta(days=1)
HOUR_S = 3600
SWEEP_BATCH = 200
AT_ONCE, WAIT_S = (
    2,
    20.0,
)  # pictures decoded at the same time in one process, and how long another waits its turn
_desk = threading.BoundedSemaphore(AT_ONCE)


def keep(user: User, data: bytes, *, is_counted: bool = True) -> Upload:
    """The picture in `data`, as this person's; the same bytes again are the same upload.

    `is_counted`: towards what a person may bring in an hour; what programs bring has a count of its own.
    Raises BadPicture, OverLimit, QueueFull, StorageFull. Slow (Pillow, disk): never in an event loop or a transaction.
    """
    check_size(len(data))
    barred.check_may_make(user)
    if is_counted:
        _check_rate(user)
    digest = hashlib.sha256(data).hexdigest()
    known = _known(user, digest)
    if known is not None:
        blocklist.check_upload(user, (known.fingerprint,) if known.fingerprint else ())
        return known
    taken = _taken(data)
    blocklist.check_upload(user, taken.probes)
    return _stored(user, digest, taken)


def sweep(*, now: datetime | None = None) -> int:
    """Delete what is a day old and nothing uses; how many. What is in use is asked again a day later."""
    now = now or timezone.now()
    count = 0
    while ids := list(Upload.objects.filter(expires_at__lt=now).values_list("pk", flat=True)[:SWEEP_BATCH]):
        with transaction.atomic():
            old = Upload.objects.select_for_update().filter(pk__in=ids, expires_at__lt=now)
            locked = list(old.values_list("pk", flat=True))
            unused = list(_unused().filter(pk__in=locked))
            files.remove_on_commit(unused)
            count += len(unused)
            Upload.objects.filter(pk__in=[upload.pk for upload in unused]).delete()
            Upload.objects.filter(pk__in=locked).update(expires_at=now + UNUSED)
    return count


def merge(guest: User, *, into: User) -> None:
    """A guest's uploads become `into`'s; what both had sent stays once. Called in the merge's transaction."""
    both = Upload.objects.filter(user=into, is_file=False).values("sha256")
    for twin in Upload.objects.filter(user=guest, is_file=False, sha256__in=both):
        kept = Upload.objects.get(user=into, is_file=False, sha256=twin.sha256)
        _renamed(twin, kept)
    Upload.objects.filter(user=guest).update(user=into)


def _renamed(twin: Upload, kept: Upload) -> None:
    """What was made from one now names the other."""
    was, now = f"upload:{twin.pk}", f"upload:{kept.pk}"
    for prediction in twin.predictions.all():
        prediction.input = {name: now if value == was else value for name, value in prediction.input.items()}
        prediction.save(update_fields=["input"])
        kept.predictions.add(prediction)
    Upload.objects.filter(copy_of=twin.pk).update(copy_of=kept.pk)
    copies.tie(kept, twin.copy_of)
    files.remove_on_commit([twin])
    twin.delete()


def _unused() -> QuerySet[Upload]:
    """Nothing that runs needs it, and no picture is left that was made from it; what a program sent ends anyway."""
    uses = Prediction.objects.filter(uploads=OuterRef("pk"))
    runs, made = uses.filter(status__in=ACTIVE), uses.filter(outputs__isnull=False)
    return Upload.objects.filter(~Exists(runs)).filter(Q(is_file=True) | ~Exists(made))


def check_size(size: int) -> None:
    """Raises BadPicture for a file of more bytes than are taken."""
    most = settings.LIMITS["upload_mb"]
    if size > most * 2**20:
        raise BadPicture(f"The file is larger than {most} MB, which is the most. Send a smaller picture.")


def _check_rate(user: User) -> None:
    most = settings.LIMITS["uploads_per_hour"]
    wait_s = throttle.wait_s(f"uploads:{user.pk}", most=most, window_s=HOUR_S)
    if wait_s:
        raise OverLimit(
            f"You have sent {most} pictures within the hour, and that is the most. "
            f"Send this one in {max(1, round(wait_s / 60))} min.",
            retry_after_s=wait_s,
        )


def _known(user: User, digest: str) -> Upload | None:
    found = Upload.objects.filter(user=user, sha256=digest, is_file=False).first()
    if found is not None:
        found.expires_at = timezone.now() + UNUSED
        found.save(update_fields=["expires_at"])
    return found


def _taken(data: bytes) -> intake.Taken:
    with turn():
        return intake.take(data, max_pixels=settings.LIMITS["upload_megapixels"] * 1_000_000)


@contextmanager
def turn() -> Iterator[None]:
    """Decoding a large picture takes hundreds of megabytes: a few at a time. Raises QueueFull."""
    if not _desk.acquire(timeout=WAIT_S):
        raise QueueFull("Many pictures are being sent right now. Try again in a moment.", retry_after_s=10)
    try:
        yield
    finally:
        _desk.release()


def _stored(user: User, digest: str, taken: intake.Taken) -> Upload:
    upload = Upload(
        user=user,
        key=files.new_key("uploads"),
        size=len(taken.picture) + len(taken.thumb),
        sha256=digest,
        fingerprint=taken.fingerprint.hash if taken.fingerprint.tells else "",
        width=taken.width,
        height=taken.height,
        expires_at=timezone.now() + UNUSED,
    )
    contents = {"picture.webp": taken.picture, "thumb.webp": taken.thumb}
    files.keep(upload.key, contents)
    try:
        with transaction.atomic():
            upload.save(force_insert=True)
    except IntegrityError:  # sent twice at once
        files.remove(upload.key, contents)
        known = _known(user, digest)
        if known is None:
            raise
        return known
    return upload
