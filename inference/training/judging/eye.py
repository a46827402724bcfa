"""Finds what is in a picture: which pixels belong to things, where each thing is, and what place it stands in.

Things are found as points (Zhou et al. 2019, "Objects as Points", arXiv:1904.07850): a map with a peak at the middle of
each thing, and beside it the thing's size. What kind of thing it is, the eye does not know.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inference.runners.picto.scene import PLACES

SIDE = 64  # pixels that the eye sees
CELLS = 16  # of the map of middles, to a side
PEAK = 0.35
NEAR = 0.45  # share of overlap over which two peaks are one thing
THINGS_MAX = 8


@dataclass(frozen=True, slots=True)
class Sight:
    """`cover` [B, 1, 32, 32] and `peaks` [B, 1, 16, 16]: logits. `places` [B, 23]: logits.

    `sizes` [B, 2, 16, 16]: logarithms of width and height in shares of the side. `shifts` [B, 2, 16, 16]: of the
    middle, from that of its cell, in cells.
    """

    cover: Tensor
    peaks: Tensor
    sizes: Tensor
    shifts: Tensor
    places: Tensor


class Eye(nn.Module):
    """Half a million numbers. [B, 3, 64, 64], 0..1, to a Sight."""

    def __init__(self) -> None:
        super().__init__()
        self.fine = _layer(12, 32)  # 32 × 32
        self.middle = _layer(32, 64, stride=2)  # 16 × 16
        self.coarse = _layer(64, 96, stride=2)  # 8 × 8
        self.deep = nn.ModuleList([_layer(96, 96, dilation=1), _layer(96, 96, dilation=2)])
        self.join_middle = nn.Sequential(_layer(160, 48, kernel=1), _layer(48, 48))
        self.join_fine = nn.Sequential(_layer(80, 24, kernel=1), _layer(24, 24))
        self.points = nn.Conv2d(48, 5, 1)
        self.cover = nn.Conv2d(24, 1, 1)
        self.places = nn.Sequential(nn.Linear(3 * 160 + 96, 128), nn.SiLU(), nn.Linear(128, len(PLACES) + 1))
        nn.init.constant_(self.points.bias[:1], -3.0)  # type: ignore[index]  # middles are rare

    def forward(self, picture: Tensor) -> Sight:
        fine = self.fine(F.pixel_unshuffle(picture * 4 - 2, 2))
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        for layer in self.deep:
            coarse = coarse + layer(coarse)
        joined = torch.cat([middle, F.interpolate(coarse, scale_factor=2.0)], 1)
        seen = self.join_middle(joined)
        points = self.points(seen)
        cover = self.cover(self.join_fine(torch.cat([fine, F.interpolate(seen, scale_factor=2.0)], 1)))
        return Sight(cover, points[:, :1], points[:, 1:3], points[:, 3:], self._place(joined, coarse, cover))

    def _place(self, joined: Tensor, coarse: Tensor, cover: Tensor) -> Tensor:
        """What the pixels beside the things show: means over them of the upper and the lower half, and the spread."""
        away = F.avg_pool2d(1 - cover.sigmoid().detach(), 2) + 0.02
        upper, lower = (
            (joined * away)[:, :, half].sum((2, 3)) / away[:, :, half].sum((2, 3))
            for half in (slice(0, CELLS // 2), slice(CELLS // 2, None))
        )
        middle = ((upper + lower) / 2)[:, :, None, None]
        spread = (((joined - middle).square() * away).sum((2, 3)) / away.sum((2, 3)) + 1e-4).sqrt()
        return self.places(torch.cat([upper, lower, spread, coarse.amax((2, 3))], 1))


def loss(sight: Sight, *, cover: Tensor, boxes: Tensor, places: Tensor) -> Tensor:
    """`cover` [B, 1, S, S], `boxes` [B, n, 4], `places` [B] (-1: not to be learned)."""
    wanted = F.adaptive_avg_pool2d(cover, 2 * CELLS)
    heat, weight, sizes, shifts = _targets(boxes)
    masks = F.binary_cross_entropy_with_logits(sight.cover, wanted)
    points = _focal(sight.peaks, heat)
    spans = ((sight.sizes - sizes).abs() * weight).sum() / weight.sum()
    places_ = torch.zeros(())
    if (places >= 0).any():
        places_ = F.cross_entropy(sight.places, places, ignore_index=-1)
    offsets = ((sight.shifts - shifts).abs() * weight).sum() / weight.sum()
    return masks + points + 0.5 * spans + offsets + 0.3 * places_


def boxes_of(sight: Sight, row: int) -> Tensor:
    """[n, 4]: centre and size of each thing, largest first."""
    heat = sight.peaks[row, 0].sigmoid()
    tops = (heat == F.max_pool2d(heat[None, None], 3, 1, 1)[0, 0]) & (heat > PEAK)
    found = []
    for y, x in tops.nonzero().tolist():
        shift = sight.shifts[row, :, y, x]
        middle = (torch.tensor([x + 0.5, y + 0.5]) + shift) / CELLS
        found.append(
            (float(heat[y, x]), torch.cat([middle, sight.sizes[row, :, y, x].exp().clamp(0.02, 1.0)]))
        )
    kept: list[Tensor] = []
    for _, box in sorted(found, key=lambda each: -each[0]):
        if len(kept) < THINGS_MAX and all(_overlap(box, other) < NEAR for other in kept):
            kept.append(box)
    if not kept:
        return torch.zeros(0, 4)
    return torch.stack(sorted(kept, key=lambda box: -float(box[2] * box[3])))


def _overlap(a: Tensor, b: Tensor) -> float:
    """Shared area by the smaller one's."""
    low = torch.maximum(a[:2] - a[2:] / 2, b[:2] - b[2:] / 2)
    high = torch.minimum(a[:2] + a[2:] / 2, b[:2] + b[2:] / 2)
    return float((high - low).clamp(min=0).prod() / torch.minimum(a[2:].prod(), b[2:].prod()))


def _targets(boxes: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The map of middles, 1 where sizes are to be learned, the logarithms of the sizes, the shifts."""
    size, count = boxes.shape[:2]
    line = torch.arange(CELLS)
    heat = torch.zeros(size, CELLS, CELLS)
    weight = torch.zeros(size, 1, CELLS, CELLS)
    sizes, shifts = torch.zeros(size, 2, CELLS, CELLS), torch.zeros(size, 2, CELLS, CELLS)
    rows = torch.arange(size)
    for place in range(count):
        middle, spans = boxes[:, place, :2] * CELLS, boxes[:, place, 2:] * CELLS
        cell = middle.floor().clamp(0, CELLS - 1).long()
        width = (0.11 * spans.amax(1)).clamp(min=0.55)[:, None, None]
        away = (line[None, None] - cell[:, 0, None, None]) ** 2 + (
            line[None, :, None] - cell[:, 1, None, None]
        ) ** 2
        heat = torch.maximum(heat, torch.exp(-away / (2 * width**2)))
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                y, x = (cell[:, 1] + dy).clamp(0, CELLS - 1), (cell[:, 0] + dx).clamp(0, CELLS - 1)
                weight[rows, 0, y, x] = 1
                sizes[rows, :, y, x] = boxes[:, place, 2:].clamp(min=0.02).log()
                shifts[rows, :, y, x] = middle - torch.stack([x, y], 1) - 0.5
    return heat[:, None], weight, sizes, shifts


def _focal(logits: Tensor, heat: Tensor) -> Tensor:
    """Cross-entropy that turns to what is still wrong (Lin et al. 2017), eased near a middle (Law and Deng 2018)."""
    chance = logits.sigmoid().clamp(1e-4, 1 - 1e-4)
    is_middle = heat > 0.999
    hit = -((1 - chance) ** 2) * chance.log() * is_middle
    miss = -((1 - heat) ** 4) * chance**2 * (1 - chance).log() * ~is_middle
    return (hit.sum() + miss.sum()) / is_middle.sum().clamp(min=1)


def _layer(before: int, after: int, *, kernel: int = 3, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    pad = dilation * (kernel // 2)
    conv = nn.Conv2d(before, after, kernel, stride, pad, dilation=dilation, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(after), nn.SiLU())
