"""What happens to an output: stored by the dispatcher, marked, binned, restored and purged by its owner."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from PIL import Image

from accounts.models import User
from generations import imaging, manifest, standing
from generations.errors import BadPicture, FieldError, InvalidInput
from generations.fingerprint import Fingerprint
from generations.ids import new_id
from generations.manifest import Manifest
from generations.models import RATING_MAX, Output, Prediction, Version
from generations.services import files, kept

logger = logging.getLogger(__name__)

BIN_DAYS = 30
PURGE_BATCH = 200
TIMELAPSE_SIDE = 512


def develop(
    prediction: Prediction, index: int, data: bytes, *, frames: Sequence[bytes], told: dict[str, Any]
) -> Output:
    """Verify what the engine returned, derive its sizes and write the files: an Output that is not yet saved.

    `frames`: the previews of this output, oldest first. `told`: `seed` and `read_as` as the engine gave them.
    Raises BadPicture, StorageFull, OSError. Slow (Pillow, disk): never in the event loop or a transaction.
    """
    id = new_id()
    developed = imaging.develop(data, sealed=partial(_seal, id, prediction.version))
    key = files.new_key()
    contents = {"master.png": developed.master}
    contents |= {f"{each.width}.{each.format}": each.data for each in developed.renditions}
    contents |= _film(frames, size=_small(developed.width, developed.height), last=developed.master)
    files.keep(key, contents)
    return Output(
        id=id,
        prediction=prediction,
        user_id=prediction.user_id,
        index=index,
        seed=told.get("seed"),
        read_as=told.get("read_as") or {},
        key=key,
        size=sum(map(len, contents.values())),
        sha256=developed.sha256,
        fingerprint=developed.fingerprint.hash if developed.fingerprint.tells else "",
        width=developed.width,
        height=developed.height,
        renditions=[
            {"format": each.format, "width": each.width, "height": each.height, "size": len(each.data)}
            for each in developed.renditions
        ],
        placeholder=developed.placeholder,
        colour=developed.colour,
        has_timelapse="timelapse.webp" in contents,
    )


def _seal(id: str, version: Version, image: Image.Image, found: Fingerprint) -> str:
    return manifest.seal(
        Manifest(
            output=id,
            model=version.model.ref,
            version=version.pk,
            made_at=timezone.now().isoformat(timespec="seconds"),
            fingerprint=found.hash if found.tells else "",
            pixels=manifest.pixels_of(image),
        ),
        settings.MANIFEST_KEY,
    )


def _film(frames: Sequence[bytes], *, size: tuple[int, int], last: bytes) -> dict[str, bytes]:
    """The time-lapse under its name, or nothing: a preview that is damaged costs the film, never the picture."""
    try:
        return {"timelapse.webp": imaging.timelapse(frames, size=size, last=last)} if len(frames) > 1 else {}
    except BadPicture as error:
        logger.warning("No time-lapse could be made of previews: %s", error.sentence)
        return {}


def discard(output: Output) -> None:
    """The row was not wanted after all: its files go."""
    files.remove(output.key, files.names_of(output))


def favourite(output: Output, *, is_favourite: bool) -> Output:
    output.is_favourite = is_favourite
    output.save(update_fields=["is_favourite"])
    return output


def rate(output: Output, *, rating: int) -> Output:
    """0 takes the rating away. Raises InvalidInput."""
    if not 0 <= rating <= RATING_MAX:
        raise InvalidInput([FieldError("rating", f"A rating goes from 0 to {RATING_MAX}.")])
    output.rating = rating
    output.save(update_fields=["rating"])
    return output


def mark_sensitive(output: Output, *, is_sensitive: bool) -> Output:
    """Its publisher says so; what each viewer sees of it then is theirs to choose.

    What a moderator marked so stays so.
    """
    output.says_sensitive = is_sensitive
    output.is_sensitive = is_sensitive or bool(output.standing & standing.VEILED)
    output.save(update_fields=["says_sensitive", "is_sensitive"])
    return output


def trash(output: Output) -> Output:
    """Into the bin, from where it can come back for BIN_DAYS."""
    if output.trashed_at is None:
        output.trashed_at = timezone.now()
        output.save(update_fields=["trashed_at"])
    return output


def restore(output: Output) -> Output:
    output.trashed_at = None
    output.save(update_fields=["trashed_at"])
    return output


def purge(output: Output) -> None:
    """Gone for ever: the row, then the files.

    What somebody is looking at, or may still appeal, is gone for its owner at once, and for good when that is over.
    """
    with transaction.atomic():
        if kept.is_kept(output):
            Output.objects.filter(pk=output.pk).update(**_gone())
            return
        files.remove_on_commit([output])
        output.delete()


def empty_bin(user: User) -> int:
    """Everything in this person's bin, for ever; how many."""
    mine = Output.objects.filter(user=user, trashed_at__isnull=False)
    mine.filter(kept.outputs_kept()).update(**_gone())
    return _purge_all(user=user, trashed_at__isnull=False)


def purge_bins() -> int:
    """What has lain in a bin for BIN_DAYS; how many."""
    return _purge_all(trashed_at__lt=timezone.now() - timedelta(days=BIN_DAYS))


def _gone() -> dict[str, Any]:
    """As its owner sees it there is nothing any more; the next sweep takes it once it may."""
    return {"is_published": False, "trashed_at": timezone.now() - timedelta(days=2 * BIN_DAYS)}


def _purge_all(**which: Any) -> int:
    count = 0
    rows = Output.objects.filter(**which).exclude(kept.outputs_kept())
    while batch := list(rows[:PURGE_BATCH]):
        with transaction.atomic():
            files.remove_on_commit(batch)
            Output.objects.filter(pk__in=[output.pk for output in batch]).delete()
        count += len(batch)
    return count


def _small(width: int, height: int, *, longest: int = TIMELAPSE_SIDE) -> tuple[int, int]:
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))
