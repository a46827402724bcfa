"""PDQ: a hash that stays nearly the same while a picture is resized, re-encoded or brightened. Pure.

As Meta published it in 2017 ("The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm"): luminance,
two passes of a box filter, 64 × 64 samples, the 16 × 16 lowest waves of a cosine transform, one bit for each that is
above the median. Crops, turns and mirrors give other hashes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generations.likeness import NEAR

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]

BITS = 256
QUALITY = 50  # below it a picture has too little in it to be told from others
WORKING_SIDE = 1024  # a larger picture is scaled down to it first: some bits differ from those of the whole
SIDE, WAVES = 64, 16
FAMILY_SIDE = 512  # of a picture whose family is made: few bits differ from those of the whole
CROPS = range(
    19
)  # percent taken off each side: at every second one some crops in between were not known again
BORDER_NOISE = 12  # of 255: what compression does to one colour
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
    return Fingerprint(*_hashed(_luminance(image)))


def nearest(hash: str, among: list[str], *, within: int = NEAR) -> int | None:
    """The place of the nearest of `among`, None when none is within so many bits."""
    return nearest_packed(hash, packed(among), within=within)


def packed(hashes: Sequence[str]) -> Words:
    """Many hashes as rows of four numbers, for `nearest_packed`: 32 bytes each."""
    return np.frombuffer(bytes.fromhex("".join(hashes)), np.uint64).reshape(-1, BITS // 64)


def nearest_packed(hash: str, among: Words, *, within: int = NEAR) -> int | None:
    """As `nearest`: a millisecond for 50,000 of them."""
    if not len(among):
        return None
    differing = np.bitwise_count(among ^ packed([hash])).sum(axis=1)
    best = int(differing.argmin())
    return best if differing[best] <= within else None


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to a picture, and the hash of what came of it."""

    name: str
    hash: str


def family(image: Image.Image) -> list[Change]:
    """The hashes under which a picture is known again: its eight flips and turns, each whole and cropped to its middle.

    A hash alone knows no crop, mirror or turn of its picture. Those without enough in them to tell are left out.
    A second or less: for the few pictures that are blocked, never for each that is looked up.
    """
    luminance = _luminance(_small(image))
    found = []
    for turned, name in _turned(luminance):
        for percent in CROPS:
            hash, quality = _hashed(_cropped(turned, percent))
            if quality >= QUALITY:
                found.append(Change(f"{name}, cropped {percent} %" if percent else name, hash))
    return found


def probes(image: Image.Image) -> tuple[str, ...]:
    """The hashes to look a picture up by: of all of it, and of what is left without a border of one colour."""
    small = _small(image)
    inside = _without_border(small)
    found = [of(each) for each in (small, inside) if each is not None]
    return tuple(dict.fromkeys(each.hash for each in found if each.tells))


def _small(image: Image.Image) -> Image.Image:
    scale = FAMILY_SIDE / max(image.size)
    if scale >= 1:
        return image
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.BOX)


def _turned(luminance: Floats) -> Iterator[tuple[Floats, str]]:
    for quarters in range(4):
        turned = np.rot90(luminance, quarters)
        yield turned, f"turned {90 * quarters}"
        yield np.fliplr(turned), f"mirrored, turned {90 * quarters}"


def _cropped(luminance: Floats, percent: int) -> Floats:
    height, width = luminance.shape
    rows, columns = height * percent // 100, width * percent // 100
    return luminance[rows : height - rows, columns : width - columns]


def _without_border(image: Image.Image) -> Image.Image | None:
    """None where no edge is of one colour, or nothing else is there."""
    pixels = np.asarray(image.convert("RGB"), np.int16)
    differs = (np.abs(pixels - pixels[0, 0]) > BORDER_NOISE).any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not len(rows) or not len(columns):
        return None
    box = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    is_small = min(box[2] - box[0], box[3] - box[1]) < SIDE
    return None if is_small or box == (0, 0, *image.size) else image.crop(box)


def _hashed(luminance: Floats) -> tuple[str, int]:
    samples = _samples(luminance)
    waves = _COSINES @ samples @ _COSINES.T
    median = np.partition(waves, BITS // 2 - 1, axis=None)[BITS // 2 - 1]
    bits = (waves > median).ravel()
    # Bit k of the number is wave (k // 16, k % 16): the first bit written is the last wave.
    packed = np.packbits(bits[::-1])
    return packed.tobytes().hex(), _quality(samples)


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
