"""The light of a scene: what dawn, sunset, night and weather do to a sky, to a place and to the things in it."""

from __future__ import annotations

import numpy as np

from inference.runners.picto.places import INDOORS, STARRY, Backdrop
from inference.runners.picto.scene import LIGHTS, PLACES, WEATHERS, Floats

DAY, NIGHT = LIGHTS.index("day"), LIGHTS.index("night")

# The sky's colours from the top down to the horizon, by light.
SKIES = {
    "dawn": [(0.49, 0.66, 0.88), (0.96, 0.76, 0.78), (1.0, 0.91, 0.76)],
    "sunset": [(0.36, 0.29, 0.58), (0.93, 0.47, 0.42), (1.0, 0.80, 0.47)],
    "night": [(0.035, 0.06, 0.19), (0.10, 0.15, 0.36), (0.24, 0.30, 0.52)],
}
CLOUDS = {"dawn": (1.0, 0.93, 0.9), "sunset": (1.0, 0.66, 0.55), "night": (0.36, 0.42, 0.64)}
# What the light multiplies the land by, and the things on it, which stay a little clearer.
LAND = {
    "day": (1.0, 1.0, 1.0),
    "dawn": (1.0, 0.9, 0.88),
    "sunset": (0.96, 0.72, 0.62),
    "night": (0.36, 0.43, 0.68),
}
THINGS = {
    "day": (1.0, 1.0, 1.0),
    "dawn": (1.0, 0.96, 0.93),
    "sunset": (1.0, 0.87, 0.78),
    "night": (0.74, 0.78, 0.95),
}
INDOOR_LAND = {"dawn": (1.0, 0.95, 0.92), "sunset": (1.0, 0.86, 0.76), "night": (0.62, 0.55, 0.6)}
# What a place itself does to the things in it.
TINTS = {
    "underwater": (0.84, 0.96, 1.0),
    "space": (0.94, 0.94, 1.0),
    "cave": (0.88, 0.88, 0.96),
    "forest": (0.97, 1.0, 0.95),
    "jungle": (0.95, 1.0, 0.93),
    "volcano": (1.0, 0.92, 0.87),
}
CLOUDY = {
    "snowfall": ((0.72, 0.79, 0.88), 0.6),
    "rain": ((0.5, 0.56, 0.64), 0.74),
    "fog": ((0.86, 0.89, 0.92), 0.8),
}
DULL = {"clear": 1.0, "snowfall": 0.97, "rain": 0.84, "fog": 0.98}


def lit(backdrop: Backdrop, picture: Floats, sky: Floats, *, place: int, light: int, weather: int) -> Floats:
    """The place [h, w, 3] in its light and weather. `sky` [h, w] 0..1; `backdrop` tells the colours of its day."""
    if place in STARRY:  # space and the moon have no day to lose
        return picture
    name, indoors = LIGHTS[light], place in INDOORS
    land = np.array(INDOOR_LAND.get(name, LAND[name]) if indoors else LAND[name], dtype=np.float32)
    if not indoors:
        land = land * np.float32(DULL[WEATHERS[weather]])
    shown = picture * land
    if sky.any():
        shown += (_sky(backdrop, picture, light=light, weather=weather) - shown) * sky[..., None]
    return shown


def _sky(backdrop: Backdrop, picture: Floats, *, light: int, weather: int) -> Floats:
    """[h, w, 3]: the picture as if all of it were sky, its clouds kept."""
    height = len(picture)
    rows = np.arange(height, dtype=np.float32) + np.float32(0.5)
    down: Floats = np.clip(rows * np.float32(1 / height / max(backdrop.horizon, 1e-3)), 0, 1)
    before = backdrop.skies[0] + (backdrop.skies[1] - backdrop.skies[0]) * down[:, None]
    after, name = before, LIGHTS[light]
    if light != DAY:
        after = _gradient(SKIES[name], down)
    grey, share = CLOUDY.get(WEATHERS[weather], ((0.0, 0.0, 0.0), 0.0))
    dim = np.array(LAND[name], dtype=np.float32)
    after = after + (np.array(grey, dtype=np.float32) * dim - after) * np.float32(share)
    room = np.maximum(1 - before.mean(axis=-1), 0.06)[:, None]
    cloudy = np.clip((picture.mean(axis=-1) - before.mean(axis=-1)[:, None]) / room, -1, 1)[..., None]
    white = np.array(CLOUDS.get(name, (1.0, 1.0, 1.0)), dtype=np.float32)
    white = white + (np.array(grey, dtype=np.float32) * dim * 1.1 - white) * np.float32(share)
    base = after[:, None]
    shade: Floats = base + np.maximum(cloudy, 0) * (white - base) + np.minimum(cloudy, 0) * base * 0.6
    return shade


def _gradient(stops: list[tuple[float, float, float]], down: Floats) -> Floats:
    """[h, 3] through the stops."""
    table = np.array(stops, dtype=np.float32)
    at = np.linspace(0, 1, len(table))
    return np.stack([np.interp(down, at, table[:, i]) for i in range(3)], axis=-1).astype(np.float32)


def on_things(*, place: int | None, light: int, weather: int) -> Floats:
    """[3]: what the light multiplies the things by."""
    tint = np.array(THINGS[LIGHTS[light]], dtype=np.float32)
    if place is None:
        return tint if light != DAY else np.ones(3, np.float32)
    if place in STARRY:
        tint = np.ones(3, np.float32)
    elif place in INDOORS and light == NIGHT:
        tint = np.array([0.92, 0.86, 0.84], dtype=np.float32)
    elif place not in INDOORS:
        tint = tint * np.float32(1 - (1 - DULL[WEATHERS[weather]]) * 0.5)
    return tint * np.array(TINTS.get(PLACES[place], (1.0, 1.0, 1.0)), dtype=np.float32)


def washed(picture: Floats, *, dark: bool) -> Floats:
    """A place as a pale wash of one tone, the ground that line art is drawn on."""
    grey = (picture @ np.array([0.3, 0.59, 0.11], dtype=np.float32))[..., None]
    if dark:
        paper, deep = np.array([0.34, 0.38, 0.52]), np.array([0.09, 0.11, 0.2])
    else:
        paper, deep = np.array([0.985, 0.965, 0.925]), np.array([0.70, 0.69, 0.70])
    tone = deep + (paper - deep) * np.clip(grey * 1.1, 0, 1)
    result: Floats = (0.86 * tone + 0.14 * picture * (0.4 if dark else 1.0)).astype(np.float32)
    return result
