"""Who stands where: a scene's things, counts, sizes, relation and position as spots on the canvas.

The canvas is measured in its shorter side: a square is 1 × 1, 16:9 is 1.78 × 1. y grows downwards. A spot's `size` is
the larger side of the thing's visible part. Standing spots give the y of the feet, floating ones the y of the middle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.runners.picto.scene import POSITIONS, RELATIONS, SIZES, Scene

Dice = np.random.Generator

GROWTH = {"normal": 1.0, "tiny": 0.44, "huge": 1.42}
MARGIN = 0.035

# A group of n things in a region 1 × 1: (x, y, size), back row first. Standing: y of the feet, 0 far and 1 near.
STANDING: dict[int, list[tuple[float, float, float]]] = {
    1: [(0.5, 0.75, 1.0)],
    2: [(0.26, 0.7, 0.5), (0.74, 0.85, 0.5)],
    3: [(0.5, -0.1, 0.38), (0.21, 0.9, 0.43), (0.79, 0.9, 0.43)],
    4: [(0.35, -0.25, 0.31), (0.66, -0.25, 0.31), (0.18, 0.95, 0.36), (0.82, 0.95, 0.36)],
    5: [(0.33, -0.5, 0.28), (0.67, -0.5, 0.28), (0.16, 0.95, 0.31), (0.5, 1.0, 0.31), (0.84, 0.95, 0.31)],
}
FLOATING: dict[int, list[tuple[float, float, float]]] = {
    1: [(0.5, 0.5, 0.9)],
    2: [(0.26, 0.44, 0.47), (0.74, 0.56, 0.47)],
    3: [(0.5, 0.26, 0.41), (0.25, 0.72, 0.41), (0.75, 0.72, 0.41)],
    4: [(0.27, 0.25, 0.4), (0.74, 0.27, 0.4), (0.26, 0.73, 0.4), (0.73, 0.75, 0.4)],
    5: [(0.21, 0.22, 0.33), (0.79, 0.24, 0.33), (0.5, 0.5, 0.33), (0.21, 0.78, 0.33), (0.79, 0.77, 0.33)],
}


@dataclass(frozen=True, slots=True)
class Spot:
    """`thing`: number in the scene. `on`: number of the spot whose top this one rests on. `tilt` in degrees."""

    thing: int
    x: float
    y: float
    size: float
    standing: bool
    tilt: float = 0.0
    flip: bool = False
    on: int | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the canvas for one group. `feet`: y of the far and near edge of the floor; None: things float."""

    left: float
    right: float
    top: float
    bottom: float
    feet: tuple[float, float] | None

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def across(self, start: float, end: float) -> Region:
        """The part between two shares of the width."""
        a, b = self.left + start * self.width, self.left + end * self.width
        return Region(a, b, self.top, self.bottom, self.feet)

    def band(self, start: float, end: float) -> Region:
        """The part between two shares of the height, where things float."""
        a, b = self.top + start * self.height, self.top + end * self.height
        return Region(self.left, self.right, a, b, None)


def layout(
    scene: Scene, *, dice: Dice, width: float, height: float, feet: tuple[float, float] | None
) -> list[Spot]:
    """Every copy of every thing, in the order of drawing. `feet`: y of the floor's far and near edge, or None."""
    bottom = feet[1] if feet else height - MARGIN
    region = Region(MARGIN, width - MARGIN, MARGIN, bottom, feet)
    if len(scene.things) == 1:
        spots = _alone(scene, dice, region)
    elif len(scene.things) == 2:
        spots = _pair(scene, dice, region)
    else:
        spots = _trio(scene, dice, region)
    return [_posed(spot, dice, crowd=len(spots)) for spot in spots]


def _posed(spot: Spot, dice: Dice, *, crowd: int) -> Spot:
    """The same spot a little off, turned and perhaps mirrored, so that seeds differ, and five ducks."""
    loose = 0.02 if crowd == 1 else 0.008
    lean = 2.5 if spot.standing or spot.on is not None else 8.0
    size = spot.size * dice.uniform(0.94, 1.03)
    x, y = spot.x + dice.uniform(-loose, loose), spot.y + dice.uniform(-loose, loose) * 0.6
    tilt, flip = float(dice.normal(0, lean)), bool(dice.random() < 0.45)
    return Spot(spot.thing, float(x), float(y), float(size), spot.standing, tilt, flip, spot.on)


def _group(scene: Scene, thing: int, region: Region, *, cap: float = 1.0) -> list[Spot]:
    """All copies of one thing, spread over a region."""
    wanted = scene.things[thing]
    growth = GROWTH[SIZES[wanted.size]]
    wide = region.width / max(region.height, 1e-6)
    places = (FLOATING if region.feet is None else STANDING)[wanted.count]
    if wanted.count > 1 and wide > 1.55:
        places = _row(wanted.count, wide)
    elif wanted.count == 2 and wide < 0.62:
        places = (
            [(0.5, 0.26, 0.94), (0.5, 0.75, 0.94)]
            if region.feet is None
            else [(0.38, -0.4, 0.66), (0.62, 0.95, 0.7)]
        )
    unit = min(region.width, region.height)
    spots = []
    for x, y, size in places:
        most = 1.02 * min(unit, cap) if wanted.count == 1 else size * unit * 1.12
        size = min(size * unit * growth * (cap if wanted.count == 1 else 1), most)
        at = region.left + x * region.width
        half = min(size / 2, region.width / 2)
        at = min(max(at, region.left + half), region.right - half)
        if region.feet is None:
            spots.append(Spot(thing, at, region.top + y * region.height, size, standing=False))
        else:
            far, near = region.feet
            spots.append(Spot(thing, at, far + y * (near - far), size, standing=True))
    return spots


def _row(count: int, wide: float) -> list[tuple[float, float, float]]:
    """Side by side, every other one a step back. Sizes are shares of the height."""
    size = min(0.94 * wide / count, 0.72)
    return [((i + 0.5) / count, 0.55 + 0.3 * (i % 2), size) for i in range(count)]


def _alone(scene: Scene, dice: Dice, region: Region) -> list[Spot]:
    position = POSITIONS[scene.position]
    if position in ("left", "right"):
        start = 0.0 if position == "left" else 0.42
        return _group(scene, 0, region.across(start, start + 0.58), cap=0.94)
    if position == "top":
        return _group(scene, 0, region.band(0.0, 0.56), cap=0.98)
    if position == "bottom":
        return _group(
            scene, 0, region if region.feet else region.band(0.42, 1.0), cap=0.6 if region.feet else 0.98
        )
    shift = dice.uniform(-0.08, 0.08) if scene.things[0].count == 1 else 0.0
    room = region.across(max(0.0, shift), min(1.0, 1 + shift))
    return _group(scene, 0, room, cap=0.71 if region.feet else 0.8)


def _pair(scene: Scene, dice: Dice, region: Region) -> list[Spot]:
    relation = RELATIONS[scene.relation]
    if relation in ("above", "below"):
        return _stacked(scene, region, upper=0 if relation == "above" else 1)
    if relation in ("front", "behind"):
        return _deep(scene, dice, region, front=0 if relation == "front" else 1)
    first_left = relation == "left" or (relation in ("none", "beside") and bool(dice.random() < 0.5))
    left, right = (0, 1) if first_left else (1, 0)
    share = _share(scene, left, right)
    return [
        *_group(scene, left, region.across(0, share - 0.01)),
        *_group(scene, right, region.across(share + 0.01, 1)),
    ]


def _share(scene: Scene, left: int, right: int) -> float:
    """How much of the width the left group gets: more for more things, and for larger ones."""
    weight = [
        max(0.6, GROWTH[SIZES[each.size]]) * (1.0 if each.count == 1 else 1.35 if each.count == 2 else 1.6)
        for each in (scene.things[left], scene.things[right])
    ]
    return min(max(weight[0] / sum(weight), 0.34), 0.66)


def _stacked(scene: Scene, region: Region, *, upper: int) -> list[Spot]:
    """One group over the other. A single thing on a single thing rests on it."""
    lower = 1 - upper
    single = scene.things[upper].count == scene.things[lower].count == 1
    if single:
        room = region.height
        wide = min(1.0, region.width)
        below = room * 0.5 * min(1.2, GROWTH[SIZES[scene.things[lower].size]])
        above = min(room * 0.46 * GROWTH[SIZES[scene.things[upper].size]], room * 1.0 - below, wide)
        x = (region.left + region.right) / 2
        foot = (
            region.bottom if region.feet is None else region.feet[0] + 0.8 * (region.feet[1] - region.feet[0])
        )
        y = foot - below / 2 if region.feet is None else foot
        base = Spot(lower, x, y, min(below, wide), standing=region.feet is not None)
        return [base, Spot(upper, x, foot - below - above / 2, above, standing=False, on=0)]
    over = _group(scene, upper, region.band(0.0, 0.46))
    if region.feet is None:
        return [*_group(scene, lower, region.band(0.54, 1.0)), *over]
    ground = Region(region.left, region.right, region.top + 0.52 * region.height, region.bottom, region.feet)
    return [*_group(scene, lower, ground), *over]


def _deep(scene: Scene, dice: Dice, region: Region, *, front: int) -> list[Spot]:
    """The one behind is larger and higher; the one in front covers a corner of it."""
    back = 1 - front
    side = 1 if dice.random() < 0.5 else -1
    rear = Region(region.left, region.right, region.top, region.bottom, region.feet)
    rear = rear.across(0.18, 1.0) if side > 0 else rear.across(0.0, 0.82)
    fore = region.across(0.0, 0.6) if side > 0 else region.across(0.4, 1.0)
    if region.feet is None:
        return [
            *_group(scene, back, rear.band(0.0, 0.82), cap=0.95),
            *_group(scene, front, fore.band(0.42, 1.0)),
        ]
    far, near = region.feet
    away = Region(rear.left, rear.right, rear.top, far, (far - 0.35 * (near - far), far))
    close = Region(fore.left, fore.right, region.top + 0.42 * region.height, near, (far, near + 0.03))
    return [*_group(scene, back, away, cap=0.86), *_group(scene, front, close, cap=0.86)]


def _trio(scene: Scene, dice: Dice, region: Region) -> list[Spot]:
    """The first two as a pair in two thirds of the width, the third beside them; without a relation, all in a row."""
    relation = RELATIONS[scene.relation]
    two = Scene(things=scene.things[:2], style=scene.style, relation=scene.relation)
    left = bool(dice.random() < 0.5)
    if relation in ("above", "below", "front", "behind"):
        pair = region.across(0.36, 1.0) if left else region.across(0.0, 0.64)
        third = region.across(0.0, 0.35) if left else region.across(0.65, 1.0)
        spots = _pair(two, dice, pair)
        return [*spots, *_group(scene, 2, third)]
    order = [0, 1, 2]
    if relation == "left":
        order = [2, 0, 1] if left else [0, 1, 2]
    elif relation == "right":
        order = [2, 1, 0] if left else [1, 0, 2]
    elif relation == "none":
        order = [int(i) for i in dice.permutation(3)]
    weights = np.array([1.0 if scene.things[i].count == 1 else 1.5 for i in order])
    edges = np.concatenate([[0.0], np.cumsum(weights / weights.sum())])
    return [
        spot
        for number, a, b in zip(order, edges, edges[1:], strict=False)
        for spot in _group(scene, number, region.across(float(a), float(b)))
    ]
