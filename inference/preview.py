"""Small pictures on the way: latent to RGB by a linear map, and JPEG within the wire's limit. Used by runners."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.protocol import PREVIEW_MAX_BYTES

Floats = NDArray[np.float32]

QUALITIES = (60, 40, 20)  # 60 is nearly always small enough; noise in an early step may need less


@dataclass(frozen=True, slots=True)
class LinearMap:
    """Latent to RGB without the decoder: each latent cell becomes a patch of pixels, by one matrix.

    `matrix` is [channels + 1, 3 · patch · patch], the last row being the constant. It costs a thousandth of a decode
    and shows what the picture will be, softly, which is all a preview is for.
    """

    matrix: Floats
    patch: int

    @classmethod
    def load(cls, path: Path) -> LinearMap:
        matrix = np.load(path).astype(np.float32)
        return cls(matrix=matrix, patch=int((matrix.shape[1] // 3) ** 0.5))

    def rgb(self, latent: Floats) -> Floats:
        """[channels, height, width] in latent units to [height · patch, width · patch, 3], 0..1."""
        _, height, width = latent.shape
        # One small product a row of cells: BLAS would wake a thread for every core for a large one, and they spin.
        cells = np.ascontiguousarray(latent.transpose(1, 2, 0)) @ self.matrix[:-1] + self.matrix[-1]
        patches = cells.reshape(height, width, 3, self.patch, self.patch).transpose(0, 3, 1, 4, 2)
        picture: Floats = patches.reshape(height * self.patch, width * self.patch, 3).clip(0, 1)
        return picture


def to_image(rgb: Floats) -> Image.Image:
    """[height, width, 3] (or [height, width]: grey) in 0..1 to a picture of 8 bits a channel, rounded to nearest."""
    return Image.fromarray((rgb * 255 + 0.5).astype(np.uint8))


def jpeg(image: Image.Image) -> bytes | None:
    """The picture as a JPEG of at most PREVIEW_MAX_BYTES; None when it cannot be made that small."""
    for quality in QUALITIES:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality)
        if file.tell() <= PREVIEW_MAX_BYTES:
            return file.getvalue()
    return None


def png(image: Image.Image) -> bytes:
    """The picture as a PNG file. Run lengths only: for drawn pictures smaller than the lowest level that searches
    for matches, and as quick, while steps are waiting."""
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1, compress_type=zlib.Z_RLE)
    return file.getvalue()
