"""`make samples`: the sheets of the model card, from fixed seeds, and ten pictures beside the nearest training drawing.

python -m inference.training.samples [--weights FOLDER] [--to FOLDER]

things.webp    plain names, one picture each       places.webp    one thing in every place
scenes.webp    whole prompts                       seeds.webp     four seeds of four prompts
styles.webp    one thing in every style            nearest.webp   ten pictures, each above its nearest drawing
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from inference import device
from inference.runners.base import Runner
from inference.runners.picto import loading
from inference.runners.picto.scene import PLACES, STYLES
from inference.training import asked, budget
from inference.training.evaluate import draw
from inference.training.judging import namer
from inference.training.judging.judge import Judge
from inference.training.progress import counted

Bytes = NDArray[np.uint8]

SIDE = 128  # pixels of a picture on a sheet
SEED = 7
THINGS = 40
SCENES = (
    "a penguin in the snow",
    "a blue apple",
    "two cats beside a dog in a library",
    "a rocket on the moon at night",
    "a tiny castle on the beach at sunset",
    "a whale in the sea",
    "three purple butterflies in a garden",
    "a robot in front of a bookshelf",
    "a huge strawberry on a yellow background",
    "an owl above a book, cartoon",
    "a dragon in front of a volcano, 3d",
    "a fox in the rain",
)
SEEDED = ("a fox", "a sailboat", "a penguin in the snow", "a cake")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="make samples", description="Draw the sheets of the model card.")
    parser.add_argument("--weights", type=Path, default=loading.WEIGHTS)
    parser.add_argument("--to", type=Path, default=loading.WEIGHTS.parent / "samples")
    options = parser.parse_args(arguments)
    runner = loading.load(threads=device.default_threads(), folder=options.weights)
    options.to.mkdir(parents=True, exist_ok=True)
    names = runner.reader.vocabulary.things
    some = [
        names[n]
        for n in np.random.default_rng(SEED).choice(len(names), min(THINGS, len(names)), replace=False)
    ]
    sheets = {
        "things": ([(asked.a(name), SEED) for name in some], 8),
        "scenes": ([(prompt, SEED) for prompt in SCENES], 4),
        "styles": ([(f"a fox {how}", SEED) for how in asked.HOW], len(STYLES)),
        "places": ([(f"a cat {asked.WHERE[place]}", SEED) for place in PLACES], 6),
        "seeds": ([(prompt, seed) for prompt in SEEDED for seed in range(4)], 4),
    }
    for name, (prompts, across) in sheets.items():
        pictures = [
            draw(runner, prompt, seed=seed) for prompt, seed in counted(name, prompts, total=len(prompts))
        ]
        _save(sheet(pictures, across=across), options.to / f"{name}.webp")
    _save(nearest(runner, budget.folder(), names=some[:10]), options.to / "nearest.webp")


def sheet(pictures: list[Bytes], *, across: int) -> Image.Image:
    """Pictures in rows of `across`, at SIDE pixels each."""
    rows = -(-len(pictures) // across)
    made = Image.new("RGB", (across * SIDE, rows * SIDE), "white")
    for number, picture in enumerate(pictures):
        small = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        made.paste(small, (number % across * SIDE, number // across * SIDE))
    return made


def nearest(runner: Runner, folder: Path, *, names: list[str]) -> Image.Image:
    """Above: what is drawn for a name. Below: the training drawing that the judge finds most like it."""
    judge = Judge.load(folder)
    drawings = np.load(folder / "drawings" / "rgba192.npy", mmap_mode="r")
    count = len(json.loads((folder / "drawings" / "things.json").read_text(encoding="utf-8")))
    above, below = [], []
    for number, name in enumerate(names):
        picture = draw(runner, asked.a(name), seed=SEED + number)
        above.append(picture)
        pixels = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255
        seen = judge.look(picture)
        with torch.inference_mode():
            cut = namer.cut_out(pixels, torch.from_numpy(seen.boxes[:1]))
            best = int(judge.gallery.likeness(cut)[0, :count].flatten().argmax())
        shown = drawings[best // len(STYLES), best % len(STYLES)].astype(int)
        white = shown[..., :3] + 255 - shown[..., 3:]
        below.append(white.clip(0, 255).astype(np.uint8))
    return sheet([*above, *below], across=len(names))


def _save(made: Image.Image, path: Path) -> None:
    made.save(path, "WEBP", quality=82, method=6)


if __name__ == "__main__":
    main()
