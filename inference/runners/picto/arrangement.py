"""Spots made exact: which pixels a drawing fills, once its visible part, its tilt and what it rests on are known.

Measured once, on the drawings as the model decodes them, in pixels of the canvas. Training draws the exact drawings
at the very same pixels (and at twice the size), so that truth and rough picture lie on each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference.runners.picto.figure import rotated_alpha
from inference.runners.picto.layout import Spot
from inference.runners.picto.scene import Floats

VISIBLE = 0.3
SINK = 0.05  # how far what rests on a thing sinks into it, as a share of the smaller height
HEADROOM = 0.06  # the share of a resting thing that may stick out of the picture


@dataclass(frozen=True, slots=True)
class Placement:
    """`part`: left, top, right, bottom of the visible part, shares of the drawing. `size`: its width and height
    before it is tilted. `centre`: where its middle comes to lie. `box`: what is visible of it, left, top, right,
    bottom. Pixels of the canvas.
    """

    thing: int
    part: tuple[float, float, float, float]
    size: tuple[int, int]
    centre: tuple[float, float]
    box: tuple[float, float, float, float]
    tilt: float
    flip: bool
    standing: bool
    resting: bool

    @property
    def depth(self) -> float:
        """Order of painting: standing things by their feet, the far ones first; then what floats or rests."""
        return self.box[3] if self.standing else 1e6


def arrange(spots: Sequence[Spot], drawings: Sequence[Floats], *, unit: int) -> list[Placement]:
    """A placement for each spot. `drawings` [S, S, 4] of the scene's things; `unit`: pixels of the shorter side."""
    parts = [visible(drawing[..., 3]) for drawing in drawings]
    found: list[Placement] = []
    for spot in spots:
        part, alpha = parts[spot.thing], drawings[spot.thing][..., 3]
        wide, high = part[2] - part[0], part[3] - part[1]
        scale = spot.size * unit / max(wide, high)
        size = (max(2, round(wide * scale)), max(2, round(high * scale)))
        turned = rotated_alpha(alpha, part=part, size=size, tilt=spot.tilt, flip=spot.flip)
        found.append(_placed(spot, part, size, turned, found, unit=unit))
    return found


def visible(alpha: Floats) -> tuple[float, float, float, float]:
    """The part of a drawing [S, S] that is not empty, in shares; all of it when it is quite empty."""
    solid = alpha > VISIBLE
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    if not len(rows):
        return 0.0, 0.0, 1.0, 1.0
    height, width = alpha.shape
    edges = (columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height)
    return float(edges[0]), float(edges[1]), float(edges[2]), float(edges[3])


def _placed(
    spot: Spot,
    part: tuple[float, float, float, float],
    size: tuple[int, int],
    turned: Floats,
    earlier: Sequence[Placement],
    *,
    unit: int,
) -> Placement:
    """Puts the visible part of the `turned` drawing [h, w] where the spot says."""
    share = visible(turned)
    height, width = turned.shape
    left, top, right, bottom = share[0] * width, share[1] * height, share[2] * width, share[3] * height
    x = spot.x * unit
    if spot.on is not None:
        below = earlier[spot.on].box
        middle = (below[0] + below[2]) / 2
        x = middle + 0.4 * (x - middle)
        foot = below[1] + SINK * min(bottom - top, below[3] - below[1])
        foot = max(foot, (1 - HEADROOM) * (bottom - top))
    else:
        foot = spot.y * unit + (0 if spot.standing else (bottom - top) / 2)
    origin = (round(x - (left + right) / 2), round(foot - bottom))
    return Placement(
        thing=spot.thing,
        part=part,
        size=size,
        centre=(origin[0] + width / 2, origin[1] + height / 2),
        box=(origin[0] + left, origin[1] + top, origin[0] + right, origin[1] + bottom),
        tilt=spot.tilt,
        flip=spot.flip,
        standing=spot.standing,
        resting=spot.on is not None,
    )
