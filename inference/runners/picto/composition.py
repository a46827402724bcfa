"""From a scene to a rough picture: places, drawings, light and weather put together. No network, no chance but dice.

Three steps. `plan` throws the dice: which variant of the place, which part of it, who stands where. `arrange` measures
the drawings and makes that exact. `render` draws it from any source of drawings and places. So the picture that
training aims at (exact drawings, painted places, 512 pixels) and the rough one it starts from (decoded drawings, the
bank's places, 256 pixels) are one plan, rendered twice; at inference there is only the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from inference.runners.picto import edges, figure, light, overlays
from inference.runners.picto.arrangement import Placement, arrange
from inference.runners.picto.figure import Figure
from inference.runners.picto.layout import Spot, layout
from inference.runners.picto.places import (
    AFLOAT,
    GROUND,
    INDOORS,
    OPEN_AIR,
    STARRY,
    USUAL_GROUND,
    Backdrop,
    Bytes,
    Places,
)
from inference.runners.picto.scene import LIGHTS, LINE_ART, PLACES, RGB, STYLES, WEATHERS, Floats, Scene

Dice = np.random.Generator
Box = tuple[float, float, float, float]  # left, top, right, bottom in shares of a sheet

CONDITIONS = len(STYLES) + len(PLACES) + 1 + len(LIGHTS) + len(WEATHERS) + 1
SHEET = 1.25  # width of a place's sheet by its height
SOFT: list[tuple[RGB, RGB]] = [
    ((0.99, 0.97, 0.93), (0.95, 0.90, 0.82)),
    ((0.88, 0.94, 0.99), (0.74, 0.85, 0.95)),
    ((0.99, 0.90, 0.87), (0.96, 0.78, 0.73)),
    ((0.89, 0.96, 0.90), (0.74, 0.88, 0.77)),
    ((0.94, 0.91, 0.99), (0.82, 0.77, 0.94)),
    ((1.0, 0.95, 0.80), (0.99, 0.86, 0.58)),
    ((0.84, 0.95, 0.94), (0.62, 0.85, 0.83)),
    ((0.98, 0.87, 0.91), (0.93, 0.72, 0.80)),
    ((0.93, 0.94, 0.96), (0.80, 0.82, 0.87)),
    ((0.36, 0.40, 0.54), (0.22, 0.25, 0.38)),
    ((0.99, 0.88, 0.74), (0.98, 0.74, 0.55)),
    ((0.80, 0.88, 0.99), (0.90, 0.80, 0.96)),
]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A scene after the dice. `place` None: a plain background of `ground`, with a disc behind the things at `accent`.

    `crop`: the part of the place's sheet that the canvas shows; `mirror`: mirrored. `sparks`: dice of the overlays.
    """

    scene: Scene
    width: int
    height: int
    spots: tuple[Spot, ...]
    place: int | None
    variant: int
    crop: Box
    mirror: bool
    ground: tuple[RGB, RGB]
    accent: float
    orb: tuple[float, float]
    sparks: int

    @property
    def condition(self) -> Floats:
        """[CONDITIONS]: one-hot style, place (the last: plain), light and weather, and a 1."""
        parts = [
            (self.scene.style, len(STYLES)),
            (len(PLACES) if self.place is None else self.place, len(PLACES) + 1),
            (self.scene.light, len(LIGHTS)),
            (self.scene.weather, len(WEATHERS)),
        ]
        hot = [np.eye(count, dtype=np.float32)[number] for number, count in parts]
        return np.concatenate([*hot, np.ones(1, np.float32)])


def plan(scene: Scene, *, dice: Dice, variants: int, width: int, height: int) -> Plan:
    """Settles what the scene leaves open, for a canvas of these proportions. The same dice: the same plan."""
    aspect = width / height
    place = scene.place
    if place is None and scene.ground is None and (scene.light != light.DAY or scene.weather):
        place = int(dice.choice(OPEN_AIR))
    variant, mirror = int(dice.integers(variants)), bool(dice.random() < 0.5)
    crop = _crop(dice, aspect=aspect, afloat=place in AFLOAT)
    soft, accent = _soft(dice), float(dice.random())
    side, off = float(dice.integers(2)), float(dice.uniform(0.1, 0.3))
    orb = (off + side * (1 - 2 * off), float(dice.uniform(0.1, 0.22)))
    sparks = int(dice.integers(2**31))
    feet = _feet(place, crop)
    long, short = max(aspect, 1.0), max(1 / aspect, 1.0)
    span = (feet[0] * short, feet[1] * short) if feet else None
    spots = layout(scene, dice=dice, width=long, height=short, feet=span)
    return Plan(
        scene=scene,
        width=width,
        height=height,
        spots=tuple(spots),
        place=place,
        variant=variant,
        crop=crop,
        mirror=mirror,
        ground=scene.ground or soft,
        accent=accent if scene.ground is None else 1.0,
        orb=orb,
        sparks=sparks,
    )


def _soft(dice: Dice) -> tuple[RGB, RGB]:
    """Two colours near to one of SOFT's pairs, moved a little towards another's."""
    first, second = (np.array(SOFT[int(number)]) for number in dice.integers(len(SOFT), size=2))
    top, bottom = (first + dice.uniform(0, 0.4) * (second - first)).tolist()
    return (top[0], top[1], top[2]), (bottom[0], bottom[1], bottom[2])


def _crop(dice: Dice, *, aspect: float, afloat: bool) -> Box:
    """A part of the sheet with the canvas' proportions, the near ground in it."""
    zoom = dice.uniform(0.84, 1.0)
    width, height = (zoom, zoom * SHEET / aspect) if aspect > SHEET else (zoom * aspect / SHEET, zoom)
    left = dice.uniform(0, 1 - width)
    top = (1 - height) * (dice.uniform(0, 1) if afloat else dice.uniform(0.72, 1.0))
    return float(left), float(top), float(left + width), float(top + height)


def _feet(place: int | None, crop: Box) -> tuple[float, float] | None:
    """Where things stand, in shares of the canvas' height: on plain backgrounds on a floor that is not drawn."""
    if place is None:
        return 0.8, 0.88
    if place in AFLOAT:
        return None
    far, near = ((y - crop[1]) / (crop[3] - crop[1]) for y in GROUND.get(PLACES[place], USUAL_GROUND))
    return far, min(near, 0.95)


def compose(
    scene: Scene, *, dice: Dice, drawings: Sequence[Floats], places: Places, width: int, height: int
) -> tuple[Floats, Floats]:
    """The rough picture [height, width, 3], 0..1, and the denoiser's condition [CONDITIONS].

    `drawings`: of each thing of the scene [S, S, 4], premultiplied RGBA, 0..1.
    """
    settled = plan(scene, dice=dice, variants=places.variants, width=width, height=height)
    placements = arrange(settled.spots, drawings, unit=min(width, height))
    return render(settled, placements, drawings=drawings, places=places), settled.condition


def render(
    plan: Plan,
    placements: Sequence[Placement],
    *,
    drawings: Sequence[Floats],
    places: Places,
    scale: int = 1,
    ground: Floats | None = None,
) -> Floats:
    """The plan as [height · scale, width · scale, 3], 0..1. `drawings` as in `compose`, of any size.

    `ground`: a picture of that size to stand before instead of the plan's own background.
    """
    scene, width, height = plan.scene, plan.width * scale, plan.height * scale
    sparks = np.random.default_rng(plan.sparks)
    backdrop = None if plan.place is None else places.backdrop(plan.place, plan.variant)
    canvas, sky = _background(plan, backdrop, width, height)
    if ground is not None:
        canvas, sky = ground.astype(np.float32), np.zeros((height, width), np.float32)
    _heavens(canvas, sky, plan, sparks)
    _air(canvas, sky, plan, sparks, near=False)
    tint = light.on_things(place=plan.place, light=scene.light, weather=scene.weather)
    ready = [_prepared(plan, number, drawing, canvas) for number, drawing in enumerate(drawings)]
    for each in sorted(placements, key=lambda each: each.depth):
        shape = _figure(ready[each.thing], each, tint, scale=scale)
        if each.standing:
            foot = (each.box[0] * scale, each.box[2] * scale, each.box[3] * scale)
            edges.shade(canvas, shape, foot=foot, strength=0.5 if plan.place is not None else 0.34)
        edges.set_off(canvas, shape, unit=min(width, height) / 256)
        _put(canvas, shape)
    _air(canvas, sky, plan, sparks, near=True)
    return canvas.clip(0, 1)


def _figure(drawing: Floats, placed: Placement, tint: Floats, *, scale: int) -> Figure:
    """The drawing as it comes to lie on the canvas, in the light there."""
    size = (placed.size[0] * scale, placed.size[1] * scale)
    rgba = figure.turned(drawing, part=placed.part, size=size, tilt=placed.tilt, flip=placed.flip)
    rgba[..., :3] *= tint
    height, width = rgba.shape[:2]
    left = round(placed.centre[0] * scale - width / 2)
    return Figure(rgba, left, round(placed.centre[1] * scale - height / 2))


def _put(canvas: Floats, each: Figure) -> None:
    rows, columns, moved = edges.window(canvas, each, margin=0)
    part = canvas[rows, columns]
    part *= 1 - moved[..., 3:]
    part += moved[..., :3]


def _prepared(plan: Plan, number: int, drawing: Floats, canvas: Floats) -> Floats:
    """The drawing in its colour; line art in an ink that shows on this ground."""
    thing, scene = plan.scene.things[number], plan.scene
    if scene.style != LINE_ART:
        return drawing if thing.colour is None else figure.recoloured(drawing, thing.colour)
    dark = float((canvas @ figure.LUMA).mean()) < 0.42
    ink = thing.colour or ((0.97, 0.97, 0.95) if dark else (0.13, 0.14, 0.18))
    if plan.place is None:
        return figure.inked(drawing, ink=ink, paper=None)
    return figure.inked(drawing, ink=ink, paper=(0.13, 0.15, 0.26) if dark else (1.0, 0.995, 0.98))


def _background(plan: Plan, backdrop: Backdrop | None, width: int, height: int) -> tuple[Floats, Floats]:
    """The canvas before anything stands on it [h, w, 3], and how much of it is sky [h, w]."""
    if backdrop is None or plan.place is None:
        return _plain(plan, width, height), np.zeros((height, width), np.float32)
    part = Image.Resampling
    picture = _cut(backdrop.picture, plan.crop, (width, height), part.BICUBIC)
    sky = _cut(backdrop.sky, plan.crop, (width, height), part.BILINEAR)
    if plan.mirror:
        picture, sky = picture[:, ::-1], sky[:, ::-1]
    shown = _in_light(plan, backdrop, picture, sky)
    if plan.scene.style == LINE_ART:
        dark = plan.place in STARRY or plan.scene.light == light.NIGHT
        shown = light.washed(shown, dark=dark)
    return np.ascontiguousarray(shown), np.ascontiguousarray(sky)


def _cut(sheet: Bytes, crop: Box, size: tuple[int, int], how: Image.Resampling) -> Floats:
    """A part of a sheet of bytes at another size, 0..1."""
    image = Image.fromarray(sheet)
    box = (crop[0] * image.width, crop[1] * image.height, crop[2] * image.width, crop[3] * image.height)
    return np.asarray(image.resize(size, how, box), dtype=np.float32) * np.float32(1 / 255)


def _in_light(plan: Plan, backdrop: Backdrop, picture: Floats, sky: Floats) -> Floats:
    scene, place = plan.scene, plan.place
    assert place is not None  # noqa: S101 (for the type checker: a backdrop is of a place)
    if scene.light == light.DAY and scene.weather == 0:
        return picture.copy()
    top, bottom = plan.crop[1], plan.crop[3]
    span = max(backdrop.horizon, 1e-3)
    first = min(top / span, 1.0)
    skies = backdrop.skies[0] + (backdrop.skies[1] - backdrop.skies[0]) * np.float32(first)
    seen = Backdrop(
        picture=backdrop.picture,
        sky=backdrop.sky,
        skies=np.stack([skies, backdrop.skies[1]]),
        horizon=(backdrop.horizon - top) / (bottom - top),
    )
    return light.lit(seen, picture, sky, place=place, light=scene.light, weather=scene.weather)


def _plain(plan: Plan, width: int, height: int) -> Floats:
    """A gradient; where the colours are left to us, some have a soft light or a disc behind the things."""
    down = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None, None]
    top, bottom = (np.array(colour, dtype=np.float32) for colour in plan.ground)
    canvas: Floats = np.repeat(top + (bottom - top) * down, width, axis=1).astype(np.float32)
    if plan.accent < 0.35:
        across = (np.arange(width, dtype=np.float32) + 0.5 - width / 2)[None]
        deep = (np.arange(height, dtype=np.float32) + 0.5 - height * 0.5)[:, None]
        away = np.hypot(across, deep) / min(width, height)
        glow = np.exp(-np.square(away / 0.42))[..., None] * np.float32(0.55)
        canvas += (1 - canvas) * glow if top.mean() > 0.5 else (top * 1.35 - canvas) * glow
    elif plan.accent < 0.6:
        mask = overlays.Mask(width, height)
        mask.disc(0.5, 0.5, 104 + 20 * plan.accent)
        paler = top + (1 - top) * (0.62 if top.mean() > 0.5 else 0.16)
        canvas += (paler - canvas) * (mask.values() * np.float32(0.75))[..., None]
    shown: Floats = canvas * light.on_things(place=None, light=plan.scene.light, weather=0)
    return shown


def _heavens(canvas: Floats, sky: Floats, plan: Plan, sparks: Dice) -> None:
    """Stars, and the sun or moon, where the sky is open. Changes the canvas."""
    height, width = sky.shape
    lines = plan.scene.style == LINE_ART
    name = LIGHTS[plan.scene.light]
    starry = plan.place in STARRY or name == "night"
    if plan.place is None or not sky.any():
        return
    if starry:
        spread = overlays.stars(sparks, width=width, height=height) * sky
        canvas += (np.array([1.0, 0.98, 0.92], np.float32) - canvas) * spread[..., None]
    if plan.place in STARRY or plan.place in INDOORS or name == "day" or PLACES[plan.place] == "underwater":
        return
    x, y = plan.orb
    if name == "night":
        disc, glow = overlays.orb(
            x, y, 13, width=width, height=height, bite=0.62 if plan.accent < 0.5 else 0.0
        )
        colour, strength = np.array([1.0, 0.97, 0.84], np.float32), 0.3
    else:
        disc, glow = overlays.orb(x, y + 0.2, 19, width=width, height=height)
        colour = np.array([1.0, 0.93, 0.72] if name == "sunset" else [1.0, 0.97, 0.86], np.float32)
        strength = 0.55
    if plan.scene.weather:
        disc, strength = disc * 0.25, strength * 0.4
    canvas += (colour - canvas) * (glow * sky * np.float32(0.2 if lines else strength))[..., None]
    canvas += (colour - canvas) * (disc * sky)[..., None]


def _air(canvas: Floats, sky: Floats, plan: Plan, sparks: Dice, *, near: bool) -> None:
    """Snow, rain, fog and bubbles: behind the things, then before them. Changes the canvas."""
    height, width = sky.shape
    weather = WEATHERS[plan.scene.weather]
    cover = sky if plan.place in INDOORS else np.float32(1)
    if weather == "fog":
        _fog(canvas, plan, near=near)
    elif weather in ("snowfall", "rain"):
        make = overlays.flakes if weather == "snowfall" else overlays.drops
        strength = np.float32(0.95 if weather == "snowfall" else 0.6 if near else 0.5)
        tone = np.array([1.0, 1.0, 1.0] if weather == "snowfall" else [0.87, 0.92, 0.98], np.float32)
        falling = make(sparks, width=width, height=height, near=near) * strength * cover
        canvas += (tone - canvas) * falling[..., None]
    if plan.place is not None and PLACES[plan.place] == "underwater" and not near:
        rings = overlays.bubbles(sparks, width=width, height=height) * np.float32(0.8)
        canvas += (np.array([0.9, 0.98, 1.0], np.float32) - canvas) * rings[..., None]


def _fog(canvas: Floats, plan: Plan, *, near: bool) -> None:
    """A pale veil, thick far away (in the middle of the picture) and thin before the things."""
    if plan.place in INDOORS:
        return
    height = len(canvas)
    down = (np.arange(height, dtype=np.float32) + 0.5) / height
    thick = 0.14 + 0.1 * down if near else 0.34 + 0.4 * np.exp(-np.square((down - 0.56) / 0.3))
    tone = np.array([0.88, 0.91, 0.94], np.float32) * np.array(
        light.LAND[LIGHTS[plan.scene.light]], np.float32
    )
    canvas += (tone - canvas) * thick.astype(np.float32)[:, None, None]
