"""The files of outputs and uploads on storage: written before their row, removed after it.

So a row never points at nothing; what a crash left without a row is swept up.
"""

import errno
import logging
import math
import secrets
import time
from collections.abc import Iterable, Mapping
from functools import partial

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from generations.errors import StorageFull
from generations.models import Output, Upload

logger = logging.getLogger(__name__)

OWNERS: dict[str, type[Output] | type[Upload]] = {"outputs": Output, "uploads": Upload}  # by root folder
ORPHAN_AGE_S = 3600.0
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def new_key(root: str = "outputs") -> str:
    """A place of its own for the files of one output or upload; random, so it tells nothing."""
    name = secrets.token_hex(16)
    return f"{root}/{name[:2]}/{name}"


def keep(key: str, files: Mapping[str, bytes | File]) -> None:
    """Write all of `files` under `key`, or none: raises StorageFull when there is no room, OSError otherwise."""
    try:
        for name, data in files.items():
            content = ContentFile(data) if isinstance(data, bytes) else data
            default_storage.save(f"{key}/{name}", content)
    except OSError as error:
        remove(key, files)
        if error.errno in FULL:
            raise StorageFull(
                "There is no room left to keep this picture. Tell whoever runs this site; then try again."
            ) from error
        raise


def read(key: str, name: str) -> bytes:
    with default_storage.open(f"{key}/{name}") as file:
        return file.read()


def names_of(owner: Output | Upload) -> list[str]:
    if isinstance(owner, Upload):
        return ["file"] if owner.is_file else ["picture.webp", "thumb.webp"]
    output = owner
    renditions = [f"{each['width']}.{each['format']}" for each in output.renditions]
    return ["master.png", *renditions, *(["timelapse.webp"] if output.has_timelapse else [])]


def remove(key: str, names: Iterable[str]) -> None:
    """Take files away; one that is gone already is no error, and a stubborn one is left to the sweeper."""
    for name in [*names, ""]:
        try:
            default_storage.delete(f"{key}/{name}".rstrip("/"))
        except OSError as error:
            logger.warning("Could not remove a file of an output: %s", error.strerror)


def remove_on_commit(owners: Iterable[Output | Upload]) -> None:
    """When the rows are gone for good, their files go too, unless others share them (a seeded gallery)."""
    for owner in owners:
        transaction.on_commit(partial(_remove_unshared, owner.key, names_of(owner)))


def _remove_unshared(key: str, names: Iterable[str]) -> None:
    if not _is_owned(key):
        remove(key, names)


def _is_owned(key: str) -> bool:
    return OWNERS[key.partition("/")[0]].objects.filter(key=key).exists()


def sweep(*, older_than_s: float = ORPHAN_AGE_S) -> list[str]:
    """Remove files that no row owns, as a crash between file and row leaves them; their keys."""
    orphans = [key for root in OWNERS for key in _stored_keys(root, older_than_s) if not _is_owned(key)]
    for key in orphans:
        remove(key, default_storage.listdir(key)[1])
    return orphans


def _stored_keys(root: str, older_than_s: float) -> Iterable[str]:
    before = time.time() - older_than_s
    if not default_storage.exists(root):
        return
    for shelf in default_storage.listdir(root)[0]:
        for name in default_storage.listdir(f"{root}/{shelf}")[0]:
            key = f"{root}/{shelf}/{name}"
            files = default_storage.listdir(key)[1]
            if all(_written_at(f"{key}/{file}") < before for file in files or [""]):
                yield key


def _written_at(path: str) -> float:
    """When a file, or a folder in which there is none yet, was written; what has gone meanwhile counts as new."""
    try:
        return default_storage.get_modified_time(path.rstrip("/")).timestamp()
    except FileNotFoundError:
        return math.inf
