"""Where people live: city, street, farm, garden."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from inference.training.places.layer import (
    HEIGHT,
    WIDTH,
    Dice,
    filled,
    height_at,
    mix,
    near,
    pick,
    ridge,
    steps,
)
from inference.training.places.outdoors import day, pick_side
from inference.training.places.painting import Painting
from inference.training.places.stamps import bush, clouds, meadow_flowers, tree, tufts

WALLS = ["#f2a488", "#f6c98a", "#a9c8e8", "#e8b7c0", "#b9d8b4", "#f1e3c6", "#c7b8e0", "#e98f7a"]


def city(dice: Dice) -> Painting:
    horizon = dice.uniform(186, 196)
    place = Painting(sky=day(dice), horizon=horizon)
    clouds(dice, place.behind, count=int(dice.integers(1, 4)), low=90)
    land, low = place.land, place.sky[1]
    hue = near(dice, pick(dice, ["#6f8fb8", "#7f86b8", "#6a9aa8", "#9a88a8"]))
    for share, tall, count in [(0.72, 118, 15), (0.45, 100, 12), (0.12, 86, 9)]:
        edges = np.linspace(-14, WIDTH + 14, count + 1)
        for x, right in pairwise(edges):
            _tower(
                dice,
                place,
                float(x) + dice.uniform(-3, 2),
                float(right - x) + 3,
                horizon,
                tall * dice.uniform(0.45, 1.0),
                near(dice, mix(hue, low, share), by=7),
                glass=mix(hue, "#fff6d8", 0.55 + share * 0.3),
            )
    green = near(dice, "#74b06a")
    land.box(-1, horizon - 5, WIDTH + 2, 12, mix(green, "#2f6a4a", 0.3))
    for x in dice.uniform(0, WIDTH, 7):
        bush(dice, land, float(x), horizon + 2, dice.uniform(5, 10), green)
    pavement = near(dice, pick(dice, ["#cfcbd2", "#d8cfc2", "#c3cad4"]))
    land.sheet(
        land.fade(mix(pavement, "#ffffff", 0.25), pavement, mix(pavement, "#5f6478", 0.3)), top=horizon + 2
    )
    for x in np.linspace(-160, WIDTH + 160, 15):
        land.line([(160 + (x - 160) * 0.55, horizon + 2), (x, HEIGHT + 2)], "#8a8fa0", width=0.9, opacity=0.4)
    for y in (horizon + 9, horizon + 20, horizon + 36):
        land.line([(-2, y), (WIDTH + 2, y)], "#8a8fa0", width=0.9, opacity=0.4)
    return place


def _tower(
    dice: Dice, place: Painting, x: float, w: float, base: float, h: float, tone: str, *, glass: str
) -> None:
    """A block with a roof of its own and rows of windows."""
    land, top = place.land, base - h
    land.box(x, top, w, h + 4, land.fade(mix(tone, "#ffffff", 0.12), tone))
    kind = dice.integers(4)
    if kind == 0:
        land.polygon([(x, top), (x + w / 2, top - w * 0.5), (x + w, top)], mix(tone, "#25304a", 0.12))
    elif kind == 1:
        land.box(x + w * 0.25, top - 7, w * 0.5, 8, tone)
        land.line([(x + w / 2, top - 7), (x + w / 2, top - 18)], tone, width=1.4)
    land.box(x + w * 0.68, top, w * 0.32, h + 4, "#1d2745", opacity=0.07)
    for wy in steps(top + 7, base - 9, 12):
        for wx in steps(x + 5, x + w - 6, 8.5):
            if dice.random() < 0.85:
                land.box(float(wx), float(wy), 4.6, 6.4, glass, opacity=0.8)


def street(dice: Dice) -> Painting:
    horizon = 178.0
    place = Painting(sky=day(dice), horizon=horizon)
    clouds(dice, place.behind, count=int(dice.integers(1, 3)), low=56)
    land, x = place.land, -dice.uniform(0, 40)
    walls = dice.permutation(WALLS)
    number = 0
    while x < WIDTH:
        w = dice.uniform(56, 78)
        _house(dice, place, x, w, horizon, dice.uniform(84, 124), near(dice, str(walls[number % len(walls)])))
        x, number = x + w, number + 1
    stone = near(dice, "#d9d2cc")
    land.box(-1, horizon, WIDTH + 2, 22, land.fade(mix(stone, "#ffffff", 0.3), stone))
    land.box(-1, horizon + 20, WIDTH + 2, 4, "#a8a2a6")
    asphalt = near(dice, pick(dice, ["#6f7488", "#7a7a86", "#666f80"]))
    land.sheet(land.fade(mix(asphalt, "#ffffff", 0.12), mix(asphalt, "#20243a", 0.15)), top=horizon + 24)
    shift = dice.uniform(0, 60)
    for x in steps(-60, WIDTH + 60, 60):
        at = float(x) + shift
        land.polygon([(at, 232), (at + 28, 232), (at + 26, 237), (at - 3, 237)], "#f6f0dc", opacity=0.85)
    if dice.random() < 0.6:
        at = pick_side(dice)
        land.line([(at, horizon + 14), (at, horizon - 66)], "#3f4a60", width=3)
        land.oval(at, horizon - 68, 6, 7, "#fff0b8")
        land.box(at - 6, horizon - 77, 12, 3, "#3f4a60", round_=1)
    if dice.random() < 0.6:
        tree(dice, land, pick_side(dice), horizon + 14, dice.uniform(66, 88), near(dice, "#5fa860"))
    return place


def _house(dice: Dice, place: Painting, x: float, w: float, base: float, h: float, wall: str) -> None:
    """A front with a roof, two floors of windows with shutters, a door or a shop under an awning."""
    land, top = place.land, base - h
    roof = near(dice, pick(dice, ["#a8574f", "#6f6a80", "#8a6a58", "#4f7080"]))
    if dice.random() < 0.55:
        land.polygon([(x, top), (x + w / 2, top - w * 0.34), (x + w, top)], roof)
    else:
        land.box(x - 1, top - 7, w + 2, 9, roof)
    land.box(x, top, w, h, land.fade(mix(wall, "#ffffff", 0.22), wall))
    land.box(x + w - 2.5, top, 2.5, h, "#2a2040", opacity=0.12)
    trim = mix(wall, "#ffffff", 0.65)
    floors, columns = max(1, int((h - 50) // 32) + 1), 3 if w > 68 else 2
    for floor in range(floors):
        for i in range(columns):
            cx, y = x + w * (i + 0.5) / columns, top + 10 + floor * 32
            land.box(cx - 6.5, y - 1.5, 13, 20, trim)
            land.box(cx - 5, y, 10, 17, land.fade("#8fb8d4", "#d4e8f0"))
            land.line([(cx, y), (cx, y + 17)], trim, width=1.2)
    if dice.random() < 0.5:
        tone = pick(dice, ["#e0605a", "#4f9aa8", "#e8a04a", "#6a9a5f"])
        land.box(x + 7, base - 30, w - 14, 30, land.fade("#7fa0b8", "#c8dce4"))
        stripes = 7
        for i in range(stripes):
            sx, sw = x + 4 + (w - 8) * i / stripes, (w - 8) / stripes
            land.path(
                f"M{sx} {base - 36}h{sw}v8a{sw / 2} 3 0 0 1 {-sw} 0Z", tone if i % 2 == 0 else "#fff6ea"
            )
    else:
        door = pick(dice, ["#7a4f3c", "#3f6f80", "#8a3f48", "#4f6f4a"])
        land.path(f"M{x + w / 2 - 9} {base}v-26a9 7 0 0 1 18 0v26Z", trim)
        land.path(f"M{x + w / 2 - 7} {base}v-25a7 6 0 0 1 14 0v25Z", door)
        land.disc(x + w / 2 + 4, base - 13, 1.1, "#ffdf8a")


def farm(dice: Dice) -> Painting:
    horizon = dice.uniform(146, 160)
    place = Painting(sky=day(dice), horizon=horizon)
    clouds(dice, place.behind, count=int(dice.integers(2, 4)), low=80)
    land, green = place.land, near(dice, pick(dice, ["#8cc45a", "#9acb62", "#7fbf68"]))
    wheat = near(dice, pick(dice, ["#efcf6a", "#e8c25a", "#f2d88a"]))
    land.polygon(
        filled(ridge(dice, horizon - 10, 12)),
        land.fade(mix(green, place.sky[1], 0.55), mix(green, place.sky[1], 0.2)),
    )
    field = ridge(dice, horizon + 2, 6)
    land.polygon(filled(field), land.fade(mix(wheat, "#fff6c8", 0.4), wheat))
    for x in np.linspace(-80, WIDTH + 80, 22):
        land.line(
            [(160 + (x - 160) * 0.8, horizon + 4), (160 + (x - 160) * 1.15, horizon + 40)],
            mix(wheat, "#a87a2a", 0.5),
            width=1.1,
            opacity=0.4,
        )
    x = float(dice.uniform(30, 90) if dice.random() < 0.5 else dice.uniform(210, 280))
    _barn(place, x, height_at(field, x) + 14, dice.uniform(56, 74))
    for _ in range(int(dice.integers(1, 4))):
        at = pick_side(dice)
        tree(dice, land, at, height_at(field, at) + 10, dice.uniform(34, 56), near(dice, "#5fa35a"))
    front = ridge(dice, horizon + 34, 5, waves=0.7)
    _fence(place, front)
    land.polygon(filled(front), land.fade(mix(green, "#f0f5a0", 0.25), green, mix(green, "#2f7a3c", 0.32)))
    meadow_flowers(dice, land, count=int(dice.integers(3, 10)), top=horizon + 52)
    tufts(dice, land, mix(green, "#2f7a3c", 0.45), count=16, top=horizon + 48)
    return place


def _barn(place: Painting, x: float, base: float, w: float) -> None:
    land, h, red = place.land, w * 0.62, "#c8503f"
    land.polygon(
        [
            (x - w / 2, base),
            (x - w / 2, base - h * 0.62),
            (x - w * 0.3, base - h * 1.08),
            (x, base - h * 1.3),
            (x + w * 0.3, base - h * 1.08),
            (x + w / 2, base - h * 0.62),
            (x + w / 2, base),
        ],
        land.fade(mix(red, "#ffb090", 0.25), red),
    )
    land.line(
        [
            (x - w * 0.54, base - h * 0.6),
            (x - w * 0.32, base - h * 1.1),
            (x, base - h * 1.33),
            (x + w * 0.32, base - h * 1.1),
            (x + w * 0.54, base - h * 0.6),
        ],
        "#6f4a4a",
        width=w * 0.055,
    )
    land.box(x - w * 0.17, base - h * 0.56, w * 0.34, h * 0.56, "#fff1e0")
    land.box(x - w * 0.14, base - h * 0.52, w * 0.28, h * 0.52, mix(red, "#5a2020", 0.25))
    land.line([(x - w * 0.14, base), (x + w * 0.14, base - h * 0.52)], "#fff1e0", width=1.6)
    land.line([(x + w * 0.14, base), (x - w * 0.14, base - h * 0.52)], "#fff1e0", width=1.6)
    land.disc(x, base - h * 0.9, w * 0.085, "#fff1e0")
    land.disc(x, base - h * 0.9, w * 0.06, "#5a3a3a")


def _fence(place: Painting, ground: list[tuple[float, float]]) -> None:
    for drop in (13, 7):
        place.land.line([(x, y - drop) for x, y in ground], "#f4ead8", width=2.4)
    for x in steps(4, WIDTH, 26):
        y = height_at(ground, float(x))
        place.land.path(f"M{x - 2.4} {y + 2}V{y - 17}L{x} {y - 20}L{x + 2.4} {y - 17}V{y + 2}Z", "#fbf3e4")


def garden(dice: Dice) -> Painting:
    horizon = dice.uniform(150, 164)
    place = Painting(sky=day(dice), horizon=horizon)
    clouds(dice, place.behind, count=int(dice.integers(1, 4)), low=64)
    land, green = place.land, near(dice, pick(dice, ["#7fbf5a", "#8cc866", "#72b86a"]))
    for x in np.linspace(0, WIDTH, 6) + dice.uniform(-20, 20, 6):
        tree(dice, land, float(x), horizon, dice.uniform(60, 96), near(dice, mix(green, place.sky[1], 0.35)))
    hedge = mix(green, "#2a7048", 0.5)
    for x in np.linspace(-6, WIDTH + 6, 16):
        land.disc(float(x), horizon - 12 + dice.uniform(-4, 4), dice.uniform(16, 22), near(dice, hedge, by=6))
    land.sheet(hedge, top=horizon - 8)
    lawn = ridge(dice, horizon + 10, 3, waves=0.7)
    _bed(dice, place, horizon + 14)
    land.polygon(filled(lawn), land.fade(mix(green, "#eef6a8", 0.35), green, mix(green, "#2f7a3c", 0.3)))
    _bed(dice, place, horizon + 15)
    if dice.random() < 0.6:
        x0, x1 = dice.uniform(120, 200), dice.uniform(90, 230)
        land.path(
            f"M{x0 - 9} {horizon + 11}Q{x0 - 20} {horizon + 40} {x1 - 50} {HEIGHT + 4}h96Q{x0 + 34} {horizon + 44} {x0 + 9} {horizon + 11}Z",
            land.fade("#f0e2c4", "#e2cda4"),
            opacity=0.9,
        )
    for _ in range(int(dice.integers(2, 5))):
        x = pick_side(dice)
        y = dice.uniform(horizon + 26, HEIGHT - 6)
        bush(dice, land, x, y, dice.uniform(12, 20), mix(green, "#2a7048", 0.35))
        for _ in range(6):
            land.disc(
                x + dice.uniform(-14, 14),
                y - dice.uniform(2, 11),
                2.3,
                pick(dice, ["#ff8fa8", "#ffffff", "#ffd65a"]),
            )
    meadow_flowers(dice, land, count=int(dice.integers(6, 16)), top=horizon + 46)
    tufts(dice, land, mix(green, "#2f7a3c", 0.4), count=12, top=horizon + 44)
    return place


def _bed(dice: Dice, place: Painting, y: float) -> None:
    """A row of blossoms before the hedge."""
    kinds = [pick(dice, ["#ff7f98", "#ffd65a", "#ffffff", "#c090f0", "#ff9a5a"]) for _ in range(3)]
    for x in dice.uniform(0, WIDTH, 34):
        top = y - dice.uniform(5, 15)
        place.land.line([(float(x), y + 2), (float(x), top)], "#3f8a4a", width=1.1)
        place.land.disc(float(x), top, dice.uniform(2, 3.4), pick(dice, kinds))
