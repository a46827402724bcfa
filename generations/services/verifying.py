"""Was this file made here? By the seal inside it, else by what it looks like among what is published."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from generations import fingerprint, imaging, manifest, provenance, queries
from generations.fingerprint import Fingerprint
from generations.services import uploads
from generations.signing import token_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind`: "sealed" (made here), "moved" (a seal of ours in another picture), "published" (like one that is), or
    "unknown". `is_exact`: not a pixel differs. `is_marked`: the file says itself that a model made it, sealed or not.
    """

    kind: str
    is_exact: bool = False
    is_marked: bool = False
    model: str = ""
    version: str = ""
    made_at: datetime | None = None
    token: str = ""  # of the public link to what is published, and to nothing else
    picture: str = ""  # which it is of the several that this link shows


def verify(data: bytes) -> Verdict:
    """Raises BadPicture, QueueFull. Slow (Pillow): never in an event loop or a transaction."""
    uploads.check_size(len(data))
    with uploads.turn():
        image = imaging.decoded(data, max_pixels=settings.LIMITS["upload_megapixels"] * 1_000_000)
        found, is_marked = fingerprint.of(image), provenance.has_mark(data)
        sealed = manifest.unseal(provenance.read_seal(data), settings.MANIFEST_KEY)
        is_ours = sealed is not None and manifest.is_of(sealed, image, found)
        is_exact = sealed is not None and sealed.pixels == manifest.pixels_of(image)
    if sealed is not None and is_ours:
        return Verdict(
            "sealed",
            is_exact=is_exact,
            is_marked=True,
            model=sealed.model,
            version=sealed.version,
            made_at=sealed.moment,
        )
    like = _published(found, is_marked=is_marked) if found.tells else None
    return like or Verdict("moved" if sealed is not None else "unknown", is_marked=is_marked)


def _published(found: Fingerprint, *, is_marked: bool) -> Verdict | None:
    """What is published and looks like it."""
    rows = queries.published_fingerprints()
    place = fingerprint.nearest(found.hash, [each for each, _ in rows])
    shown = None if place is None else queries.published_output(rows[place][1])
    if shown is None:
        return None
    output, share = shown
    return Verdict(
        "published",
        is_marked=is_marked,
        model=output.prediction.version.model.ref,
        version=output.prediction.version_id,
        made_at=output.created_at,
        token=token_of("share", share),
        picture="" if share.output_id else output.pk,
    )
