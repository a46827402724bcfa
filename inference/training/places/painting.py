"""A place as its painter leaves it: a sky, and what stands before it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import numpy as np
import resvg_py
from numpy.typing import NDArray
from PIL import Image

from inference.training.places.layer import HEIGHT, WIDTH, Layer

Bytes = NDArray[np.uint8]


@dataclass(slots=True)
class Painting:
    """`sky`: colours at the top and at `horizon` (units of the sheet); `behind` is painted on it (clouds), `land`
    before it. Where `land` is see-through the sky shows, and takes the colours of dusk and night.
    """

    sky: tuple[str, str]
    horizon: float
    behind: Layer = field(default_factory=Layer)
    land: Layer = field(default_factory=Layer)

    def draw(self, *, scale: float) -> tuple[Bytes, Bytes]:
        """The picture [h, w, 3] and how much of each pixel is sky [h, w], bytes. One sheet is 320 × 256 units."""
        back = Layer()
        back.sheet(self.sky[1])
        back.box(-1, 0, WIDTH + 2, self.horizon, back.fade(*self.sky))
        picture = _pixels(back, scale)
        for layer in (self.behind, self.land):
            picture.alpha_composite(cover := _pixels(layer, scale))
        sky = 255 - np.asarray(cover)[..., 3]
        return np.asarray(picture)[..., :3].copy(), sky


def _pixels(layer: Layer, scale: float) -> Image.Image:
    size = (round(WIDTH * scale), round(HEIGHT * scale))
    if not layer.shapes:
        return Image.new("RGBA", size)
    drawn = resvg_py.svg_to_bytes(svg_string=layer.svg(scale=scale))
    return Image.open(io.BytesIO(bytes(drawn))).convert("RGBA")
