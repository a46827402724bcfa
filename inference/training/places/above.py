"""Away from the ground: sky, space, moon. Stars are not painted here: the composition sets them, crisp."""

from __future__ import annotations

import numpy as np

from inference.training.places.layer import HEIGHT, WIDTH, Dice, filled, mix, near, pick, ridge
from inference.training.places.painting import Painting
from inference.training.places.stamps import cloud, rock


def sky(dice: Dice) -> Painting:
    top, low = [
        ("#3f95e6", "#cdeafc"),
        ("#58a9f0", "#f3e6ee"),
        ("#66bdf0", "#fdf2d4"),
        ("#4aa0e0", "#dff4f4"),
    ][dice.integers(4)]
    place = Painting(sky=(near(dice, top), low), horizon=HEIGHT)
    behind = place.behind
    for _ in range(int(dice.integers(2, 5))):
        x, y, w = dice.uniform(0, WIDTH), dice.uniform(20, 150), dice.uniform(50, 120)
        behind.oval(x, y, w, dice.uniform(3, 7), behind.glow("#ffffff", strength=0.6))
    for y in (66, 118, 168):
        if dice.random() < 0.75:
            cloud(dice, behind, dice.uniform(0, WIDTH), y + dice.uniform(-14, 14), dice.uniform(11, 19))
    for side in (0, WIDTH):
        cloud(dice, behind, side + dice.uniform(-10, 10), dice.uniform(60, 190), dice.uniform(20, 28))
    for row, (y, size) in enumerate([(214, 26), (244, 34)]):
        tone = mix("#ffffff", low, 0.4 - 0.3 * row)
        for x in np.linspace(-20, WIDTH + 20, 5) + dice.uniform(-16, 16, 5):
            cloud(
                dice, behind, float(x), y + dice.uniform(-5, 5), size * dice.uniform(0.85, 1.2), colour=tone
            )
    behind.sheet("#f4f9fd", top=240)
    return place


def space(dice: Dice) -> Painting:
    top, low = [
        ("#0d0f2e", "#2a1f5c"),
        ("#0b1030", "#173a66"),
        ("#140d2e", "#43204f"),
        ("#0c1226", "#203a4f"),
    ][dice.integers(4)]
    place = Painting(sky=(near(dice, top, by=4), near(dice, low, by=6)), horizon=HEIGHT)
    behind = place.behind
    for tone in ("#7a4fd0", "#2f7fd0", "#d04f9a"):
        x, y = dice.uniform(0, WIDTH), dice.uniform(0, HEIGHT)
        behind.oval(
            x,
            y,
            dice.uniform(60, 130),
            dice.uniform(36, 80),
            behind.glow(tone, strength=dice.uniform(0.2, 0.42)),
        )
    spots = [(44, 50), (276, 54), (48, 210), (272, 206), (160, 30)]
    order = dice.permutation(len(spots))
    _planet(dice, place, spots[order[0]], dice.uniform(20, 34), ringed=bool(dice.random() < 0.6))
    for i in order[1 : 1 + int(dice.integers(1, 3))]:
        _planet(dice, place, spots[i], dice.uniform(7, 15), ringed=False)
    return place


def _planet(dice: Dice, place: Painting, at: tuple[float, float], r: float, *, ringed: bool) -> None:
    """A banded ball lit from the upper left, with a thin glow, and a ring in two halves."""
    land = place.land  # not of the sky: no star shines through it
    tone = near(dice, pick(dice, ["#e08a5f", "#5fb0d8", "#d86f8f", "#8f7fe0", "#e8b85f", "#5fc0a0"]))
    x, y = at[0] + dice.uniform(-12, 12), at[1] + dice.uniform(-10, 10)
    land.disc(x, y, r * 1.5, land.glow(tone, strength=0.4, hold=0.5))
    ring = mix(tone, "#fff0d0", 0.6)
    if ringed:
        land.curve(
            f"M{x - r * 1.75} {y + r * 0.35}Q{x - r * 1.2} {y - r * 0.65} {x} {y - r * 0.42}Q{x + r * 1.5} {y - r * 0.5} {x + r * 1.75} {y - r * 0.35}",
            ring,
            width=r * 0.13,
            opacity=0.6,
        )
    land.disc(x, y, r, tone)
    for dy, w, share in [(-0.45, 0.14, 0.3), (0.02, 0.2, 0.2), (0.5, 0.12, 0.35)]:
        half = (1 - dy * dy) ** 0.5 * r * 0.98
        land.oval(x, y + dy * r, half, w * r, mix(tone, "#fff2e0", share), opacity=0.7)
    land.path(
        f"M{x} {y - r}A{r} {r} 0 0 1 {x} {y + r}A{r * 1.12} {r * 1.12} 0 0 0 {x} {y - r}Z",
        "#0a0820",
        opacity=0.26,
    )
    if ringed:
        land.curve(
            f"M{x - r * 1.75} {y + r * 0.35}Q{x - r * 0.2} {y + r * 0.62} {x + r * 1.75} {y - r * 0.35}",
            ring,
            width=r * 0.16,
        )


def moon(dice: Dice) -> Painting:
    horizon = dice.uniform(158, 174)
    top, low = [("#0b0d24", "#232a52"), ("#0d0a22", "#33244f"), ("#0a1020", "#1d3448")][dice.integers(3)]
    place = Painting(sky=(top, near(dice, low)), horizon=horizon)
    x, y, r = dice.uniform(50, 270), dice.uniform(44, 80), dice.uniform(20, 32)
    behind = place.land
    behind.disc(x, y, r * 1.6, behind.glow("#7fc0ff", strength=0.5, hold=0.5))
    behind.disc(x, y, r, behind.fade("#6fb8f0", "#2f78c8"))
    for a, b, w, h in [(-0.35, -0.3, 0.42, 0.3), (0.3, 0.2, 0.4, 0.34), (-0.2, 0.55, 0.3, 0.16)]:
        behind.oval(x + a * r, y + b * r, w * r, h * r, "#7fc885", opacity=0.95)
    behind.oval(x + 0.05 * r, y - 0.1 * r, 0.6 * r, 0.09 * r, "#ffffff", opacity=0.75)
    behind.path(
        f"M{x} {y - r}A{r} {r} 0 0 1 {x} {y + r}A{r * 1.6} {r * 1.6} 0 0 0 {x} {y - r}Z",
        "#061028",
        opacity=0.4,
    )
    land, dust = place.land, near(dice, pick(dice, ["#b4b8c8", "#a9adc4", "#c0bcc4"]))
    land.polygon(
        filled(ridge(dice, horizon - 6, 13, rough=1.5)), land.fade(mix(dust, low, 0.35), mix(dust, low, 0.55))
    )
    land.polygon(
        filled(ridge(dice, horizon + 10, 7)),
        land.fade(mix(dust, "#ffffff", 0.35), dust, mix(dust, "#3a3f60", 0.3)),
    )
    for _ in range(int(dice.integers(6, 11))):
        cy = dice.uniform(horizon + 22, HEIGHT)
        w = (cy - horizon) * dice.uniform(0.14, 0.34)
        cx = dice.uniform(0, WIDTH)
        land.oval(cx, cy, w, w * 0.32, mix(dust, "#3a3f60", 0.38))
        land.oval(cx + w * 0.06, cy + w * 0.07, w * 0.9, w * 0.26, mix(dust, "#50567a", 0.2))
    for _ in range(int(dice.integers(1, 4))):
        rock(
            dice,
            land,
            dice.uniform(0, WIDTH),
            dice.uniform(horizon + 16, HEIGHT - 10),
            dice.uniform(4, 10),
            mix(dust, "#50567a", 0.3),
        )
    return place
