"""Says which drawing a cut-out shows, by likeness: a network that learns what stays the same when a drawing is put into
a picture.

Two views of each drawing of a batch, one as it is and one out of a picture (tilted, mirrored, in another light, before
anything), become vectors of unit length. The network is taught to find each picture's drawing among those of the batch
(van den Oord et al. 2018, arXiv:1807.03748, InfoNCE; Radford et al. 2021 do the same for pictures and texts). A batch
is of one style and of runs of neighbours in Unicode's order, face by face and bird by bird, so it has to look closely.
Afterwards the vectors of all drawings, and of their mirror images, are kept, and the nearest one names a cut-out.

    [B, 3, 40, 40] ─ unshuffle 2 ─▶ [12, 20, 20] ─▶ [48, 20, 20] ─▶ [96, 10, 10] ─▶ [192, 5, 5] ─ linear ─▶ [256]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inference.runners.picto.scene import STYLES
from inference.training.judging import pictures
from inference.training.judging.grounds import Grounds
from inference.training.judging.pictures import Drawings

Dice = np.random.Generator

CROP = 40  # pixels of a cut-out
ROOM = 1.12  # around a thing's box
WIDTH = 256
RUN = 16  # neighbours in a batch
RUNS = 8
COARSE = 0.35  # of the cut-outs come from smaller pictures
TILT = 0.3
GREYS = (0.95, 0.75, 0.5)  # behind the drawings as they are: line art is dark and must show


class Namer(nn.Module):
    """1.9 million numbers. Cut-outs [B, 3, CROP, CROP], 0..1, to [B, WIDTH] of unit length."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = _layer(12, 48)
        self.blocks = nn.ModuleList(
            [_layer(48, 96, stride=2), _layer(96, 96), _layer(96, 192, stride=2), _layer(192, 192)]
        )
        self.leave = nn.Linear(192 * 25, WIDTH)
        self.sharpness = nn.Parameter(torch.tensor(2.5))

    def forward(self, cut: Tensor) -> Tensor:
        mean = cut.mean((2, 3), keepdim=True)
        hidden = self.enter(F.pixel_unshuffle((cut - mean) * 4, 2))
        for block in self.blocks:
            found = block(hidden)
            hidden = found + hidden if found.shape == hidden.shape else found
        return F.normalize(self.leave(hidden.flatten(1)), dim=1)


@dataclass(frozen=True, slots=True)
class Gallery:
    """`vectors` [2 · N · 5, WIDTH]: of every drawing, then of every mirror image."""

    namer: Namer
    vectors: Tensor

    def likeness(self, cut: Tensor) -> Tensor:
        """[B, N, 5]: cosines of cut-outs [B, 3, CROP, CROP] with every drawing, the better of both ways round."""
        found = self.namer(cut) @ self.vectors.T
        return found.view(len(cut), 2, -1, len(STYLES)).amax(1)

    def state(self) -> dict[str, Any]:
        return {"namer": self.namer.state_dict(), "vectors": self.vectors}

    @classmethod
    def of(cls, state: dict[str, Any]) -> Gallery:
        namer = Namer()
        namer.load_state_dict(state["namer"])
        return cls(namer.eval(), state["vectors"])


@torch.inference_mode()
def gallery(namer: Namer, drawings: Drawings) -> Gallery:
    """Every drawing through the network, before three greys: the mean of the three."""
    found = []
    for thing in range(len(drawings)):
        sprites, boxes = drawings.large[thing].float() / 255, drawings.boxes[thing]
        views = [plain(sprites, boxes, shade=shade) for shade in GREYS]
        found.append(torch.stack([_both_ways(namer, view) for view in views]).mean(0))
    vectors = torch.stack(found, 1).flatten(1, 2)  # [2, N · 5, WIDTH]
    return Gallery(namer, F.normalize(vectors, dim=2).flatten(0, 1))


def loss(namer: Namer, clean: Tensor, seen: Tensor) -> Tensor:
    """Each of `seen` has its drawing at the same place of `clean`, and the other way round."""
    both = namer(torch.cat([clean, seen]))
    likeness = both[len(clean) :] @ both[: len(clean)].T * namer.sharpness.exp()
    right = torch.arange(len(clean))
    return (F.cross_entropy(likeness, right) + F.cross_entropy(likeness.T, right)) / 2


def views(drawings: Drawings, grounds: Grounds, *, dice: Dice) -> tuple[Tensor, Tensor]:
    """A batch of RUNS · RUN drawings of one style: as they are, and out of pictures. [B, 3, CROP, CROP] each."""
    styles = np.full(RUN * RUNS, dice.integers(len(STYLES)))
    starts = dice.choice(max(1, len(drawings) - RUN), RUNS)
    things = np.unique((starts[:, None] + np.arange(RUN)).ravel() % len(drawings))
    styles = styles[: len(things)]
    sprites, boxes = drawings.large[things, styles].float() / 255, drawings.boxes[things, styles]
    flip = torch.from_numpy(np.where(dice.random(len(things)) < 0.5, -1.0, 1.0).astype(np.float32))
    clean = plain(sprites, boxes, shade=float(dice.uniform(0.45, 1)))
    clean = torch.where(flip[:, None, None, None] < 0, clean.flip(3), clean)
    return clean, seen(sprites, boxes, grounds, flip=flip, dice=dice)


def plain(sprites: Tensor, boxes: Tensor, *, shade: float) -> Tensor:
    """Drawings [B, 4, H, W] before one grey, cut out at their boxes [B, 4] (corners)."""
    size, middle = _square(boxes)
    maps = _maps(middle, size, torch.zeros(len(boxes)), torch.ones(len(boxes)))
    shown = F.grid_sample(
        _halved(sprites),
        F.affine_grid(maps, (len(boxes), 4, CROP, CROP), align_corners=False),
        align_corners=False,
    )
    return shown[:, :3] + shade * (1 - shown[:, 3:])


def seen(sprites: Tensor, boxes: Tensor, grounds: Grounds, *, flip: Tensor, dice: Dice) -> Tensor:
    """The same out of a picture, with the box a little off."""
    count = len(boxes)
    size, middle = _square(boxes)

    def some(spread: float, shape: tuple[int, ...] = (count,)) -> Tensor:
        return torch.from_numpy(dice.normal(0, spread, shape).astype(np.float32)).clamp(
            -2.2 * spread, 2.2 * spread
        )

    middle = middle + some(0.035, (count, 2)) * size[:, None]
    maps = _maps(middle, size * (1 + some(0.07)), some(TILT / 2), flip)
    grid = F.affine_grid(maps, (count, 4, CROP, CROP), align_corners=False)
    shown = F.grid_sample(_halved(sprites), grid, align_corners=False)
    if dice.random() < COARSE:
        side = int(dice.integers(18, 34))
        shown = F.interpolate(F.interpolate(shown, (side, side), mode="area"), (CROP, CROP), mode="bilinear")
    behind = grounds.patches(count, side=CROP, dice=dice)
    shadow = 1 - 0.4 * float(dice.random()) * (torch.linspace(0, 1, CROP) ** 4)[None, None, :, None]
    picture = behind * shadow * (1 - shown[:, 3:]) + shown[:, :3]
    return pictures.weathered(pictures.lit(picture, dice=dice), dice=dice).clamp(0, 1)


def cut_out(picture: Tensor, boxes: Tensor) -> Tensor:
    """Cut-outs [B, 3, CROP, CROP] of pictures [B, 3, H, W] around boxes [B, 4] (middle and size)."""
    size = boxes[:, 2:].amax(1) * ROOM
    maps = _maps(boxes[:, :2], size, torch.zeros(len(boxes)), torch.ones(len(boxes)))
    grid = F.affine_grid(maps, (len(boxes), 3, CROP, CROP), align_corners=False)
    return F.grid_sample(picture, grid, align_corners=False, padding_mode="border")


def _square(boxes: Tensor) -> tuple[Tensor, Tensor]:
    """The side of the square around each box (corners), with room, and its middle."""
    return (boxes[:, 2:] - boxes[:, :2]).amax(1) * ROOM, (boxes[:, :2] + boxes[:, 2:]) / 2


def _maps(middle: Tensor, size: Tensor, tilt: Tensor, flip: Tensor) -> Tensor:
    """[B, 2, 3]: from a place in the cut-out to the place it shows, both -1..1."""
    cos, sin = size * tilt.cos(), size * tilt.sin()
    first = torch.stack([flip * cos, -sin, 2 * middle[:, 0] - 1], 1)
    return torch.stack([first, torch.stack([flip * sin, cos, 2 * middle[:, 1] - 1], 1)], 1)


def _halved(sprites: Tensor) -> Tensor:
    """From 96 pixels to 48, near to the size of a cut-out: bilinear reading would skip pixels."""
    return F.avg_pool2d(sprites, 2) if sprites.shape[-1] > 64 else sprites


def _both_ways(namer: Namer, view: Tensor) -> Tensor:
    return torch.stack([namer(view), namer(view.flip(3))])


def _layer(before: int, after: int, *, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.SiLU())
