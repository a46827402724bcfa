"""Drawings take another colour and another ink, and keep what makes them what they are."""

from __future__ import annotations

import numpy as np

from inference.runners.picto.figure import enclosed, inked, recoloured
from inference.runners.picto.scene import Floats

BLUE = (0.2, 0.35, 0.9)


def apple() -> Floats:
    """Red with a shade, a green leaf at the top, a dark stem."""
    rgba = np.zeros((96, 96, 4), np.float32)
    rgba[30:90, 15:81] = (0.85, 0.12, 0.12, 1)
    rgba[60:90, 15:81, :3] *= 0.7
    rgba[12:28, 50:75] = (0.3, 0.7, 0.2, 1)
    rgba[14:30, 44:48] = (0.12, 0.08, 0.06, 1)
    return rgba


def test_a_blue_apple_is_blue_and_its_leaf_green() -> None:
    """The main colour changes, the other hue stays."""
    found = recoloured(apple(), BLUE)
    assert found[45, 45, 2] > found[45, 45, 0] + 0.3
    assert np.allclose(found[20, 60], apple()[20, 60], atol=0.03)
    assert np.allclose(found[20, 46], apple()[20, 46], atol=0.05)


def test_shading_survives() -> None:
    """What was in shade is darker than what was not, and alpha is untouched."""
    found = recoloured(apple(), BLUE)
    assert found[75, 45, :3].mean() < found[45, 45, :3].mean() - 0.05
    assert np.array_equal(found[..., 3], apple()[..., 3])


def test_a_grey_drawing_takes_a_colour() -> None:
    """An elephant has no hue of its own; its eye stays dark."""
    elephant = np.zeros((96, 96, 4), np.float32)
    elephant[10:90, 10:90] = (0.6, 0.61, 0.63, 1)
    elephant[30:36, 30:36] = (0.05, 0.05, 0.05, 1)
    found = recoloured(elephant, (0.55, 0.3, 0.85))
    assert found[60, 60, 2] > found[60, 60, 1] + 0.3
    assert found[33, 33].max() == 1
    assert found[33, 33, :3].max() < 0.15


def ring(*, gap: bool = False) -> Floats:
    y, x = np.mgrid[:192, :192] - 95.5
    alpha = (np.abs(np.hypot(x, y) - 70) < 6).astype(np.float32)
    if gap:
        alpha[86:106, 140:] = 0
    return alpha


def test_an_outline_encloses_its_inside() -> None:
    """The middle of a ring, not its surroundings."""
    found = enclosed(ring())
    assert found[96, 96] == 1
    assert found[2, 2] == 0
    assert found[96, 186] == 0


def test_an_open_outline_encloses_nothing() -> None:
    """Air gets in through a gap."""
    assert enclosed(ring(gap=True))[96, 96] == 0


def test_line_art_gets_the_ink_and_the_paper() -> None:
    """Lines in the ink, the inside in the paper, outside nothing."""
    alpha = ring()
    drawing = np.concatenate([np.repeat(alpha[..., None] * 0.13, 3, axis=-1), alpha[..., None]], axis=-1)
    found = inked(drawing, ink=(0.9, 0.2, 0.1), paper=(1.0, 1.0, 1.0))
    assert np.allclose(found[96, 166, :3], (0.9, 0.2, 0.1), atol=0.02)
    assert np.allclose(found[96, 96], 1)
    assert np.allclose(found[2, 2], 0)
