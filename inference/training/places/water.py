"""By the water and in it: beach, lake, underwater."""

from __future__ import annotations

import numpy as np

from inference.training.places.layer import (
    HEIGHT,
    WIDTH,
    Dice,
    filled,
    height_at,
    mix,
    near,
    peaks,
    pick,
    ridge,
)
from inference.training.places.outdoors import day, pick_side
from inference.training.places.painting import Painting
from inference.training.places.stamps import clouds, pine, rock, tufts


def beach(dice: Dice) -> Painting:
    horizon = dice.uniform(112, 130)
    place = Painting(sky=day(dice), horizon=horizon)
    clouds(dice, place.behind, count=int(dice.integers(2, 5)), low=horizon - 20)
    land = place.land
    sea = near(dice, pick(dice, ["#2f9fd0", "#2fb0c4", "#3a8fd4"]))
    if dice.random() < 0.5:
        x, w = pick_side(dice), dice.uniform(50, 90)
        land.path(
            f"M{x - w} {horizon}Q{x - w * 0.4} {horizon - w * 0.3} {x} {horizon - w * 0.22}Q{x + w * 0.5} {horizon - w * 0.36} {x + w} {horizon}Z",
            mix("#5fa97a", place.sky[1], 0.4),
        )
    land.box(-1, horizon, WIDTH + 2, 80, land.fade(mix(sea, "#1f5f9f", 0.25), sea, mix(sea, "#9ff0e0", 0.5)))
    for _ in range(16):
        x, y = dice.uniform(-20, WIDTH), horizon + 3 + 44 * dice.random() ** 1.5
        land.line([(x, y), (x + dice.uniform(8, 30), y)], "#ffffff", width=1.0, opacity=0.35)
    shore = ridge(dice, horizon + 56, 7, waves=0.8)
    sand = near(dice, pick(dice, ["#f3d9a0", "#f6e0b4", "#eed0a0"]))
    land.polygon(filled([(x, y - 5) for x, y in shore]), "#ffffff", opacity=0.9)
    land.polygon(filled([(x, y + 1) for x, y in shore]), mix(sand, "#b08858", 0.35))
    dry = ridge(dice, horizon + 66, 6, waves=0.8)
    land.polygon(filled(dry), land.fade(mix(sand, "#fffbe6", 0.4), sand, mix(sand, "#d0a060", 0.3)))
    if dice.random() < 0.6:
        _palm(dice, place, pick_side(dice), horizon + dice.uniform(74, 96), dice.uniform(96, 136))
    for _ in range(int(dice.integers(2, 6))):
        x, y = dice.uniform(0, WIDTH), dice.uniform(horizon + 84, HEIGHT - 4)
        land.oval(x, y, 2.6, 1.6, pick(dice, ["#ffffff", "#f2a58e", "#e8b56a"]))
    return place


def _palm(dice: Dice, place: Painting, x: float, base: float, height: float) -> None:
    """A leaning palm with seven fronds."""
    lean = (1 if x < WIDTH / 2 else -1) * height * dice.uniform(0.12, 0.3)
    top = (x + lean, base - height)
    place.land.path(
        f"M{x - 5} {base}Q{x + lean * 0.2 - 3} {base - height * 0.5} {top[0] - 2} {top[1]}H{top[0] + 2}Q{x + lean * 0.3 + 4} {base - height * 0.5} {x + 5} {base}Z",
        place.land.fade("#a87a52", "#8a5f42"),
    )
    for i, a in enumerate(np.linspace(-3.3, 0.16, 7)):
        r = height * 0.42
        tip = (top[0] + np.cos(a) * r, top[1] + np.sin(a) * r * 0.62 + r * 0.34)
        mid = (top[0] + np.cos(a) * r * 0.6, top[1] + np.sin(a) * r * 0.75)
        tone = mix("#4fae62", "#1f7a55", 0.5 * (i % 2))
        place.land.path(
            f"M{top[0]} {top[1]}Q{mid[0]} {mid[1] - 9} {tip[0]} {tip[1]}Q{mid[0]} {mid[1] + 6} {top[0]} {top[1]}Z",
            tone,
        )
    for dx in (-3, 3):
        place.land.disc(top[0] + dx, top[1] + 3, 3, "#7a4f34")


def lake(dice: Dice) -> Painting:
    horizon = dice.uniform(126, 142)
    place = Painting(sky=day(dice), horizon=horizon)
    clouds(dice, place.behind, count=int(dice.integers(1, 4)), low=70)
    land = place.land
    stone, green = near(dice, "#8498b4"), near(dice, pick(dice, ["#5f9f6c", "#6aa65a", "#4f9480"]))
    line = peaks(dice, horizon, dice.uniform(48, 84), count=5)
    far = mix(stone, place.sky[1], 0.5)
    land.polygon(filled(line), land.fade(far, mix(far, place.sky[1], 0.4)))
    hill = ridge(dice, horizon - 12, 9)
    land.polygon(filled(hill), land.fade(mix(green, place.sky[1], 0.3), green))
    for x in np.sort(dice.uniform(-6, WIDTH + 6, 22)):
        pine(
            dice,
            land,
            float(x),
            max(height_at(hill, float(x)) + 6, horizon - 6),
            dice.uniform(14, 28),
            mix(green, "#1f5a52", 0.65),
        )
    water = mix(place.sky[0], "#2a7fb8", 0.45)
    land.sheet(land.fade(mix(place.sky[1], green, 0.3), water, mix(water, "#164f86", 0.35)), top=horizon)
    for x in np.sort(dice.uniform(-6, WIDTH + 6, 14)):
        h = dice.uniform(12, 24)
        land.polygon(
            [(x - 6, horizon), (x + 6, horizon), (x, horizon + h)], mix(green, "#1f5a52", 0.5), opacity=0.28
        )
    for _ in range(20):
        x, y = dice.uniform(-20, WIDTH), horizon + 6 + 80 * dice.random() ** 1.3
        land.line([(x, y), (x + dice.uniform(10, 36), y)], "#ffffff", width=1.1, opacity=0.3)
    bank = ridge(dice, horizon + 76, 7, waves=0.7)
    grass = mix(green, "#9ccc5a", 0.5)
    land.polygon(filled([(x, y - 3) for x, y in bank]), "#e4d6a8")
    land.polygon(
        filled([(x, y + 2) for x, y in bank]),
        land.fade(mix(grass, "#f0f5a8", 0.25), grass, mix(grass, "#2f7a3c", 0.3)),
    )
    for _ in range(int(dice.integers(1, 4))):
        x = pick_side(dice)
        rock(dice, land, x, height_at(bank, x) + 6, dice.uniform(7, 14), "#8f98a8")
    for _ in range(int(dice.integers(3, 8))):
        x = pick_side(dice)
        y, h = height_at(bank, x) + 4, dice.uniform(22, 40)
        land.line([(x, y), (x + dice.uniform(-3, 3), y - h)], "#4f8a4a", width=1.6)
        land.line([(x, y - h * 0.86), (x + 0.4, y - h)], "#8a5a3c", width=3.6)
    tufts(dice, land, mix(grass, "#2f7a3c", 0.45), count=14, top=horizon + 88)
    return place


def underwater(dice: Dice) -> Painting:
    top, low = [
        ("#5fd0e0", "#1669a8"),
        ("#6fc8f0", "#1a4f9a"),
        ("#54cdb8", "#12728f"),
        ("#8fdcf0", "#2b7cc0"),
    ][dice.integers(4)]
    top, low = near(dice, top), near(dice, low)
    place = Painting(sky=(top, low), horizon=HEIGHT)
    land = place.land
    land.sheet(land.fade(top, low))
    for x in dice.uniform(-20, WIDTH, 6):
        w, lean = dice.uniform(10, 34), dice.uniform(-50, 50)
        land.polygon(
            [(x, -4), (x + w * 0.6, -4), (x + lean + w * 2, 190), (x + lean, 190)],
            land.fade("#ffffff", "#ffffff", alphas=[0.2, 0.0]),
        )
    back = ridge(dice, 206, 12, rough=2)
    land.polygon(filled(back), land.fade(mix(low, "#8fd8d8", 0.25), mix(low, "#0f3f70", 0.2)))
    sand = near(dice, pick(dice, ["#d9c89a", "#cdbf9e", "#e4cfa0"]))
    for _ in range(int(dice.integers(4, 9))):
        _weed(dice, place, pick_side(dice), dice.uniform(216, 238), dice.uniform(36, 92))
    floor = ridge(dice, 228, 6, waves=0.9)
    land.polygon(filled(floor), land.fade(mix(sand, low, 0.3), mix(sand, low, 0.5)))
    for _ in range(int(dice.integers(2, 6))):
        _coral(dice, place, pick_side(dice), dice.uniform(234, 250), dice.uniform(18, 38))
    for _ in range(int(dice.integers(1, 4))):
        x = pick_side(dice)
        rock(dice, land, x, dice.uniform(236, 252), dice.uniform(9, 20), mix("#6f7f98", low, 0.35))
    return place


def _weed(dice: Dice, place: Painting, x: float, base: float, height: float) -> None:
    tone = near(dice, pick(dice, ["#2f9f7a", "#3fae6a", "#2a8a8a"]))
    for dx in (-5, 0, 5):
        sway, h = dice.uniform(-9, 9), height * dice.uniform(0.7, 1.0)
        place.land.path(
            f"M{x + dx - 3} {base}C{x + dx - 9 + sway} {base - h * 0.35} {x + dx + 9} {base - h * 0.65} {x + dx + sway} {base - h}C{x + dx + 12} {base - h * 0.6} {x + dx + sway} {base - h * 0.3} {x + dx + 3} {base}Z",
            mix(tone, "#0f4f60", 0.25 + dx * 0.03),
        )


def _coral(dice: Dice, place: Painting, x: float, base: float, size: float) -> None:
    tone = near(dice, pick(dice, ["#ff8f86", "#f7a8c0", "#ffb25f", "#b08ae0"]))
    for a in np.linspace(-0.7, 0.7, 5):
        r = size * dice.uniform(0.75, 1.05)
        tip = (x + np.sin(a) * r, base - np.cos(a) * r)
        place.land.curve(
            f"M{x} {base}Q{x + np.sin(a) * r * 0.35} {base - r * 0.6} {tip[0]} {tip[1]}",
            tone,
            width=size * 0.13,
        )
        place.land.disc(tip[0], tip[1], size * 0.1, mix(tone, "#ffffff", 0.3))
