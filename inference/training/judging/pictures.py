"""Pictures that the judge learns from: real drawings on varied grounds, and what is to be seen in each.

Nothing here is shared with the composition of the model. A picture is SIDE pixels square, 0..1; positions and sizes
are shares of its side. Sprites are placed by an affine map and bilinear reading (Jaderberg et al. 2015,
arXiv:1506.02025, have the same sampler), a batch at a time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from inference.runners.picto.scene import PLACES
from inference.training.held_out import held_out
from inference.training.judging import colours
from inference.training.judging.grounds import Grounds

Bytes = NDArray[np.uint8]
Dice = np.random.Generator

SIDE = 128  # pixels of a picture, as the judge sees it
PLAIN = len(PLACES)  # the "place" of a plain background
SPRITE = 96
MANY_SPRITE = 48  # three things and more are small: they are read from smaller drawings
COUNTS = (1, 1, 1, 1, 2, 2, 3, 4, 5)
WIDEST = {1: (0.3, 0.95), 2: (0.26, 0.52), 3: (0.22, 0.38), 4: (0.2, 0.34), 5: (0.18, 0.3)}
TILT = 0.26  # radians
ALIKE = 0.6  # of the pictures of several things show one kind
RECOLOURED = 0.15


@dataclass(frozen=True, slots=True)
class Drawings:
    """Every drawing, small: `large` [N, 5, 4, 96, 96] and `small` [N, 5, 4, 48, 48], colour times alpha, bytes.

    `boxes` [N, 5, 4]: left, top, right, bottom of what is drawn, as shares of the square.
    """

    slugs: list[str]
    names: list[str]
    large: Tensor
    small: Tensor
    boxes: Tensor

    def __len__(self) -> int:
        return len(self.slugs)

    @classmethod
    def load(cls, folder: Path, *, things: int | None = None) -> Drawings:
        """From `folder`/drawings. `things`: only so many, for a smoke model."""
        words: list[dict[str, Any]] = json.loads((folder / "drawings" / "things.json").read_text("utf-8"))
        words = words[:things]
        pixels = np.load(folder / "drawings" / "rgba192.npy", mmap_mode="r")
        halves = np.stack([_halved(pixels[number]) for number in range(len(words))])
        large = torch.from_numpy(halves).permute(0, 1, 4, 2, 3).contiguous()
        small = torch.stack([F.avg_pool2d(thing.float(), 2).round().to(torch.uint8) for thing in large])
        return cls(
            slugs=[each["slug"] for each in words],
            names=[each["name"] for each in words],
            large=large,
            small=small,
            boxes=torch.stack([_boxes(thing[:, 3]) for thing in large]),
        )


@dataclass(slots=True)
class Batch:
    """Pictures, and what is to be seen in them.

    `pictures` [B, 3, SIDE, SIDE]; `cover` [B, 1, SIDE, SIDE], how much of a pixel is a thing; `boxes` [B, n, 4],
    centre and size of each thing; `things` [B, n]; `styles`, `places` [B] (a place of -1 is not to be learned);
    `tints` [B], a number of colours.NAMES where the first thing was repainted, else -1; `flips` [B], -1 where that
    one is mirrored.
    """

    pictures: Tensor
    cover: Tensor
    boxes: Tensor
    things: NDArray[np.int64]
    styles: NDArray[np.int64]
    places: NDArray[np.int64]
    tints: NDArray[np.int64]
    flips: Tensor


def draw(
    drawings: Drawings,
    grounds: Grounds,
    *,
    size: int,
    dice: Dice,
    count: int | None = None,
    things: NDArray[np.int64] | None = None,
    styles: NDArray[np.int64] | None = None,
    kept_out: bool = False,
    tinted: float = RECOLOURED,
) -> Batch:
    """`size` pictures of `count` things each (None: by the dice). What is not given is thrown.

    `kept_out` True draws only combinations that no training uses; False never draws those.
    """
    count = count or int(dice.choice(COUNTS))
    chosen = dice.integers(0, len(drawings), (size, count)) if things is None else things.reshape(size, count)
    if count > 1:
        alike = dice.random(size) < ALIKE
        chosen = np.where(alike[:, None], chosen[:, :1], chosen)
    style = dice.integers(0, drawings.large.shape[1], size) if styles is None else styles
    places = _places(drawings, chosen[:, 0], style, dice=dice, kept_out=kept_out)
    picture = grounds.draw(places, side=SIDE, dice=dice)
    tints = np.where(dice.random(size) < tinted, dice.integers(0, len(colours.NAMES), size), -1)
    cover, boxes = torch.zeros(size, 1, SIDE, SIDE), torch.zeros(size, count, 4)
    spots, flips = _spots(size, count, dice=dice), torch.ones(size)
    for place in range(count):
        sprites = (drawings.large if count < 3 else drawings.small)[chosen[:, place], style].float() / 255
        scale, tilt, flip = _pose(size, count, dice=dice)
        if place == 0:
            sprites, flips = colours.repainted(sprites, tints, dice=dice), flip
        maps = _maps(spots[:, place], scale, tilt, flip)
        shown = F.grid_sample(
            sprites, F.affine_grid(maps, (size, 4, SIDE, SIDE), align_corners=False), align_corners=False
        )
        picture = _shaded(picture, spots[:, place], scale, dice=dice)
        picture = picture * (1 - shown[:, 3:]) + shown[:, :3]
        cover = cover * (1 - shown[:, 3:]) + shown[:, 3:]
        boxes[:, place] = _placed(
            drawings.boxes[chosen[:, place], style], spots[:, place], scale, tilt, flip=flip
        )
    picture = weathered(lit(picture, dice=dice), dice=dice)
    return Batch(picture.clamp(0, 1), cover, boxes, chosen, style, places, tints, flips)


def _places(
    drawings: Drawings, first: NDArray[np.int64], styles: NDArray[np.int64], *, dice: Dice, kept_out: bool
) -> NDArray[np.int64]:
    """A place for each picture such that the combination is held out, or is not; -1 where there is none."""
    places = np.full(len(first), -1)
    for row, (thing, style) in enumerate(zip(first, styles, strict=True)):
        for place in dice.permutation(2 * PLAIN):
            place = min(int(place), PLAIN)  # every second ground is a plain one
            there = None if place == PLAIN else place
            if held_out(drawings.slugs[thing], style=int(style), place=there) == kept_out:
                places[row] = place
                break
    return places


def _spots(size: int, count: int, *, dice: Dice) -> Tensor:
    """[size, count, 2]: centres, far enough apart to be told from each other."""
    if count == 1:
        return torch.from_numpy(dice.uniform(0.38, 0.62, (size, 1, 2)).astype(np.float32))
    across = 2 if count <= 2 else 3
    cells = np.array([(x, y) for y in range(2) for x in range(across)], np.float32)
    rows = []
    for _ in range(size):
        picked = cells[dice.permutation(len(cells))[:count]]
        shift = dice.uniform(-0.12, 0.12, (count, 2))
        spot = (picked + 0.5 + shift) / np.array([across, 2])
        rows.append(0.06 + 0.88 * spot if dice.random() < 0.8 or count > 3 else _in_a_row(count, dice=dice))
    return torch.from_numpy(np.stack(rows).astype(np.float32))


def _in_a_row(count: int, *, dice: Dice) -> NDArray[np.float64]:
    x = (np.arange(count) + 0.5) / count + dice.uniform(-0.03, 0.03, count)
    line = np.stack([x, np.full(count, dice.uniform(0.4, 0.65)) + dice.uniform(-0.04, 0.04, count)], axis=1)
    return line if dice.random() < 0.7 else line[:, ::-1]


def _pose(size: int, count: int, *, dice: Dice) -> tuple[Tensor, Tensor, Tensor]:
    low, high = WIDEST[count]
    scale = dice.uniform(low, high, size)
    tilt = dice.normal(0, TILT / 2, size).clip(-TILT, TILT)
    flip = np.where(dice.random(size) < 0.5, -1.0, 1.0)
    return tuple(torch.from_numpy(each.astype(np.float32)) for each in (scale, tilt, flip))  # type: ignore[return-value]


def _maps(spot: Tensor, scale: Tensor, tilt: Tensor, flip: Tensor) -> Tensor:
    """[B, 2, 3]: from a place in the picture to the place in the sprite that is seen there, both -1..1."""
    cos, sin = tilt.cos() / scale, tilt.sin() / scale
    x, y = 2 * spot[:, 0] - 1, 2 * spot[:, 1] - 1
    first = torch.stack([flip * cos, flip * sin, -flip * (cos * x + sin * y)], dim=1)
    second = torch.stack([-sin, cos, sin * x - cos * y], dim=1)
    return torch.stack([first, second], dim=1)


def _placed(box: Tensor, spot: Tensor, scale: Tensor, tilt: Tensor, *, flip: Tensor) -> Tensor:
    """[B, 4], centre and size in the picture of a box that is given in the sprite's square."""
    middle = (box[:, :2] + box[:, 2:]) / 2 - 0.5
    x, y = flip * middle[:, 0] * scale, middle[:, 1] * scale
    centre = spot + torch.stack([x * tilt.cos() - y * tilt.sin(), x * tilt.sin() + y * tilt.cos()], dim=1)
    width, height = (box[:, 2:] - box[:, :2]).mul(scale[:, None]).unbind(1)
    cos, sin = tilt.cos(), tilt.sin().abs()
    turned = torch.stack([width * cos + height * sin, width * sin + height * cos], dim=1)
    return torch.cat([centre, (turned * 0.95).clamp(max=1.0)], dim=1)


def _shaded(picture: Tensor, spot: Tensor, scale: Tensor, *, dice: Dice) -> Tensor:
    """A soft shadow under a thing, in half of the pictures: it is no part of the thing."""
    line = (torch.arange(SIDE) + 0.5) / SIDE
    x = (line[None, None, :] - spot[:, 0, None, None]) / (0.36 * scale[:, None, None])
    y = (line[None, :, None] - spot[:, 1, None, None] - 0.42 * scale[:, None, None]) / (
        0.09 * scale[:, None, None]
    )
    depth = torch.from_numpy(
        (dice.uniform(0, 0.5, len(spot)) * (dice.random(len(spot)) < 0.5)).astype(np.float32)
    )
    shade = depth[:, None, None, None] * torch.exp(-(x**2 + y**2))[:, None]
    return picture * (1 - shade)


def lit(picture: Tensor, *, dice: Dice) -> Tensor:
    """Day, dusk or night over everything: a colour that multiplies, and some contrast."""
    size = len(picture)
    light = 1 + dice.normal(0, 0.06, (size, 3))
    dark = dice.random(size) < 0.15
    light[dark] = np.array([0.45, 0.5, 0.8]) * dice.uniform(0.75, 1.25, (int(dark.sum()), 1))
    warm = ~dark & (dice.random(size) < 0.12)
    light[warm] = np.array([1.05, 0.85, 0.7]) * dice.uniform(0.9, 1.05, (int(warm.sum()), 1))
    return picture * torch.from_numpy(light.astype(np.float32))[:, :, None, None]


def weathered(picture: Tensor, *, dice: Dice) -> Tensor:
    """Flakes, streaks or fog before everything in some pictures; a little blur and noise in all."""
    size, side = len(picture), picture.shape[-1]
    kind = dice.random(size)
    for row in np.flatnonzero(kind < 0.15):
        drops = torch.zeros(1, 1, side, side)
        count = int(dice.integers(side // 6, side))
        drops.view(-1)[torch.from_numpy(dice.integers(0, side * side, count))] = 1
        drops = F.max_pool2d(
            drops, (3, 3) if kind[row] < 0.1 else (7, 1), 1, (1, 1) if kind[row] < 0.1 else (3, 0)
        )
        picture[row] += (1 - picture[row]) * 0.8 * drops[0, :, :side, :side]
    for row in np.flatnonzero(kind > 0.95):
        picture[row] += (0.85 - picture[row]) * float(dice.uniform(0.1, 0.5))
    if dice.random() < 0.3:
        picture = F.avg_pool2d(picture, 3, 1, 1, count_include_pad=False)
    return picture + 0.02 * float(dice.random()) * torch.from_numpy(
        dice.standard_normal(picture.shape, dtype=np.float32)
    )


def _halved(styles: Bytes) -> Bytes:
    """[5, 192, 192, 4] to [5, 96, 96, 4]."""
    wide = styles.reshape(len(styles), SPRITE, 2, SPRITE, 2, 4).astype(np.float32).mean(axis=(2, 4))
    rounded: Bytes = (wide + 0.5).astype(np.uint8)
    return rounded


def _boxes(alpha: Tensor) -> Tensor:
    """[5, 96, 96] bytes to [5, 4]."""
    found = []
    for each in alpha > 25:
        rows, columns = each.any(1).nonzero()[:, 0], each.any(0).nonzero()[:, 0]
        found.append([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])
    return torch.tensor(found, dtype=torch.float32) / alpha.shape[-1]
