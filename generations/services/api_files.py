"""Files that programs send: kept as they came for a day, whatever they are; never decoded, never shown as ours."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from accounts import throttle
from accounts.models import User
from generations.errors import BadPicture, FieldError, InvalidInput, OverLimit, TooLarge
from generations.models import Upload
from generations.services import files, limits

KEPT = timedelta(days=1)
HOUR_S = 3600
PIECE = 256 * 1024
NAME_MAX = 255
METADATA_MAX = 16 * 1024  # characters of it as JSON
UNKNOWN_TYPE = "application/octet-stream"
TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")
# What the first bytes say goes before what the sender says: clients guess by the name, or not at all.
SIGNS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)


def keep(
    user: User,
    file: File,
    *,
    name: str,
    type: str = "",
    metadata: Mapping[str, Any] | None = None,
    is_counted: bool = True,
) -> Upload:
    """A file of this person's, piece by piece from wherever it lies now. `is_counted`: towards those of an hour.

    Raises TooLarge, OverLimit, RoomUsed, InvalidInput, StorageFull. Slow (disk): never in an event loop.
    """
    check_size(file.size)
    if is_counted:
        count(user)
    limits.check_room(user)
    digests = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    beginning = b""
    for piece in _pieces(file):
        beginning = beginning or piece[:64]
        for digest in digests:
            digest.update(piece)
    upload = Upload(
        user=user,
        is_file=True,
        key=files.new_key("uploads"),
        name=clean_name(name),
        content_type=_type(beginning, type),
        metadata=dict(metadata or {}),
        size=file.size,
        sha256=digests[0].hexdigest(),
        md5=digests[1].hexdigest(),
        expires_at=timezone.now() + KEPT,
    )
    file.seek(0)
    files.keep(upload.key, {"file": file})
    upload.save(force_insert=True)
    return upload


def delete(upload: Upload) -> None:
    """Gone at once; a prediction that waits for it will say so."""
    with transaction.atomic():
        files.remove_on_commit([upload])
        upload.delete()


def as_picture(upload: Upload) -> bytes:
    """Its bytes, to be decoded as a picture. Raises BadPicture for one that is larger than a picture may be."""
    most = settings.LIMITS["upload_mb"]
    if upload.size > most * 2**20:
        raise BadPicture(f"The file is larger than {most} MB, which is the most for a picture.")
    return files.read(upload.key, "file")


def check_size(size: int) -> None:
    """Raises TooLarge."""
    most = settings.LIMITS["file_mb"]
    if size > most * 2**20:
        raise TooLarge(f"The file is larger than {most} MB, which is the most.")


def count(user: User) -> None:
    """One more file by this person's programs. Raises OverLimit."""
    most = settings.LIMITS["files_per_hour"]
    wait_s = throttle.wait_s(f"files:{user.pk}", most=most, window_s=HOUR_S)
    if wait_s:
        raise OverLimit(
            f"You have sent {most} files within the hour, and that is the most. "
            f"Send this one in {max(1, round(wait_s / 60))} min.",
            retry_after_s=wait_s,
        )


def clean_name(name: str) -> str:
    """The last part of a path, without what no file name should hold; "file" where nothing is left."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(each for each in last if each.isprintable()).strip(" .")
    return kept[-NAME_MAX:] or "file"


def check_metadata(metadata: object) -> dict[str, Any]:
    """Raises InvalidInput for what is no object, or a large one."""
    if not isinstance(metadata, dict):
        raise InvalidInput([FieldError("metadata", "The metadata must be an object.")])
    try:
        text = json.dumps(metadata, ensure_ascii=False, allow_nan=False)
        is_text = "\\u0000" not in text and bool(text.encode())
    except (ValueError, RecursionError):  # a half character, NaN, endless depth
        is_text, text = False, ""
    if not is_text:
        raise InvalidInput([FieldError("metadata", "The metadata holds what no text can.")])
    if len(text) > METADATA_MAX:
        raise InvalidInput(
            [FieldError("metadata", f"The metadata is longer than {METADATA_MAX:,} characters.")]
        )
    return metadata


def _type(beginning: bytes, told: str) -> str:
    for sign, type in SIGNS:
        if beginning.startswith(sign):
            return type
    if beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP":
        return "image/webp"
    plain = told.partition(";")[0].strip().lower()
    return plain if TYPE.fullmatch(plain) else UNKNOWN_TYPE


def _pieces(file: File) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece
