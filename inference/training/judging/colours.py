"""The colour of a thing, read from its pixels: a histogram, and Fisher's discriminant over eleven colour names.

The names are the basic colour terms of English (Berlin and Kay 1969). The judge learns them on drawings that it
repaints itself, in three ways of its own, so that it does not know how the model repaints.
"""

from __future__ import annotations

import colorsys

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Dice = np.random.Generator

NAMES = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "grey")
RGB = np.array(
    [
        (214, 48, 49),
        (243, 146, 55),
        (250, 212, 75),
        (84, 174, 92),
        (66, 133, 244),
        (136, 84, 208),
        (248, 165, 194),
        (141, 98, 68),
        (30, 30, 33),
        (250, 250, 250),
        (150, 154, 160),
    ],
    np.float32,
) / np.float32(255)
LEVELS = 6  # of each channel in the histogram


def repainted(sprites: Tensor, tints: NDArray[np.int64], *, dice: Dice) -> Tensor:
    """[B, 4, H, W], colour times alpha, with the sprites of a tint in that colour."""
    sprites = sprites.clone()
    for row in np.flatnonzero(tints >= 0):
        alpha = sprites[row, 3:]
        own = sprites[row, :3] / alpha.clamp(min=1e-3)
        light = (own * torch.tensor([0.3, 0.59, 0.11])[:, None, None]).sum(0, keepdim=True)
        colour = torch.from_numpy(_near(int(tints[row]), dice=dice))[:, None, None]
        sprites[row, :3] = _paint(own, light, colour, way=int(dice.integers(3))).clamp(0, 1) * alpha
    return sprites


def histogram(pixels: Tensor, weights: Tensor) -> Tensor:
    """[B, LEVELS³ + 3]: how much of a thing has which colour. `pixels` [B, 3, H, W], `weights` [B, 1, H, W].

    Square roots make the distance between two histograms Hellinger's, which small parts count in.
    """
    level = (pixels.clamp(0, 0.999) * LEVELS).long()
    bins = (level[:, 0] * LEVELS + level[:, 1]) * LEVELS + level[:, 2]
    share = weights[:, 0] / weights.sum((1, 2, 3)).clamp(min=1e-6)[:, None, None]
    found = torch.zeros(len(pixels), LEVELS**3).scatter_add_(1, bins.flatten(1), share.flatten(1))
    mean = (pixels * share[:, None]).sum((2, 3))
    return torch.cat([found.sqrt(), mean], dim=1)


def nearest(rgb: NDArray[np.float32]) -> str:
    """The name of one flat colour, 0..1."""
    return NAMES[int(np.square(RGB - rgb).sum(axis=1).argmin())]


def _near(tint: int, *, dice: Dice) -> NDArray[np.float32]:
    """Some colour that bears the name: the hue a little off, lighter or darker."""
    hue, light, saturation = colorsys.rgb_to_hls(*RGB[tint].tolist())
    hue = (hue + float(dice.normal(0, 0.012))) % 1
    light = float(np.clip(light + dice.normal(0, 0.03), 0.03, 0.98))
    saturation = float(np.clip(saturation * dice.uniform(0.85, 1.15), 0, 1))
    return np.array(colorsys.hls_to_rgb(hue, light, saturation), np.float32)


def _paint(own: Tensor, light: Tensor, colour: Tensor, *, way: int) -> Tensor:
    """Three ways: the colour as dark and light as the drawing is; flat, the darkest parts kept; half of each."""
    middle = light.mean()
    shaded = torch.where(
        light < middle,
        colour * light / middle,
        colour + (1 - colour) * (light - middle) / (1 - middle + 1e-3) * 0.6,
    )
    flat = torch.where(light < 0.25, own, colour.expand_as(own))
    return (shaded, flat, (shaded + flat) / 2)[way]
