"""What keeps a thing apart from what it stands before: its shadow on the ground, and an edge where colours meet."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from inference.runners.picto.figure import LUMA, Figure
from inference.runners.picto.scene import Floats

ALIKE, APART = 0.11, 0.26  # distance of two RGB colours: below it they melt, above it they do not


def window(canvas: Floats, figure: Figure, *, margin: int) -> tuple[slice, slice, Floats]:
    """The part of the canvas around a figure, and the figure's [h, w, 4] moved into it."""
    left, top, right, bottom = figure.box
    x0, x1 = max(0, left - margin), min(canvas.shape[1], right + margin)
    y0, y1 = max(0, top - margin), min(canvas.shape[0], bottom + margin)
    moved = np.zeros((max(0, y1 - y0), max(0, x1 - x0), 4), np.float32)
    a0, b0, a1, b1 = max(left, x0), max(top, y0), min(right, x1), min(bottom, y1)
    if a1 > a0 and b1 > b0:
        moved[b0 - y0 : b1 - y0, a0 - x0 : a1 - x0] = figure.rgba[b0 - top : b1 - top, a0 - left : a1 - left]
    return slice(y0, y1), slice(x0, x1), moved


def shade(canvas: Floats, figure: Figure, *, foot: tuple[float, float, float], strength: float) -> None:
    """A soft shadow where the figure touches the ground, as wide as its foot. Changes the canvas.

    `foot`: left, right and bottom of what is visible of the figure.
    """
    left, bottom = figure.left, foot[2]
    alpha = figure.rgba[..., 3]
    end = round(bottom) - figure.top
    sole = alpha[max(0, end - max(2, len(alpha) // 8)) : max(1, end)].max(axis=0)
    columns = np.flatnonzero(sole > 0.4)
    if not len(columns):
        return
    x = left + (columns[0] + columns[-1] + 1) / 2
    half = max((columns[-1] - columns[0]) / 2, (foot[1] - foot[0]) * 0.16) * 1.12 + 2
    deep = max(half * 0.2, 2.5)
    y0, y1 = max(0, int(bottom - 3 * deep)), min(canvas.shape[0], int(bottom + 3 * deep))
    x0, x1 = max(0, int(x - 2.2 * half)), min(canvas.shape[1], int(x + 2.2 * half))
    across = ((np.arange(x0, x1, dtype=np.float32) + 0.5 - x) / half)[None]
    down = ((np.arange(y0, y1, dtype=np.float32) + 0.5 - (bottom - 0.25 * deep)) / deep)[:, None]
    dark = np.float32(strength) * np.exp(-(across**4) * 0.8 - np.square(down) * 0.9)
    tone = np.array([0.10, 0.10, 0.20], dtype=np.float32)
    part = canvas[y0:y1, x0:x1]
    part += (part * (0.35 + 0.3 * tone) - part) * dark[..., None]


def set_off(canvas: Floats, figure: Figure, *, unit: float) -> None:
    """Where a figure's rim has the colour of what is behind it, draws a light edge (or a dark one on a light ground)
    around it and clears the ground next to it. Changes the canvas; the figure goes on top afterwards.

    `unit`: pixels in a 256th of the canvas' shorter side.
    """
    rows, columns, moved = window(canvas, figure, margin=int(14 * unit) + 2)
    if moved.size == 0:
        return
    alpha = moved[..., 3]
    part = canvas[rows, columns]
    blur = 3.0 * unit
    inside = _blurred(moved, blur)
    own = inside[..., :3] / np.maximum(inside[..., 3:], 1e-2)
    apart = np.sqrt(np.square(own - part).mean(axis=-1)) + 0.5 * np.abs((own - part) @ LUMA)
    alike = np.clip((APART - apart) / (APART - ALIKE), 0, 1) * (inside[..., 3] > 0.02)
    alike = _blurred(alike, blur)
    if float((alike * _ring(alpha, unit)).sum()) < 1:
        return
    behind = float(np.average(part @ LUMA, weights=inside[..., 3] * (1 - alpha) + 1e-6))
    light = behind < 0.62
    target = np.array([0.97, 0.985, 1.0] if light else [0.30, 0.33, 0.42], dtype=np.float32)
    halo = _blurred(alpha, 6.0 * unit) * alike
    part += (target - part) * (halo * np.float32(0.5 if light else 0.3))[..., None]
    rim = _grown(alpha, 1.7 * unit) * np.clip(alike * 1.6, 0, 1)
    part += (target - part) * (rim * np.float32(0.88 if light else 0.6))[..., None]


def _ring(alpha: Floats, unit: float) -> Floats:
    return np.clip(_grown(alpha, 2.5 * unit) - alpha, 0, 1)


def _grown(alpha: Floats, by: float) -> Floats:
    """The shape with `by` pixels added all round, its edge soft by one pixel."""
    soft = _blurred(alpha, by * 0.75)
    return np.clip(soft * 4.2, 0, 1)


def _blurred(values: Floats, radius: float) -> Floats:
    """Each channel by a Gaussian; 8 bits are enough for what it is used for."""
    raw = (values.clip(0, 1) * 255 + 0.5).astype(np.uint8)
    if values.ndim == 2:
        image = Image.fromarray(raw)
    else:
        image = Image.frombytes("RGBa", (raw.shape[1], raw.shape[0]), raw.tobytes())
    soft = image.filter(ImageFilter.BoxBlur(radius * 0.8)).filter(ImageFilter.BoxBlur(radius * 0.8))
    found = np.frombuffer(soft.tobytes(), np.uint8).reshape(values.shape)
    return found.astype(np.float32) * np.float32(1 / 255)
