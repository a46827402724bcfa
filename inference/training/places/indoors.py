"""Under a roof: kitchen, room, library, stage, cave. Windows show the sky, and with it the time of day."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from inference.training.places.layer import HEIGHT, WIDTH, Dice, Layer, filled, mix, near, pick, ridge, steps
from inference.training.places.outdoors import day
from inference.training.places.painting import Painting
from inference.training.places.stamps import cloud, rock

FLOOR = 184.0
Opening = tuple[float, float, float, float]  # x, y, width, height


def _walls(layer: Layer, fill: str, opening: Opening | None) -> None:
    """A wall over the whole sheet, with a hole where the window is."""
    d = f"M-2 -2H{WIDTH + 2}V{HEIGHT + 2}H-2Z"
    if opening:
        x, y, w, h = opening
        d += f"M{x} {y}V{y + h}H{x + w}V{y}Z"
    layer.path(d, fill)


def _window(dice: Dice, place: Painting, opening: Opening, *, frame: str) -> None:
    x, y, w, h = opening
    cloud(dice, place.behind, x + w * dice.uniform(0.2, 0.8), y + h * dice.uniform(0.3, 0.6), w * 0.15)
    land = place.land
    land.path(
        f"M{x} {y + h}Q{x + w * 0.3} {y + h * 0.66} {x + w * 0.6} {y + h * 0.84}T{x + w} {y + h * 0.8}V{y + h}Z",
        "#7fb86a",
    )
    for a, b, c, e in [
        (x, y, x + w, y),
        (x, y, x, y + h),
        (x + w, y, x + w, y + h),
        (x + w / 2, y, x + w / 2, y + h),
        (x, y + h * 0.5, x + w, y + h * 0.5),
    ]:
        land.line([(a, b), (c, e)], frame, width=3.2)
    land.box(x - 6, y + h - 1, w + 12, 5, frame, round_=1.5)


def _boards(dice: Dice, place: Painting, tone: str) -> None:
    """A wooden floor, its joints running towards the eye."""
    land = place.land
    land.sheet(land.fade(mix(tone, "#fff2d8", 0.22), mix(tone, "#4a2a20", 0.12)), top=FLOOR)
    for x in np.linspace(-220, WIDTH + 220, 19):
        land.line(
            [(160 + (x - 160) * 0.62, FLOOR), (x, HEIGHT + 2)],
            mix(tone, "#3a2018", 0.45),
            width=1,
            opacity=0.5,
        )
    land.box(-1, FLOOR, WIDTH + 2, 5, land.fade("#2a1a20", "#2a1a20", alphas=[0.18, 0.0]))


def _opening(dice: Dice) -> Opening:
    w, h = dice.uniform(64, 86), dice.uniform(64, 84)
    return float(dice.choice([26, 118, 210])) + dice.uniform(-8, 8), dice.uniform(30, 42), w, h


def room(dice: Dice) -> Painting:
    opening = _opening(dice)
    place = Painting(sky=day(dice), horizon=opening[1] + opening[3])
    land = place.land
    wall = near(dice, pick(dice, ["#f3d9c4", "#cfe0dc", "#e8d4e0", "#f4e3b8", "#c9d6ea", "#dfe4c8"]))
    _walls(land, land.fade(mix(wall, "#ffffff", 0.15), wall), opening)
    if dice.random() < 0.5:
        for x in steps(dice.uniform(0, 16), WIDTH, 20):
            if not opening[0] - 10 < x < opening[0] + opening[2] + 4:
                land.box(float(x), 0, 8, FLOOR, mix(wall, "#ffffff", 0.4), opacity=0.5)
    _window(dice, place, opening, frame="#fffaf2")
    x, y, w, h = opening
    cloth = near(dice, pick(dice, ["#e08a7a", "#6fa0b8", "#e0b060", "#8fae7a", "#b08ac0"]))
    for side in (-1, 1):
        edge = x - 9 if side < 0 else x + w + 9
        land.path(
            f"M{edge - side * 3} {y - 8}H{edge - side * 22}Q{edge - side * 18} {y + h * 0.6} {edge - side * 3} {y + h + 20}H{edge + side * 6}V{y - 8}Z",
            land.fade(mix(cloth, "#ffffff", 0.2), cloth),
        )
    land.line([(x - 22, y - 9), (x + w + 22, y - 9)], "#8a6248", width=3)
    land.box(-1, FLOOR - 9, WIDTH + 2, 9, "#fffaf2")
    _boards(dice, place, near(dice, pick(dice, ["#c08a5a", "#d0a070", "#a8755a"])))
    rug = near(dice, pick(dice, ["#d9786f", "#6f90b8", "#e0b46a", "#7fa88a"]))
    land.oval(160 + dice.uniform(-20, 20), 226, 118, 22, mix(rug, "#ffffff", 0.35))
    land.oval(160, 226, 104, 18.5, rug, opacity=0.85)
    _furniture(dice, place, avoid=x + w / 2)
    return place


def _furniture(dice: Dice, place: Painting, *, avoid: float) -> None:
    """A plant, a lamp or a shelf at the walls, away from the window, and pictures."""
    land = place.land
    spots = [x for x in (22.0, 298.0) if abs(x - avoid) > 70]
    for x in spots:
        kind = dice.integers(3)
        if kind == 0:
            land.path(f"M{x - 11} {FLOOR - 12}h22l-3 24h-16Z", "#d98a5f")
            for a in np.linspace(-1.1, 1.1, 7):
                r = dice.uniform(34, 52)
                land.path(
                    f"M{x} {FLOOR - 12}Q{x + np.sin(a) * r * 0.2 - 5} {FLOOR - 12 - r * 0.7} {x + np.sin(a) * r} {FLOOR - 12 - np.cos(a) * r}Q{x + np.sin(a) * r * 0.7 + 5} {FLOOR - 12 - r * 0.4} {x} {FLOOR - 12}Z",
                    near(dice, "#4f9a62", by=14),
                )
        elif kind == 1:
            land.disc(x, FLOOR - 82, 46, land.glow("#fff0b0", strength=0.65))
            land.line([(x, FLOOR + 8), (x, FLOOR - 74)], "#5f5a60", width=2.4)
            land.oval(x, FLOOR + 9, 13, 3.5, "#5f5a60")
            land.polygon(
                [(x - 18, FLOOR - 68), (x - 11, FLOOR - 96), (x + 11, FLOOR - 96), (x + 18, FLOOR - 68)],
                "#ffe6a8",
            )
        else:
            land.box(x - 24, FLOOR - 56, 48, 60, "#a8744f", round_=2)
            for row in (0, 1):
                land.box(x - 21, FLOOR - 53 + row * 28, 42, 24, "#8a5a40")
                _books(dice, land, x - 19, FLOOR - 29 + row * 28, 38, 19)
    if abs(160 - avoid) > 60:
        land.box(136, 52, 48, 36, "#fffaf2", round_=1)
        land.box(140, 56, 40, 28, land.fade("#a8d0e4", "#f4d8b0"))
        land.path("M140 84l12 -14l9 9l8 -6l11 11Z", "#6f9a7a")


def _books(
    dice: Dice, layer: Layer, x: float, base: float, width: float, height: float, *, wide: float = 1.0
) -> None:
    """A row of books of several colours and heights."""
    end = x + width
    tones = ["#c8584f", "#4f7fa8", "#e0a84f", "#5f8f6a", "#8a6aa0", "#e8dcc0", "#3f5f70", "#b8704f"]
    while x < end - 4:
        w, h = wide * dice.uniform(3.4, 6.5), height * dice.uniform(0.72, 1.0)
        w = min(w, end - x)
        tone = near(dice, pick(dice, tones))
        layer.box(x, base - h, w - 0.5, h, tone)
        layer.box(x, base - h * 0.82, w - 0.5, 1.6, "#fff2d0", opacity=0.6)
        x += w


def library(dice: Dice) -> Painting:
    place = Painting(sky=("#e8d8b8", "#e8d8b8"), horizon=FLOOR)
    land = place.land
    wood = near(dice, pick(dice, ["#8a5a3c", "#7a4f3a", "#9a6a48"]))
    land.sheet(mix(wood, "#2a1810", 0.25))
    edges = np.linspace(-8, WIDTH + 8, int(dice.integers(4, 6)))
    for x, right in pairwise(edges):
        for y in (8, 66, 124):
            land.box(float(x) + 5, y, float(right - x) - 10, 54, mix(wood, "#1a0f0c", 0.45))
            land.box(float(x) + 5, y, float(right - x) - 10, 7, "#000000", opacity=0.18)
            _books(dice, land, float(x) + 7, y + 54, float(right - x) - 14, 45, wide=1.7)
    land.sheet(mix(wood, "#ffd9a0", 0.35), opacity=0.38)
    for x in edges:
        land.box(float(x) - 4, 0, 9, FLOOR, land.fade(mix(wood, "#ffe0b0", 0.25), wood, across=True))
    for y in (4, 62, 120, 178):
        land.box(-1, y, WIDTH + 2, 5, mix(wood, "#ffe0b0", 0.2))
    _boards(dice, place, near(dice, pick(dice, ["#b07a50", "#a06a48", "#c08f60"])))
    rug = near(dice, pick(dice, ["#a84a48", "#3f6f80", "#4f7a5a"]))
    land.polygon([(70, 206), (250, 206), (286, 248), (34, 248)], mix(rug, "#f0d8a0", 0.5))
    land.polygon([(76, 209), (244, 209), (277, 245), (43, 245)], rug)
    for x in (dice.uniform(60, 110), dice.uniform(210, 260)):
        land.disc(float(x), 60, 74, land.glow("#ffd890", strength=0.4))
    return place


def kitchen(dice: Dice) -> Painting:
    opening = (
        float(dice.choice([40, 124, 206])) + dice.uniform(-6, 6),
        dice.uniform(26, 34),
        78.0,
        dice.uniform(58, 66),
    )
    place = Painting(sky=day(dice), horizon=opening[1] + opening[3])
    land = place.land
    wall = near(dice, pick(dice, ["#fbf0dc", "#e6f0ea", "#f6e4dc", "#e4ecf4"]))
    tile = near(dice, pick(dice, ["#a8d0cc", "#f2c8a8", "#bcd0e8", "#d4dca8"]))
    wood = near(dice, pick(dice, ["#5f9a94", "#e0a06a", "#6f8fb0", "#d8806f", "#8aa86f"]))
    _walls(land, wall, opening)
    for y in steps(100, 134, 11):
        for x in steps(-6, WIDTH, 15):
            land.box(float(x) + 0.8, float(y) + 0.8, 13.4, 9.4, near(dice, tile, by=5), round_=1)
    _window(dice, place, opening, frame="#ffffff")
    for x in (-20.0, 60.0, 140.0, 220.0, 300.0):
        if opening[0] - 80 < x < opening[0] + opening[2] + 6:
            continue
        land.box(x + 2, -4, 74, 62, land.fade(mix(wood, "#ffffff", 0.2), wood), round_=2)
        for door in (x + 7, x + 42):
            land.box(door, 4, 29, 46, mix(wood, "#ffffff", 0.28), round_=2)
        land.box(x + 33, 38, 2.4, 8, "#fff6e0", round_=1)
        land.box(x + 43, 38, 2.4, 8, "#fff6e0", round_=1)
    _shelf(dice, place, 133)
    land.box(-1, 132, WIDTH + 2, 8, land.fade("#fff8ec", "#d8c4a8"))
    land.box(-1, 140, WIDTH + 2, FLOOR + 6 - 140, land.fade(mix(wood, "#20304a", 0.06), wood))
    for x in steps(-24, WIDTH, 52):
        land.box(float(x), 147, 46, 36, mix(wood, "#ffffff", 0.2), round_=2)
        land.box(float(x) + 18, 151, 10, 2.6, "#fff6e0", round_=1)
    land.sheet("#f0e4d4", top=FLOOR + 6)
    dark = near(dice, pick(dice, ["#c8b8a4", "#b4c0c0", "#d4b49a"]))
    for row, (y, y2) in enumerate([(190, 203), (203, 222), (222, 260)]):
        for i in range(-9, 20):
            if (i + row) % 2:
                a, b = (y - 120) / 70, (y2 - 120) / 70
                x0, x1 = (i - 5.5) * 21, (i - 4.5) * 21
                land.polygon(
                    [(160 + x0 * a, y), (160 + x1 * a, y), (160 + x1 * b, y2), (160 + x0 * b, y2)], dark
                )
    land.box(-1, FLOOR + 6, WIDTH + 2, 6, land.fade("#2a1a20", "#2a1a20", alphas=[0.2, 0.0]))
    return place


def _shelf(dice: Dice, place: Painting, base: float) -> None:
    """Pots and jars along the worktop."""
    land = place.land
    for x in dice.permutation([24, 70, 250, 296, 160])[: int(dice.integers(2, 5))]:
        x, tone = (
            float(x) + dice.uniform(-8, 8),
            near(dice, pick(dice, ["#e06f5f", "#5f90b0", "#f0c060", "#7fae7a", "#ffffff"])),
        )
        kind = dice.integers(3)
        if kind == 0:
            land.box(x - 13, base - 17, 26, 17, land.fade(mix(tone, "#ffffff", 0.3), tone), round_=3)
            land.box(x - 15, base - 19, 30, 4, mix(tone, "#20304a", 0.25), round_=2)
            land.disc(x, base - 21, 2.2, "#3f3a40")
        elif kind == 1:
            for i, h in enumerate((22, 16, 12)):
                land.box(x - 14 + i * 11, base - h, 9, h, mix(tone, "#ffffff", 0.2 * i), round_=2)
                land.box(x - 14 + i * 11, base - h - 2, 9, 4, "#8a6248", round_=1)
        else:
            land.box(x - 6, base - 11, 12, 11, "#c87a50", round_=1)
            for a in (-6, -2, 2, 6):
                land.curve(
                    f"M{x} {base - 10}Q{x + a * 0.4} {base - 20} {x + a} {base - 25}", "#4f9a5a", width=2.6
                )


def stage(dice: Dice) -> Painting:
    cloth = near(dice, pick(dice, ["#b8303f", "#7a2f8a", "#2f4f9a", "#a83f2f"]))
    back = mix(cloth, "#120a1e", 0.62)
    place = Painting(sky=(back, back), horizon=FLOOR)
    land = place.land
    land.sheet(land.fade(mix(back, "#000010", 0.3), mix(back, cloth, 0.3)))
    for x in steps(-6, WIDTH, 19):
        land.box(float(x), 0, 9, FLOOR + 4, land.fade(cloth, cloth, alphas=[0.05, 0.3]))
    wood = near(dice, pick(dice, ["#b07848", "#a06a4a", "#c08a58"]))
    _boards(dice, place, wood)
    spot = pick(dice, ["#fff3c0", "#ffe0f0", "#d8f0ff"])
    for x, lean in [(dice.uniform(30, 80), 1), (dice.uniform(240, 290), -1), (160, 0)]:
        land.polygon(
            [(x - 5, -4), (x + 5, -4), (160 + lean * 8 + 76, 222), (160 + lean * 8 - 76, 222)],
            land.fade(spot, spot, alphas=[0.34, 0.05]),
        )
    land.oval(160, 222, 108, 21, land.glow(spot, strength=0.75, hold=0.3))
    for side in (0, 1):
        for i in range(4):
            x = (i * 13 - 8) if side == 0 else WIDTH - i * 13 - 8
            sway = (8 - i * 3) * (1 if side == 0 else -1)
            land.path(
                f"M{x} -2H{x + 16}Q{x + 14 + sway} 120 {x + 15} {FLOOR + 22 - i * 3}H{x + 1}Q{x + sway} 120 {x} -2Z",
                land.fade(mix(cloth, "#ff9a8a", 0.25), cloth, mix(cloth, "#200818", 0.35), across=True),
            )
    for x in steps(-8, WIDTH, 42):
        land.path(
            f"M{x} -2h44v20a22 17 0 0 1 -44 0Z",
            land.fade(mix(cloth, "#200818", 0.2), mix(cloth, "#ff9a8a", 0.18)),
        )
        land.curve(f"M{x} 19a22 17 0 0 0 44 0", "#f0c05a", width=2.4)
    return place


def cave(dice: Dice) -> Painting:
    horizon = dice.uniform(172, 186)
    sky = [("#7fc4f0", "#e8f4e0"), ("#f6c88a", "#fdeed0"), ("#8fd8d8", "#f2f8e4")][dice.integers(3)]
    place = Painting(sky=(near(dice, sky[0]), sky[1]), horizon=horizon)
    stone = near(dice, pick(dice, ["#5f5a78", "#6f5f66", "#4f6478", "#6a5a58"]))
    land = place.land
    x, rx, ry = dice.uniform(90, 230), dice.uniform(52, 74), dice.uniform(62, 86)
    cy = horizon - ry * 0.3
    turns = np.linspace(0, 6.283, 40)[:-1]
    for i, share in enumerate((0.35, 0.16, 0.0, -0.14)):
        wobble = dice.uniform(0.92, 1.1, len(turns))
        k = 1 + 0.32 * i
        hole = "L".join(
            f"{x + np.cos(a) * rx * k * w:.1f} {cy + np.sin(a) * ry * k * w:.1f}"
            for a, w in zip(turns, wobble, strict=True)
        )
        tone = mix(stone, sky[1], share) if share >= 0 else mix(stone, "#100c1e", 0.3)
        land.shapes.append(
            f'<path fill-rule="evenodd" d="M-2 -2H{WIDTH + 2}V{HEIGHT + 2}H-2ZM{hole}Z" fill="{tone}"/>'
        )
    for at in steps(4, WIDTH, 17):
        h = dice.uniform(14, 52) * (1.2 if abs(at - x) > 60 else 0.7)
        land.polygon(
            [(at - 9, -2), (at + 9, -2), (at + dice.uniform(-2, 2), h)],
            land.fade(mix(stone, "#100c1e", 0.5), mix(stone, "#100c1e", 0.1)),
        )
    floor = ridge(dice, horizon, 5, rough=1.2)
    land.polygon(filled(floor), land.fade(mix(stone, sky[1], 0.35), stone, mix(stone, "#100c1e", 0.4)))
    land.oval(x, horizon + 22, rx * 1.5, 20, land.glow(sky[1], strength=0.5))
    for _ in range(int(dice.integers(2, 5))):
        at = float(dice.uniform(-4, 70) if dice.random() < 0.5 else dice.uniform(WIDTH - 70, WIDTH + 4))
        rock(
            dice,
            land,
            at,
            dice.uniform(horizon + 10, HEIGHT - 4),
            dice.uniform(10, 22),
            mix(stone, "#100c1e", 0.15),
        )
    _crystals(dice, place, horizon)
    return place


def _crystals(dice: Dice, place: Painting, horizon: float) -> None:
    """Glowing ones at the walls."""
    land = place.land
    gem = pick(dice, ["#6fe0d8", "#c08af0", "#f08ab0", "#8ad0ff"])
    for _ in range(int(dice.integers(1, 4))):
        at, y = (
            float(dice.choice([dice.uniform(8, 60), dice.uniform(WIDTH - 60, WIDTH - 8)])),
            dice.uniform(horizon + 4, horizon + 40),
        )
        land.disc(at, y - 8, 26, land.glow(gem, strength=0.5))
        for a, h in [(-0.5, 14), (0, 22), (0.5, 13)]:
            tip = (at + np.sin(a) * h, y - np.cos(a) * h)
            land.polygon(
                [
                    (at - 3.4 + a * 6, y),
                    (tip[0] - 2.6, tip[1] + 5),
                    tip,
                    (tip[0] + 2.6, tip[1] + 5),
                    (at + 3.4 + a * 6, y),
                ],
                land.fade(mix(gem, "#ffffff", 0.55), gem),
            )
