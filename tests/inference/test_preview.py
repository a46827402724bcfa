"""Previews stay within the wire's limit."""

from __future__ import annotations

import numpy as np
from PIL import Image

from inference.preview import LinearMap, jpeg, png, to_image
from inference.protocol import PREVIEW_MAX_BYTES


def noise(side: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8))


def test_noise_is_still_small_enough():
    """Even a small picture of pure noise fits, at a lower quality."""
    assert len(jpeg(noise(64))) <= PREVIEW_MAX_BYTES


def test_too_much_is_no_preview():
    """A picture that cannot be made small enough is left out, not sent."""
    assert jpeg(noise(512)) is None


def test_linear_map_places_its_patches():
    """A latent cell becomes its own patch of pixels, at its own place, red before green before blue."""
    matrix = np.zeros((2, 3 * 2 * 2), dtype=np.float32)
    matrix[0, :4] = 1  # the only channel is red
    latent = np.zeros((1, 2, 3), dtype=np.float32)
    latent[0, 1, 2] = 1
    rgb = LinearMap(matrix=matrix, patch=2).rgb(latent)
    assert rgb.shape == (4, 6, 3)
    assert np.argwhere(rgb).tolist() == [[2, 4, 0], [2, 5, 0], [3, 4, 0], [3, 5, 0]]


def test_png_is_lossless():
    """What was drawn is what the file holds."""
    image = to_image(np.random.default_rng(0).random((8, 8, 3), dtype=np.float32))
    assert png(image).startswith(b"\x89PNG")
