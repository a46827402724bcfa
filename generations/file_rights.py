"""Who may open which file: by a signed link, whoever asks; else its owner alone. Asked for through access.py."""

import time

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.models import User
from generations import queries, standing
from generations.errors import NotFound
from generations.ids import is_id
from generations.models import Output, Upload
from generations.references import Reference
from generations.signing import verify_api, verify_download, verify_media, verify_own, verify_upload

__all__ = [
    "file_by_link",
    "file_read",
    "file_write",
    "output_by_api_link",
    "output_by_link",
    "picture_of",
    "upload_by_link",
]

Asker = User | AnonymousUser


def output_by_link(user: Asker, id: str, signature: str) -> Output:
    """The output whose files a signed link opens, whoever asks; in the bin as well, until it is deleted for good.

    What a moderator's decision withholds opens for nobody; what is held, for its owner.
    """
    found = _linked_outputs().filter(pk=id).first() if is_id(id) else None
    is_signed = found is not None and verify_media(found, signature) and _is_open_to(user, found)
    if found is None or not (is_signed or verify_own("media", found, signature)):
        raise NotFound("There is no such picture.")
    return found


def output_by_api_link(user: Asker, id: str, signature: str) -> Output:
    """The output whose file the API's own link opens, whoever asks; what is held, for its owner."""
    found = _linked_outputs().filter(pk=id).first() if is_id(id) else None
    if found is None or not verify_api(found, signature) or not _is_open_to(user, found):
        raise NotFound("There is no such picture.")
    return found


def _linked_outputs() -> QuerySet[Output]:
    fields = (
        "id",
        "user",
        "index",
        "key",
        "sha256",
        "epoch",
        "renditions",
        "has_timelapse",
        "standing",
        "hold",
    )
    return Output.objects.only(*fields).filter(standing__lt=standing.HIDE)


def _is_open_to(user: Asker, thing: Output | Upload) -> bool:
    """Who asks is looked at last: most pictures are open to whoever has the link, and their views are many."""
    return not thing.is_owners_alone or (user.is_authenticated and user.pk == thing.user_id)


def upload_by_link(user: Asker, id: str, signature: str) -> Upload:
    """The upload whose files a signed link opens; only its owner is given such a link, and sees it while it is held."""
    rows = Upload.objects.filter(is_file=False, standing__lt=standing.HIDE)
    found = rows.filter(pk=id).first() if is_id(id) else None
    is_signed = found is not None and verify_upload(found, signature) and _is_open_to(user, found)
    if found is None or not (is_signed or verify_own("upload", found, signature)):
        raise NotFound("There is no such picture.")
    return found


def file_read(user: Asker, id: str) -> Upload:
    """The file that a program of this person sent, until it runs out."""
    found = None if user.is_anonymous or not is_id(id) else queries.files_of(user).filter(pk=id).first()
    if found is None:
        raise NotFound("There is no such file, or it has run out.")
    return found


def file_write(user: Asker, id: str) -> Upload:
    """To delete it: its owner alone."""
    return file_read(user, id)


def file_by_link(id: str, signature: str, *, expiry: int) -> Upload:
    """The file that a signed link opens until `expiry`, whoever asks."""
    found = queries.files_there().filter(pk=id).first() if is_id(id) else None
    if found is None or expiry < time.time() or not verify_download(found, signature, expiry=expiry):
        raise NotFound("There is no such file, or the link to it has run out.")
    return found


def picture_of(user: Asker, reference: Reference) -> Output | Upload | None:
    """What a reference in an input means to this person: a picture of their own, None where it is not theirs."""
    if user.is_anonymous:
        return None
    if reference.kind == "upload":
        rows = Upload.objects.filter(is_file=False, standing__lt=standing.HIDE)
        return rows.filter(pk=reference.id, user_id=user.pk).first()
    return Output.objects.filter(pk=reference.id, user_id=user.pk, is_published=True).first()
