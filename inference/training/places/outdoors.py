"""Land under the open sky: meadow, snow, mountains, forest, jungle, desert, volcano."""

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
from inference.training.places.painting import Painting
from inference.training.places.stamps import bush, clouds, meadow_flowers, pine, rock, tree, tufts

DAYS = [("#5fb4f2", "#d9f0fb"), ("#74c0f4", "#e8f5f7"), ("#4fa8ec", "#cfeafc"), ("#86cdf2", "#fdf3dc")]


def day(dice: Dice) -> tuple[str, str]:
    """Sky colours of a fine day, at the top and over the horizon."""
    top, low = DAYS[dice.integers(len(DAYS))]
    return near(dice, top), near(dice, low, by=5)


def meadow(dice: Dice) -> Painting:
    horizon = dice.uniform(140, 162)
    place = Painting(sky=day(dice), horizon=horizon)
    clouds(dice, place.behind, count=int(dice.integers(2, 5)), low=horizon - 34)
    land, far = place.land, near(dice, pick(dice, ["#a9d6a4", "#b4d99a", "#9fd0b4"]))
    green = near(dice, pick(dice, ["#7cc05a", "#8cc653", "#6dbb62"]))
    back = ridge(dice, horizon - 14, 16, waves=0.9)
    land.polygon(filled(back), land.fade(mix(far, place.sky[1], 0.45), far))
    middle = ridge(dice, horizon, 10)
    land.polygon(filled(middle), land.fade(mix(far, green, 0.5), green))
    for _ in range(int(dice.integers(2, 6))):
        x = dice.uniform(0, WIDTH)
        tree(
            dice,
            land,
            x,
            height_at(middle, x) + 3,
            dice.uniform(20, 38),
            near(dice, mix(green, "#2f7f52", 0.6)),
        )
    front = ridge(dice, horizon + 26, 8, waves=0.8)
    land.polygon(filled(front), land.fade(mix(green, "#eaf29a", 0.25), green, mix(green, "#2f7a3c", 0.35)))
    for _ in range(int(dice.integers(0, 4))):
        x = pick_side(dice)
        bush(dice, land, x, height_at(front, x) + 4, dice.uniform(9, 15), mix(green, "#2c7a45", 0.5))
    meadow_flowers(dice, land, count=int(dice.integers(8, 22)), top=horizon + 44)
    tufts(dice, land, mix(green, "#2f7a3c", 0.45), count=16, top=horizon + 40)
    return place


def pick_side(dice: Dice) -> float:
    """An x near the left or right margin, where nothing stands in the way."""
    return float(dice.uniform(-6, 70) if dice.random() < 0.5 else dice.uniform(WIDTH - 70, WIDTH + 6))


def snow(dice: Dice) -> Painting:
    horizon = dice.uniform(146, 164)
    top, low = [
        ("#8fc1ea", "#eaf5fc"),
        ("#a9cdee", "#f6ecf0"),
        ("#7fb4e4", "#dcedf9"),
        ("#b3d3ee", "#fbf4ea"),
    ][dice.integers(4)]
    place = Painting(sky=(near(dice, top), low), horizon=horizon)
    clouds(dice, place.behind, count=int(dice.integers(1, 4)), low=horizon - 46, colour="#fafdff")
    land = place.land
    far = mix(place.sky[1], "#9ebfe0", 0.7)
    if dice.random() < 0.6:
        line = peaks(dice, horizon + 6, dice.uniform(45, 80), count=5)
        land.polygon(filled(line), land.fade("#ffffff", mix(far, "#ffffff", 0.35)))
    back = ridge(dice, horizon - 4, 12, waves=0.9)
    land.polygon(filled(back), land.fade("#e3eff9", "#cfe2f3"))
    green = near(dice, pick(dice, ["#3f7f79", "#4d8a72", "#416f86"]))
    for x in np.sort(dice.uniform(-8, WIDTH + 8, int(dice.integers(9, 17)))):
        pine(
            dice,
            land,
            float(x),
            height_at(back, float(x)) + 8,
            dice.uniform(24, 44),
            mix(green, far, 0.35),
            snow=True,
        )
    middle = ridge(dice, horizon + 14, 8)
    land.polygon(filled(middle), land.fade("#f4f9fd", "#dbe9f6"))
    for _ in range(int(dice.integers(1, 4))):
        x = pick_side(dice)
        pine(dice, land, x, height_at(middle, x) + 10, dice.uniform(70, 110), green, snow=True)
    front = ridge(dice, horizon + 34, 6, waves=0.7)
    land.polygon(filled(front), land.fade("#ffffff", "#f1f7fc", "#d9e8f5"))
    for _ in range(5):
        x, y = dice.uniform(0, WIDTH), dice.uniform(horizon + 52, HEIGHT)
        land.oval(x, y, dice.uniform(16, 44), dice.uniform(1.5, 3.5), "#bcd5ec", opacity=0.4)
    return place


def mountains(dice: Dice) -> Painting:
    horizon = dice.uniform(150, 170)
    place = Painting(sky=day(dice), horizon=horizon)
    clouds(dice, place.behind, count=int(dice.integers(1, 4)), low=70)
    land = place.land
    stone = near(dice, pick(dice, ["#7d8fae", "#8b8fb5", "#7f9aa8", "#94899f"]))
    for share, height, base in [(0.62, 105, horizon), (0.2, 80, horizon + 8)]:
        line = peaks(dice, base, dice.uniform(0.85, 1.1) * height, count=int(dice.integers(4, 6)))
        tone = mix(stone, place.sky[1], share)
        land.polygon(filled(line), land.fade(tone, mix(tone, place.sky[1], 0.35)))
        _caps(dice, place, line, base, shade=mix(tone, "#25304a", 0.22))
    green = near(dice, pick(dice, ["#6fae66", "#7ab45c", "#62a57c"]))
    hill = ridge(dice, horizon + 2, 8, rough=1)
    land.polygon(filled(hill), land.fade(mix(green, "#2e6a5a", 0.4), green))
    for x in np.sort(dice.uniform(-6, WIDTH + 6, int(dice.integers(12, 22)))):
        pine(
            dice,
            land,
            float(x),
            height_at(hill, float(x)) + 7,
            dice.uniform(15, 30),
            mix(green, "#22584f", 0.75),
        )
    front = ridge(dice, horizon + 26, 7, waves=0.8)
    land.polygon(filled(front), land.fade(mix(green, "#e6ef9c", 0.3), green, mix(green, "#2a6f46", 0.3)))
    for _ in range(int(dice.integers(1, 4))):
        x = pick_side(dice)
        rock(dice, land, x, height_at(front, x) + 14, dice.uniform(8, 16), "#8f98a8")
    tufts(dice, land, mix(green, "#2f7a3c", 0.45), count=14, top=horizon + 42)
    return place


def _caps(dice: Dice, place: Painting, line: list[tuple[float, float]], base: float, *, shade: str) -> None:
    """Shade on the right of each summit, and snow on the high ones."""
    for before, top, after in zip(line, line[1:], line[2:], strict=False):
        if not (top[1] < before[1] and top[1] < after[1] and base - top[1] > 34):
            continue
        drop = (base - top[1]) * 0.9
        place.land.polygon(
            [
                top,
                (top[0] + drop * 0.62, top[1] + drop),
                (top[0] + drop * 0.1, top[1] + drop),
                (top[0] + drop * 0.08, top[1] + drop * 0.5),
            ],
            shade,
            opacity=0.28,
        )
        cap = (base - top[1]) * dice.uniform(0.2, 0.3)
        zig = [(0.42, 1.0), (0.2, 0.72), (0.05, 1.1), (-0.14, 0.74), (-0.4, 0.96)]
        place.land.polygon(
            [top, *[(top[0] + a * cap, top[1] + b * cap) for a, b in zig]], "#ffffff", opacity=0.96
        )


def forest(dice: Dice) -> Painting:
    horizon = dice.uniform(168, 184)
    top, low = [
        ("#a8d8d0", "#f1f6d8"),
        ("#b9dfc4", "#fdf5cf"),
        ("#9fd0dc", "#e4f3e2"),
        ("#c8dfb0", "#fff3d0"),
    ][dice.integers(4)]
    place = Painting(sky=(near(dice, top), low), horizon=horizon)
    land = place.land
    green = near(dice, pick(dice, ["#3f8a5c", "#4c935a", "#35806a"]))
    firs = dice.random() < 0.5
    for row, (share, size, count) in enumerate([(0.68, 96, 15), (0.42, 118, 11), (0.14, 140, 7)]):
        tone = mix(green, low, share)
        for x in np.linspace(-12, WIDTH + 12, count) + dice.uniform(-9, 9, count):
            if row == 2 and 80 < x < WIDTH - 80:
                continue
            base = horizon - 8 + row * 7
            if firs:
                pine(dice, land, float(x), base, size * dice.uniform(0.8, 1.15), near(dice, tone, by=5))
            else:
                tree(dice, land, float(x), base, size * dice.uniform(0.75, 1.05), near(dice, tone, by=5))
        land.sheet(land.fade(low, low, alphas=[0.0, 0.5]), top=horizon - 70)
    front = ridge(dice, horizon, 6)
    moss = near(dice, pick(dice, ["#6aa554", "#5b9c5f", "#7aa94e"]))
    land.polygon(filled(front), land.fade(mix(moss, low, 0.35), moss, mix(moss, "#20503a", 0.35)))
    if dice.random() < 0.5:
        land.path(
            f"M140 {horizon + 2}Q170 {horizon + 26} 90 {HEIGHT + 4}H250Q196 {horizon + 30} 158 {horizon + 2}Z",
            "#d9c08e",
            opacity=0.75,
        )
    for _ in range(int(dice.integers(1, 5))):
        x = pick_side(dice)
        bush(
            dice,
            land,
            x,
            dice.uniform(horizon + 8, horizon + 40),
            dice.uniform(10, 18),
            mix(moss, "#1f5a3c", 0.4),
        )
    tufts(dice, land, mix(moss, "#1f5a3c", 0.5), count=18, top=horizon + 26)
    return place


def jungle(dice: Dice) -> Painting:
    horizon = dice.uniform(172, 186)
    top, low = [("#8fd4b4", "#f2f4bd"), ("#7fcab0", "#ddf3cf"), ("#a4dba0", "#fdf2b4")][dice.integers(3)]
    place = Painting(sky=(near(dice, top), low), horizon=horizon)
    land = place.land
    green = near(dice, pick(dice, ["#2f8f5e", "#3c9650", "#2a8570"]))
    for share, base, count in [(0.62, 96, 9), (0.38, 128, 8)]:
        tone = mix(green, low, share)
        for x in np.linspace(0, WIDTH, count) + dice.uniform(-12, 12, count):
            land.disc(float(x), base + dice.uniform(-14, 14), dice.uniform(30, 46), near(dice, tone, by=5))
        land.sheet(tone, top=base)
        for x in dice.uniform(0, WIDTH, 4):
            land.line(
                [(float(x), 60), (float(x) + dice.uniform(-8, 8), horizon)],
                mix(tone, "#4a4030", 0.35),
                width=dice.uniform(4, 8),
            )
    land.sheet(land.fade(low, low, alphas=[0.0, 0.4]), top=horizon - 90)
    floor = ridge(dice, horizon, 6)
    moss = near(dice, pick(dice, ["#4f9a48", "#5c9f3f", "#3f8f58"]))
    land.polygon(filled(floor), land.fade(mix(moss, low, 0.3), moss, mix(moss, "#12402e", 0.45)))
    for side in (-1, 1):
        edge = 0 if side < 0 else WIDTH
        for _ in range(int(dice.integers(5, 8))):
            y = dice.uniform(10, HEIGHT)
            _leaf(
                dice,
                place,
                edge - side * 6,
                y,
                -side * dice.uniform(46, 82),
                near(dice, mix(green, "#0f4f3a", dice.uniform(0, 0.5))),
            )
    for x in dice.uniform(20, WIDTH - 20, int(dice.integers(2, 5))):
        sag = dice.uniform(30, 80)
        land.curve(
            f"M{x} -4Q{x + 16} {sag * 0.6} {x + dice.uniform(-10, 20)} {sag}",
            mix(green, "#0f4f3a", 0.4),
            width=2.2,
        )
    tufts(dice, land, mix(moss, "#0f4f3a", 0.4), count=20, top=horizon + 26)
    return place


def _leaf(dice: Dice, place: Painting, x: float, y: float, reach: float, colour: str) -> None:
    """A broad leaf that comes in from the side, with its rib."""
    tip, up = (x + reach, y + dice.uniform(-30, 34)), abs(reach) * 0.26
    place.land.path(
        f"M{x} {y}Q{x + reach * 0.45} {y - up} {tip[0]} {tip[1]}Q{x + reach * 0.5} {y + up * 1.3} {x} {y}Z",
        colour,
    )
    place.land.curve(
        f"M{x} {y}Q{x + reach * 0.5} {y + 2} {tip[0]} {tip[1]}", mix(colour, "#d9f3a0", 0.45), width=1.1
    )


def desert(dice: Dice) -> Painting:
    horizon = dice.uniform(140, 160)
    top, low = [("#6fb9e8", "#fbeccb"), ("#86c4e6", "#fde3bd"), ("#5fb0e4", "#f6edd8")][dice.integers(3)]
    place = Painting(sky=(near(dice, top), low), horizon=horizon)
    if dice.random() < 0.5:
        clouds(dice, place.behind, count=2, low=60)
    land = place.land
    sand = near(dice, pick(dice, ["#ecb765", "#e9ad6c", "#f0c67c"]))
    if dice.random() < 0.6:
        for x in dice.uniform(-10, WIDTH - 40, int(dice.integers(1, 4))):
            w, h = dice.uniform(40, 76), dice.uniform(26, 56)
            tone = mix("#d2805a", low, 0.35)
            land.path(
                f"M{x} {horizon + 6}L{x + w * 0.14} {horizon - h}H{x + w * 0.82}L{x + w} {horizon + 6}Z",
                land.fade(mix(tone, "#ffe0b0", 0.25), tone),
            )
            land.path(
                f"M{x + w * 0.62} {horizon - h}H{x + w * 0.82}L{x + w} {horizon + 6}H{x + w * 0.66}Z",
                "#8a3f3a",
                opacity=0.18,
            )
    for i, (dy, swing) in enumerate([(0, 12), (20, 12), (46, 9)]):
        dune = ridge(dice, horizon + dy, swing, waves=0.8)
        tone = mix(sand, low, 0.4 - 0.2 * i)
        land.polygon(filled(dune), land.fade(mix(tone, "#fff2cc", 0.3), tone, mix(tone, "#b0683c", 0.25)))
        if i < 2:
            for x in [pick_side(dice) for _ in range(int(dice.integers(0, 3)))]:
                _cactus(place, x, height_at(dune, x) + 7, dice.uniform(26, 50) * (0.6 + 0.5 * i))
    for _ in range(7):
        x, y = dice.uniform(-20, WIDTH), dice.uniform(horizon + 62, HEIGHT)
        land.curve(
            f"M{x} {y}q{dice.uniform(20, 40)} -5 {dice.uniform(50, 90)} 0",
            mix(sand, "#a8622f", 0.35),
            width=1.2,
            opacity=0.5,
        )
    return place


def _cactus(place: Painting, x: float, base: float, height: float) -> None:
    w, green = height * 0.17, "#4f9a63"
    for arm, at, side in [(0.32, 0.42, -1), (0.26, 0.56, 1)]:
        ax = x + side * height * 0.24
        place.land.line(
            [(x, base - height * at), (ax, base - height * at), (ax, base - height * (at + arm))],
            mix(green, "#1f5a48", 0.15),
            width=w * 0.62,
        )
    place.land.line([(x, base), (x, base - height)], green, width=w)
    place.land.line(
        [(x - w * 0.2, base), (x - w * 0.2, base - height)], "#9ed29a", width=w * 0.16, opacity=0.8
    )


def volcano(dice: Dice) -> Painting:
    horizon = dice.uniform(150, 166)
    top, low = [
        ("#5d4a78", "#f2a57c"),
        ("#6b5170", "#f7b98a"),
        ("#4a4a74", "#e88d78"),
        ("#7d6a90", "#fbd0a2"),
    ][dice.integers(4)]
    place = Painting(sky=(near(dice, top), low), horizon=horizon)
    x, height, half = dice.uniform(110, 210), dice.uniform(92, 116), dice.uniform(96, 122)
    crater, land = dice.uniform(15, 22), place.land
    stone = near(dice, pick(dice, ["#5b4a5e", "#65505a", "#504660"]))
    peak = horizon - height
    for i in range(5):
        r = 13 + 5 * i
        place.behind.disc(
            x + dice.uniform(-10, 10) + i * 7,
            peak - 10 - i * 15,
            r,
            mix("#8d7688", low, 0.25 + 0.08 * i),
            opacity=0.85,
        )
    place.behind.disc(x, peak, 60, place.behind.glow("#ffb05a", strength=0.75))
    back = ridge(dice, horizon - 10, 12, rough=2)
    land.polygon(filled(back), mix(stone, low, 0.45))
    land.path(
        f"M{x - half} {horizon + 20}Q{x - crater * 1.8} {peak + 24} {x - crater} {peak}Q{x} {peak + 7} {x + crater} {peak}Q{x + crater * 1.8} {peak + 24} {x + half} {horizon + 20}Z",
        land.fade(mix(stone, "#ffb38a", 0.25), stone),
    )
    land.path(
        f"M{x + crater} {peak}Q{x + crater * 1.8} {peak + 24} {x + half} {horizon + 20}H{x + 18}Q{x + 10} {peak + 40} {x + crater * 0.3} {peak + 3}Z",
        "#1d1526",
        opacity=0.2,
    )
    lava = land.fade("#ffe27a", "#ff9a3c", "#f0562f")
    land.path(
        f"M{x - crater} {peak}Q{x} {peak + 7} {x + crater} {peak}Q{x + crater * 0.6} {peak + 10} {x + 6} {peak + 14}Q{x + 18} {peak + 44} {x + 4} {horizon - 18}Q{x - 4} {peak + 52} {x - 5} {peak + 20}Q{x - 11} {peak + 34} {x - 17} {peak + 40}Q{x - 12} {peak + 12} {x - crater} {peak}Z",
        lava,
    )
    _ashes(dice, place, horizon, low)
    return place


def _ashes(dice: Dice, place: Painting, horizon: float, low: str) -> None:
    """The near ground: ash, rocks and glowing cracks."""
    land = place.land
    ash = near(dice, pick(dice, ["#6d5560", "#75606a", "#5f5166"]))
    front = ridge(dice, horizon + 14, 7, rough=1.2)
    land.polygon(filled(front), land.fade(mix(ash, low, 0.3), ash, mix(ash, "#241a2c", 0.35)))
    for _ in range(int(dice.integers(2, 6))):
        at = pick_side(dice)
        rock(
            dice,
            land,
            at,
            dice.uniform(horizon + 26, HEIGHT - 8),
            dice.uniform(8, 18),
            mix(ash, "#2a2030", 0.3),
        )
    for _ in range(int(dice.integers(1, 4))):
        at, y = dice.uniform(0, WIDTH - 60), dice.uniform(horizon + 34, HEIGHT - 16)
        land.line([(at, y), (at + 14, y + 4), (at + 30, y - 1), (at + 46, y + 5)], "#ff9c4a", width=1.8)
