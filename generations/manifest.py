"""A seal inside of a picture file that this site alone can make: which output it is, of which model, when. Pure.

It is bound to what the picture shows (a fingerprint) and to its very pixels (a hash), so a seal that is copied into
another file is found out. Why an HMAC and no public signature: docs/decisions/0008-the-seal.md.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from PIL import Image

from generations import likeness
from generations.fingerprint import Fingerprint

LONGEST = 2048  # characters of a seal
NEAR = (
    64  # bits: the seal names one picture, so a worse copy is believed than among many; others differ by 96
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """`output`: its id. `model`: "owner/name". `version`: 64 hexadecimal digits. `made_at`: ISO 8601, UTC.

    `fingerprint`: "" where the picture has too little in it. `pixels`: SHA-256 of size, mode and pixels.
    """

    output: str
    model: str
    version: str
    made_at: str
    fingerprint: str
    pixels: str

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


def pixels_of(image: Image.Image) -> str:
    """The same for every lossless file of the same pixels."""
    digest = hashlib.sha256(f"{image.mode} {image.width} {image.height} ".encode())
    digest.update(image.tobytes())
    return digest.hexdigest()


def seal(manifest: Manifest, key: str) -> str:
    """Its JSON, a dot, the HMAC of it: both in base64url."""
    told = json.dumps(asdict(manifest), separators=(",", ":")).encode()
    return f"{_encoded(told)}.{_encoded(_mac(told, key))}"


def unseal(text: str, key: str) -> Manifest | None:
    """What a seal of ours says; None for anything else."""
    told, mac = (
        _decoded(part) for part in (text[:LONGEST].partition(".")[0], text[:LONGEST].partition(".")[2])
    )
    if not hmac.compare_digest(mac, _mac(told, key)):
        return None
    found = json.loads(told)  # ours, so it is what seal() wrote
    return Manifest(**{each.name: str(found[each.name]) for each in fields(Manifest)})


def is_of(manifest: Manifest, image: Image.Image, found: Fingerprint) -> bool:
    """Is this the picture that was sealed, resized or re-encoded perhaps?"""
    if manifest.pixels == pixels_of(image):
        return True
    return bool(manifest.fingerprint) and found.tells and _is_near(manifest.fingerprint, found.hash)


def _is_near(one: str, other: str) -> bool:
    return likeness.distance(one, other) <= NEAR


def _mac(told: bytes, key: str) -> bytes:
    secret = hmac.digest(key.encode(), b"safelight manifests", "sha256")
    return hmac.digest(secret, told, "sha256")


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
