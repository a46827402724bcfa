"""Promises of capability URLs."""

from dataclasses import dataclass

import pytest

from generations import signing

KEY = "a key of this test"
ID = "06fj0000000000000000000001"


@dataclass
class Picture:
    id: str = ID
    epoch: int = 0
    is_owners_alone: bool = False


def sign(**changed):
    return signing.signature(
        changed.get("key", KEY),
        changed.get("kind", "media"),
        id=changed.get("id", ID),
        epoch=changed.get("epoch", 0),
    )


def test_signature_is_repeatable():
    """The same thing has the same link each time, so that a link can be shown again."""
    assert sign() == sign()


def test_signature_has_128_bits():
    """A signature holds 128 bits in characters that need no escaping."""
    assert len(sign()) == 22
    assert set(sign()) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "changed",
    [{"key": "another"}, {"kind": "share"}, {"id": ID[:-1] + "2"}, {"epoch": 1}],
    ids=lambda changed: next(iter(changed)),
)
def test_signature_depends_on(changed):
    """A link of another site, kind, thing or epoch does not open this one."""
    assert sign(**changed) != sign()


@pytest.mark.parametrize("given", ["", "x", "é" * 22, "=" * 22])
def test_forged_signature_is_refused(given):
    """A signature of any wrong shape is refused, not an error."""
    assert not signing.matches(given, KEY, "media", id=ID, epoch=0)


def test_media_url_verifies(settings):
    """The signature in a media URL verifies for that output, and no longer after its epoch rose."""
    settings.MEDIA_ORIGIN = ""
    picture = Picture()
    _, media, id, given, name = signing.media_url(picture, "320.avif").split("/")
    assert (media, id, name) == ("media", ID, "320.avif")
    assert signing.verify_media(picture, given)
    picture.epoch += 1
    assert not signing.verify_media(picture, given)


def test_media_origin_stands_in_front(settings):
    """Where media has a host of its own, links lead there."""
    settings.MEDIA_ORIGIN = "https://media.example.org"
    assert signing.media_url(Picture(), "master.png").startswith("https://media.example.org/media/")
