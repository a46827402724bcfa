"""The training drawings: about 1,000 things, each drawn in five styles by the sets of packages.py, as pixels.

A thing is an emoji that all five sets draw. What is no thing (flags, signs, letters, clock faces, hands, skin tones)
is left out by NOT_A_THING. Files, in `folder`/drawings/:

    things.json     [{"slug", "name", "group", "keywords", "emoji"}], in the order of the things' numbers
    rgba384.npy     [things, 5, 384, 384, 4] uint8, straight alpha
    rgba192.npy     [things, 5, 192, 192, 4] uint8, colour multiplied by alpha, as composition wants it
"""

from __future__ import annotations

import io
import json
import re
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.training import budget, packages
from inference.training.progress import counted

Bytes = NDArray[np.uint8]
Shape = tuple[str, float, float]  # the inside of an SVG, its width and height

SIZE = 384
INK = "#222222"  # what `currentColor` of the line art becomes
COVERED = 0.04  # of the square at least, in every style: less is a dot
GROUPS = {
    "Smileys & Emotion",
    "Animals & Nature",
    "Food & Drink",
    "Travel & Places",
    "Activities",
    "Objects",
    "People & Body",
}
NOT_A_THING = re.compile(
    r"o.clock|thirty|button|skin tone|\bhand\b|hands|finger|fist|palm|mark$|keycap|sign$|symbol"
    r"|heart with|^love|arrow|medium|: |gesturing|pointing"
)
# Of the people only those who are something: an astronaut, a mermaid.
SOMEBODY = re.compile(
    r"^(man|woman|men|women|person|people|family|couple|kiss|index|foot|leg|ear|nose|tongue|mouth|eye|boy|girl)\b.+"
)


def run(*, folder: Path, minutes: float = 0) -> None:
    """Fetch and render; about three minutes on two cores. There is no budget to it: half of a set is of no use."""
    target = folder / "drawings"
    if (target / "rgba192.npy").is_file():
        return
    target.mkdir(parents=True, exist_ok=True)
    sets = [_shapes(packages.fetch(package, folder=folder)) for package in packages.DRAWINGS.values()]
    things = choose(_names(folder), keywords=_keywords(folder), drawn=set.intersection(*map(set, sets)))
    things = spread(things, budget.amount("things"))
    part = target / "rgba384.part.npy"
    shape = (len(things), len(sets), SIZE, SIZE, 4)
    pixels = np.lib.format.open_memmap(part, mode="w+", dtype=np.uint8, shape=shape)
    jobs = [[drawn[thing["slug"]] for drawn in sets] for thing in things]
    with ProcessPoolExecutor(budget.threads()) as pool:
        rendered = pool.map(_render_all, jobs, chunksize=4)
        for number, styles in enumerate(counted("drawings", rendered, total=len(jobs))):
            pixels[number] = styles
    kept = [number for number in range(len(things)) if _is_seen(pixels[number])]
    _write(target, [things[number] for number in kept], pixels=pixels, kept=kept)
    part.unlink()


def choose(
    names: dict[str, dict[str, Any]], *, keywords: dict[str, list[str]], drawn: set[str]
) -> list[dict[str, Any]]:
    """The things, in the order of Unicode's own list. `names`: emoji → its entry; `drawn`: slugs that all sets have."""
    things = []
    for emoji, entry in names.items():
        name, slug = entry["name"].lower(), slug_of(entry["name"])
        if slug not in drawn or entry["group"] not in GROUPS:
            continue
        if NOT_A_THING.search(name) or (entry["group"] == "People & Body" and SOMEBODY.search(name)):
            continue
        things.append(
            {
                "slug": slug,
                "name": name,
                "group": entry["group"],
                "keywords": keywords.get(_bare(emoji), []),
                "emoji": emoji,
            }
        )
    return things


def spread(things: list[dict[str, Any]], count: int | None) -> list[dict[str, Any]]:
    """`count` of the things, from all over the list; all of them when `count` is None."""
    if count is None or count >= len(things):
        return things
    return [things[number * len(things) // count] for number in range(count)]


def slug_of(name: str) -> str:
    """A name as the sets of drawings spell it: `mage’s hat` is `mages-hat`."""
    plain = name.lower().replace("’", "").replace("'", "")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def render(shape: Shape, *, size: int) -> Bytes:
    """[size, size, 4], straight alpha; a shape that is no square stands in the middle of one."""
    import resvg_py  # only training has it

    body, width, height = shape
    side = max(width, height)
    box = f"{(width - side) / 2} {(height - side) / 2} {side} {side}"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{box}" width="{size}" height="{size}">{body.replace("currentColor", INK)}</svg>'
    )
    drawn = Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg)))).convert("RGBA")
    return np.asarray(drawn.resize((size, size), Image.Resampling.LANCZOS) if drawn.width != size else drawn)


def premultiplied(pixels: Bytes, *, size: int) -> Bytes:
    """[…, H, W, 4] straight to [size, size, 4] with the colour multiplied by alpha, reduced by area."""
    factor = pixels.shape[-2] // size
    wide = pixels.astype(np.float32)
    wide[..., :3] *= wide[..., 3:] / 255
    small = wide.reshape(size, factor, size, factor, 4).mean(axis=(1, 3))
    rounded: Bytes = (small + 0.5).astype(np.uint8)
    return rounded


def _render_all(shapes: list[Shape]) -> Bytes:
    return np.stack([render(shape, size=SIZE) for shape in shapes])


def _is_seen(styles: Bytes) -> bool:
    """Is enough of the square covered in every style?"""
    return bool(((styles[..., 3] > 128).mean(axis=(1, 2)) > COVERED).all())


def _write(target: Path, things: list[dict[str, Any]], *, pixels: Bytes, kept: list[int]) -> None:
    """The kept drawings in both sizes. rgba192.npy comes last: where it is, all is there."""
    styles = pixels.shape[1]
    large = np.lib.format.open_memmap(
        target / "rgba384.npy", mode="w+", dtype=np.uint8, shape=(len(kept), *pixels.shape[1:])
    )
    small = np.empty((len(kept), styles, SIZE // 2, SIZE // 2, 4), np.uint8)
    for place, number in enumerate(kept):
        large[place] = pixels[number]
        for style in range(styles):
            small[place, style] = premultiplied(pixels[number, style], size=SIZE // 2)
    large.flush()
    (target / "things.json").write_text(json.dumps(things, ensure_ascii=False, indent=0), encoding="utf-8")
    np.save(target / "rgba192.part.npy", small)
    (target / "rgba192.part.npy").rename(target / "rgba192.npy")


def _shapes(package: Path) -> dict[str, Shape]:
    """Slug → shape, plain aliases included."""
    found = json.loads((package / "icons.json").read_text(encoding="utf-8"))
    width, height = found.get("width", 16), found.get("height", 16)
    shapes = {
        name: (icon["body"], icon.get("width", width), icon.get("height", height))
        for name, icon in found["icons"].items()
    }
    for name, alias in found.get("aliases", {}).items():
        if alias["parent"] in shapes and set(alias) == {"parent"}:
            shapes[name] = shapes[alias["parent"]]
    return shapes


def _names(folder: Path) -> dict[str, dict[str, Any]]:
    file = packages.fetch(packages.NAMES, folder=folder) / "data-by-emoji.json"
    names: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return names


def _keywords(folder: Path) -> dict[str, list[str]]:
    file = packages.fetch(packages.KEYWORDS, folder=folder) / "en" / "data.json"
    entries = json.loads(file.read_text(encoding="utf-8"))
    return {_bare(entry["emoji"]): entry.get("tags", []) for entry in entries}


def _bare(emoji: str) -> str:
    """Without the selector that asks for a coloured picture: the lists disagree about it."""
    return emoji.replace("\ufe0f", "")
