"""PDQ: a hash that stays nearly the same while a picture is resized, re-encoded or brightened. Pure.

As Meta published it in 2017 ("The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm"): luminance,
two passes of a box filter, 64 × 64 samples, the 16 × 16 lowest waves of a cosine transform, one bit for each that is
above the median. Crops, turns and mirrors give other hashes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float64]

BITS = 256
NEAR = 31  # of 256 bits: at most so many differ between two copies of one picture
QUALITY = 50  # below it a picture has too little in it to be told from others
WORKING_SIDE = 1024  # a larger picture is scaled down to it first: some bits differ from those of the whole
SIDE, WAVES = 64, 16
_K = np.arange(1, WAVES + 1)[:, None] * (2 * np.arange(SIDE)[None, :] + 1)
_COSINES: Floats = np.sqrt(2 / SIDE) * np.cos(np.pi / (2 * SIDE) * _K)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`hash`: 64 hexadecimal digits. `quality`: 0..100, how much there is in the picture to tell it by."""

    hash: str
    quality: int

    @property
    def tells(self) -> bool:
        return self.quality >= QUALITY


def of(image: Image.Image) -> Fingerprint:
    """Of a picture of any size and mode; what shows through is white."""
    samples = _samples(_luminance(image))
    waves = _COSINES @ samples @ _COSINES.T
    median = np.partition(waves, BITS // 2 - 1, axis=None)[BITS // 2 - 1]
    bits = (waves > median).ravel()
    # Bit k of the number is wave (k // 16, k % 16): the first bit written is the last wave.
    packed = np.packbits(bits[::-1])
    return Fingerprint(packed.tobytes().hex(), _quality(samples))


def distance(one: str, other: str) -> int:
    """How many of the 256 bits differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def nearest(hash: str, among: list[str], *, within: int = NEAR) -> int | None:
    """The place of the nearest of `among`, None when none is within so many bits."""
    if not among:
        return None
    rows = np.frombuffer(bytes.fromhex("".join(among)), np.uint8).reshape(-1, BITS // 8)
    differing = np.unpackbits(rows ^ np.frombuffer(bytes.fromhex(hash), np.uint8), axis=1).sum(axis=1)
    best = int(differing.argmin())
    return best if differing[best] <= within else None


def _luminance(image: Image.Image) -> Floats:
    small = image
    if max(image.size) > WORKING_SIDE:
        scale = WORKING_SIDE / max(image.size)
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        small = image.resize(size, Image.Resampling.BOX)
    if small.has_transparency_data:
        small = small.convert("RGBA")
        small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small)
    return np.asarray(small.convert("RGB"), np.float64) @ np.array([0.299, 0.587, 0.114])


def _samples(luminance: Floats) -> Floats:
    """64 × 64 of them, each the mean of its surroundings, weighted like a tent."""
    height, width = luminance.shape
    if (height, width) != (SIDE, SIDE):
        for _ in range(2):
            luminance = _boxed(_boxed(luminance.T).T)
    rows = ((np.arange(SIDE) + 0.5) * height / SIDE).astype(int)
    columns = ((np.arange(SIDE) + 0.5) * width / SIDE).astype(int)
    found: Floats = luminance[np.ix_(rows, columns)]
    return found


def _boxed(values: Floats) -> Floats:
    """Down each column the mean over a window of half a sample; at the edges over what there is of it."""
    length = values.shape[0]
    window = (length + 2 * SIDE - 1) // (2 * SIDE)
    half = (window + 2) // 2
    sums = np.concatenate([np.zeros((1, values.shape[1])), values.cumsum(axis=0)])
    at = np.arange(length)
    first, after = np.maximum(at - (window - half), 0), np.minimum(at + half, length)
    found: Floats = (sums[after] - sums[first]) / (after - first)[:, None]
    return found


def _quality(samples: Floats) -> int:
    """How much neighbouring samples differ, where they differ by more than a hundredth."""
    steps = [np.diff(samples, axis=axis) for axis in (0, 1)]
    gradients = sum(int(np.abs(np.trunc(each * 100 / 255)).sum()) for each in steps)
    return min(100, gradients // 90)
