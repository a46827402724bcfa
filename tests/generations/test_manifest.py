"""The seal: nobody else can make one, and it holds for the picture that it was made for alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from generations import fingerprint, imaging, manifest, provenance
from generations.manifest import Manifest
from tests.generations.pictures import opened, saved

KEY = "a key of these tests"
MARK = b"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def scene(number: int, side: int = 256) -> Image.Image:
    dice = np.random.default_rng(number)
    small = Image.fromarray(dice.integers(0, 256, (9, 9, 3), dtype=np.uint8))
    return small.resize((side, side), Image.Resampling.BICUBIC)


def manifest_of(image: Image.Image, **changes: str) -> Manifest:
    found = fingerprint.of(image)
    told = {
        "output": "01k00000000000000000000000",
        "model": "safelight/echo",
        "version": "e" * 64,
        "made_at": "2026-11-25T04:00:00+00:00",
        "fingerprint": found.hash if found.tells else "",
        "pixels": manifest.pixels_of(image),
    }
    return Manifest(**{**told, **changes})


def developed(image: Image.Image) -> imaging.Developed:
    return imaging.develop(
        saved(image, "PNG"), sealed=lambda picture, _: manifest.seal(manifest_of(picture), KEY)
    )


def sealed_in(data: bytes) -> Manifest | None:
    return manifest.unseal(provenance.read_seal(data), KEY)


def test_a_seal_says_what_was_sealed() -> None:
    told = manifest_of(scene(1))
    assert manifest.unseal(manifest.seal(told, KEY), KEY) == told


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=300))
def test_nothing_else_is_a_seal(text: str) -> None:
    assert manifest.unseal(text, KEY) is None


@settings(deadline=None, max_examples=100)
@given(at=st.integers(0, 400), letter=st.sampled_from("AZaz09-_."))
def test_a_seal_with_one_letter_changed_is_none(at: int, letter: str) -> None:
    seal = manifest.seal(manifest_of(scene(1)), KEY)
    forged = seal[: at % len(seal)] + letter + seal[at % len(seal) + 1 :]
    found = manifest.unseal(forged, KEY)
    assert found is None or found == manifest_of(
        scene(1)
    )  # the last letter of base64 holds bits that say nothing


def test_another_key_seals_nothing_of_ours() -> None:
    assert manifest.unseal(manifest.seal(manifest_of(scene(1)), "another"), KEY) is None


@pytest.mark.parametrize("format", ["png", "webp", "avif"])
def test_every_file_that_leaves_carries_the_mark_and_the_seal(format: str) -> None:
    """Master, renditions and downloads, with and without a recipe."""
    made = developed(scene(1))
    files = [made.master, *(each.data for each in made.renditions)]
    files += [imaging.export(made.master, format=format, recipe=recipe) for recipe in (None, {"prompt": "a"})]
    for data in files:
        assert MARK in data
        found = sealed_in(data)
        assert found is not None
        assert manifest.is_of(found, opened(data).convert("RGB"), fingerprint.of(opened(data)))


def test_a_timelapse_carries_the_mark() -> None:
    frame = saved(scene(1, 64), "JPEG")
    assert MARK in imaging.timelapse([frame, frame], size=(64, 64), last=saved(scene(1), "PNG"))


def test_a_seal_holds_for_a_copy_and_not_for_another_picture() -> None:
    told = manifest_of(scene(1))
    smaller = opened(saved(scene(1).resize((120, 120)), "JPEG", quality=70))
    assert manifest.is_of(told, smaller, fingerprint.of(smaller))
    assert not manifest.is_of(told, scene(2), fingerprint.of(scene(2)))


def test_a_plain_picture_is_known_by_its_pixels_alone() -> None:
    plain, other = Image.new("RGB", (64, 64), "#808080"), Image.new("RGB", (64, 64), "#828282")
    told = manifest_of(plain)
    assert told.fingerprint == ""
    assert manifest.is_of(told, plain, fingerprint.of(plain))
    assert not manifest.is_of(told, other, fingerprint.of(other))
