"""Capability URLs: whoever holds the link may open the file. Views check them, templates write them.

A signature is an HMAC over (kind, id, epoch), so a link can be shown again at any time without being stored, and
raising the epoch of an output makes every link to it void at once.
"""

import base64
import hmac
import time
from typing import Protocol

from django.conf import settings

BYTES = 16  # 128 bits
ID = 26  # letters of an id at the head of a token
OWN_S = 1800  # an address for its owner alone works this long at least, and twice as long at most


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


class Holdable(Signed, Protocol):
    """What may be held: its address then opens nothing but for its owner."""

    @property
    def is_owners_alone(self) -> bool: ...


def _on_page(kind: str, thing: Holdable) -> str:
    """What a page of its owner signs with. The site's own host knows its owner by the session, another host does not:
    there what is held has an address that soon opens nothing."""
    if settings.MEDIA_ORIGIN and thing.is_owners_alone:
        return _own(kind, thing, periods_ago=0)
    return signature(settings.SECRET_KEY, kind, id=thing.id, epoch=thing.epoch)


def _own(kind: str, thing: Signed, *, periods_ago: int) -> str:
    period = int(time.time()) // OWN_S - periods_ago
    return signature(settings.SECRET_KEY, f"own {kind}", id=f"{thing.id}.{period}", epoch=thing.epoch)


def verify_own(kind: str, thing: Signed, given: str) -> bool:
    """Whether a page of its owner was signed so within the hour. `kind`: "media" or "upload"."""
    now, before = (_own(kind, thing, periods_ago=ago).encode() for ago in (0, 1))
    return hmac.compare_digest(given.encode(), now) or hmac.compare_digest(given.encode(), before)


def media_url(output: Holdable, name: str) -> str:
    """The address of one file of an output: "master.png", "<width>.<format>" or "timelapse.webp"."""
    signed = _on_page("media", output)
    return f"{settings.MEDIA_ORIGIN.rstrip('/')}/media/{output.id}/{signed}/{name}"


class Indexed(Signed, Protocol):
    """An output: one of several of its prediction."""

    index: int


def api_name(output: Indexed) -> str:
    """What the API calls the file of an output."""
    return f"out-{output.index}.png"


def api_url(output: Indexed, *, origin: str) -> str:
    """The address of an output for programs, absolute. `origin`: as this program reaches the site."""
    signed = signature(settings.SECRET_KEY, "api", id=output.id, epoch=output.epoch)
    return f"{settings.MEDIA_ORIGIN.rstrip('/') or origin}/media/api/{output.id}/{signed}/{api_name(output)}"


def verify_api(output: Indexed, given: str) -> bool:
    return matches(given, settings.SECRET_KEY, "api", id=output.id, epoch=output.epoch)


def upload_url(upload: Holdable, name: str, *, on_page: bool = True) -> str:
    """The address of one file of an upload: "picture.webp" or "thumb.webp". Only its owner is ever given it.

    `on_page`: false for programs, which send their token along.
    """
    plain = signature(settings.SECRET_KEY, "upload", id=upload.id, epoch=upload.epoch)
    signed = _on_page("upload", upload) if on_page else plain
    return f"{settings.MEDIA_ORIGIN.rstrip('/')}/media/uploads/{upload.id}/{signed}/{name}"


class Owned(Signed, Protocol):
    """A file that a program sent: its person is part of what is signed."""

    user_id: int


def download_signature(file: Owned, *, expiry: int) -> str:
    """What opens the bytes of a file until `expiry`, seconds since 1970, in the alphabet that clients send back."""
    secret = hmac.digest(settings.SECRET_KEY.encode(), b"safelight files", "sha256")
    digest = hmac.digest(secret, f"{file.user_id} {file.id} {expiry} {file.epoch}".encode(), "sha256")
    return base64.b64encode(digest).decode("ascii")


def verify_download(file: Owned, given: str, *, expiry: int) -> bool:
    return hmac.compare_digest(given.encode(), download_signature(file, expiry=expiry).encode())


def verify_upload(upload: Signed, given: str) -> bool:
    return matches(given, settings.SECRET_KEY, "upload", id=upload.id, epoch=upload.epoch)


def verify_media(output: Signed, given: str) -> bool:
    """Whether `given` is the signature of this output's files in its present epoch."""
    return matches(given, settings.SECRET_KEY, "media", id=output.id, epoch=output.epoch)


def token_of(kind: str, thing: Signed) -> str:
    """What a link to `thing` ends in: its id, then the signature of its present epoch. 48 characters."""
    return thing.id + signature(settings.SECRET_KEY, kind, id=thing.id, epoch=thing.epoch)


def id_of_token(token: str) -> str:
    """The id that a token claims; only verify_token() says whether it is true."""
    return token[:ID]


def verify_token(kind: str, thing: Signed, token: str) -> bool:
    return matches(token[ID:], settings.SECRET_KEY, kind, id=thing.id, epoch=thing.epoch)


class Streamed(Protocol):
    """A prediction, whose events a link lets one read."""

    id: str

    @property
    def makes_text(self) -> bool: ...


def stream_path(prediction: Streamed) -> str:
    """Where its events are read without a token. Below /v1/files/ clients know that each output is a file."""
    signed = signature(settings.SECRET_KEY, "stream", id=prediction.id, epoch=0)
    return f"/v1/{'' if prediction.makes_text else 'files/'}streams/{prediction.id}{signed}"


def verify_stream(prediction: Streamed, token: str) -> bool:
    return matches(token[ID:], settings.SECRET_KEY, "stream", id=prediction.id, epoch=0)


class Lockable(Signed, Protocol):
    """A share: what its password opened is shut again when `lock` rises."""

    lock: int

    @property
    def is_for_adults(self) -> bool: ...


def shown_url(share: Lockable, output: Signed, name: str, *, until: int = 0) -> str:
    """The address of a file of an output as this share shows it; void with the share, its lock, or the output.

    Where adults alone are let in it is another than before.

    `until`: seconds since 1970 after which it opens nothing; 0 = as long as the share lives.
    """
    signed = signature(settings.SECRET_KEY, "shown", id=_shown_id(share, output, until), epoch=share.epoch)
    return f"{settings.MEDIA_ORIGIN.rstrip('/')}/media/s/{share.id}/{until}/{signed}/{output.id}/{name}"


def verify_shown(share: Lockable, output: Signed, given: str, *, until: int) -> bool:
    id = _shown_id(share, output, until)
    return matches(given, settings.SECRET_KEY, "shown", id=id, epoch=share.epoch)


def _shown_id(share: Lockable, output: Signed, until: int) -> str:
    gate = ".adults" if share.is_for_adults else ""
    return f"{share.id}.{share.lock}.{output.id}.{output.epoch}.{until}{gate}"
