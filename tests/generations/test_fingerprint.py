"""The perceptual hash: equal to the published one, near for copies, far for other pictures."""

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from generations import fingerprint, likeness
from tests.generations.pictures import opened, saved


def scene(number: int, width: int = 300, height: int = 200) -> Image.Image:
    dice = np.random.default_rng(number)
    return Image.fromarray(dice.integers(0, 256, (9, 9, 3), dtype=np.uint8)).resize(
        (width, height), Image.Resampling.BICUBIC
    )


def test_it_is_the_hash_that_others_compute():
    """As PDQ's own C++ computes it for the same pixels."""
    reference = "3f0d3e1a3f82372762726d9361f31f0c9e0c926cdd89c0f8827db0e565f208de"
    dice = np.random.default_rng(3)
    for size in [(256, 256), (512, 512)]:
        Image.fromarray(dice.integers(0, 256, (9, 9, 3), dtype=np.uint8)).resize(size)
    picture = Image.fromarray(dice.integers(0, 256, (9, 9, 3), dtype=np.uint8))
    found = fingerprint.of(picture.resize((300, 200), Image.Resampling.BICUBIC))
    assert (found.hash, found.quality) == (reference, 100)


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: opened(saved(picture, "JPEG", quality=50)),
        lambda picture: opened(saved(picture, "WEBP", quality=60)),
        lambda picture: picture.resize((120, 80)),
        lambda picture: ImageEnhance.Brightness(picture).enhance(1.15),
        lambda picture: picture.convert("RGBA"),
    ],
)
def test_a_copy_is_near(change):
    one = fingerprint.of(scene(1))
    assert likeness.distance(one.hash, fingerprint.of(change(scene(1))).hash) <= likeness.NEAR


@pytest.mark.parametrize("other", [scene(2), ImageOps.mirror(scene(1)), scene(1).rotate(90)])
def test_another_picture_is_far(other):
    one = fingerprint.of(scene(1))
    assert likeness.distance(one.hash, fingerprint.of(other).hash) > 60


def test_the_nearest_of_many_is_found():
    hashes = [fingerprint.of(scene(number)).hash for number in range(12)]
    asked = fingerprint.of(opened(saved(scene(7), "JPEG", quality=60))).hash
    assert fingerprint.nearest(asked, hashes) == 7
    assert fingerprint.nearest(asked, hashes[:7]) is None
    assert fingerprint.nearest(asked, []) is None


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (5000, 1), (64, 64)])
def test_any_size_has_one(size):
    found = fingerprint.of(Image.new("L", size, 90))
    assert len(found.hash) == 64
    assert not found.tells
