"""Capability URLs: whoever holds the link may open the file. Views check them, templates write them.

A signature is an HMAC over (kind, id, epoch), so a link can be shown again at any time without being stored, and
raising the epoch of an output makes every link to it void at once.
"""

import base64
import hmac
from typing import Protocol

from django.conf import settings

BYTES = 16  # 128 bits


class Signed(Protocol):
    """What a link may lead to: anything with an id and an epoch."""

    id: str
    epoch: int


def signature(key: str, kind: str, *, id: str, epoch: int) -> str:
    """22 characters of base64url. The parts cannot run into each other: kinds and ids hold no colon."""
    secret = hmac.digest(key.encode(), b"safelight capability urls", "sha256")
    digest = hmac.digest(secret, f"{kind}:{id}:{epoch}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:BYTES]).rstrip(b"=").decode("ascii")


def matches(given: str, key: str, kind: str, *, id: str, epoch: int) -> bool:
    """Compared in constant time; a signature of any other shape is simply wrong."""
    return hmac.compare_digest(given.encode(), signature(key, kind, id=id, epoch=epoch).encode())


def media_url(output: Signed, name: str) -> str:
    """The address of one file of an output: "master.png", "<width>.<format>" or "timelapse.webp"."""
    signed = signature(settings.SECRET_KEY, "media", id=output.id, epoch=output.epoch)
    return f"{settings.MEDIA_ORIGIN.rstrip('/')}/media/{output.id}/{signed}/{name}"


def upload_url(upload: Signed, name: str) -> str:
    """The address of one file of an upload: "picture.webp" or "thumb.webp". Only its owner is ever given it."""
    signed = signature(settings.SECRET_KEY, "upload", id=upload.id, epoch=upload.epoch)
    return f"{settings.MEDIA_ORIGIN.rstrip('/')}/media/uploads/{upload.id}/{signed}/{name}"


def verify_upload(upload: Signed, given: str) -> bool:
    return matches(given, settings.SECRET_KEY, "upload", id=upload.id, epoch=upload.epoch)


def verify_media(output: Signed, given: str) -> bool:
    """Whether `given` is the signature of this output's files in its present epoch."""
    return matches(given, settings.SECRET_KEY, "media", id=output.id, epoch=output.epoch)
