"""`make evaluate`: how good a model is, by figures. A table for people, and one JSON object as the last line.

    identity      the thing is recognised (the judge's first answer), in combinations that no training saw
    paraphrase    the same for descriptions by hand that do not say the name
    style         the style that was asked for is the one that is seen; setting: the place or the plain ground's colour
    thing_colour  "a blue apple" is blue
    pair          both things of a pair are recognised; count: as many things are seen as were asked for
    diversity     mean difference of four seeds of a name, over that of real training pictures of the same thing
    flat_noise    deviation from a plane in 16 × 16 blocks of plain ground, in levels of 255
    decoder_db    real pictures through encoder and decoder, peak signal to noise
    seconds_12_steps  one picture of 12 steps, prompt to PNG, median; weights_mb: all files, in MB of a million bytes

The judge looks at pixels only, and its own accuracy stands first: no figure can be trusted beyond that.

    python -m inference.training.evaluate [--weights FOLDER] [--share 0.3]
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference import device
from inference.inputs import settle
from inference.runners.base import Runner
from inference.runners.graphs import run as run_graph
from inference.runners.picto import loading
from inference.runners.picto.arrangement import arrange
from inference.runners.picto.composition import plan, render
from inference.training import asked, budget, kept_back
from inference.training.asked import Ask
from inference.training.judging import judge as judges
from inference.training.judging.judge import Judge, Seen
from inference.training.judging.pictures import PLAIN
from inference.training.progress import counted
from inference.training.scenes import Sources, random_scene

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

STEPS = 12
SEEDS = 4
TIMED = 5
BLOCK = 16
REAL_PICTURES = 24
SMALL = 64  # pixels to a side at which pictures are compared
GOALS = {
    "identity": 0.93,
    "paraphrase": 0.65,
    "style": 0.97,
    "setting": 0.97,
    "thing_colour": 0.85,
    "pair": 0.80,
    "count": 0.90,
    "diversity": 0.5,
    "flat_noise": 1.5,
    "decoder_db": 32.0,
    "seconds_12_steps": 1.0,
    "weights_mb": 60.0,
}
SMALLER_IS_BETTER = {"flat_noise", "seconds_12_steps", "weights_mb"}


@dataclass(slots=True)
class Marks:
    """Right or wrong, by figure."""

    given: dict[str, list[bool]] = field(default_factory=dict)

    def give(self, figure: str, is_right: bool) -> None:
        self.given.setdefault(figure, []).append(bool(is_right))

    def shares(self) -> dict[str, float]:
        return {figure: round(float(np.mean(marks)), 3) for figure, marks in self.given.items()}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="make evaluate", description="Judge a trained model.")
    parser.add_argument("--weights", type=Path, default=loading.WEIGHTS, help="folder of the model's files")
    parser.add_argument("--share", type=float, default=1.0, help="of the prompts: 0.3 is quicker and coarser")
    options = parser.parse_args(arguments)
    folder = budget.folder()
    runner = loading.load(threads=device.default_threads(), folder=options.weights)
    trusted = judges.report(folder, tests=max(20, round(judges.TESTS * options.share)))
    found = figures(
        runner,
        folder=folder,
        share=options.share,
        decoded=lambda picture: _through(runner, picture),
    )
    found["weights_mb"] = weights_mb(options.weights)
    sys.stdout.write(table(found, trusted) + "\n" + json.dumps(found) + "\n")


def figures(
    runner: Runner, *, folder: Path, share: float = 1.0, decoded: Callable[[Floats], Floats]
) -> dict[str, float]:
    """Every figure but `weights_mb`. `decoded`: a real picture [256, 256, 3] through encoder and decoder."""
    judge, sources = Judge.load(folder), Sources.load(folder)
    things = json.loads((folder / "drawings" / "things.json").read_text(encoding="utf-8"))
    names = [thing["name"] for thing in things]
    some = {kind: max(4, round(count * share)) for kind, count in asked.COUNTS.items()}
    back = kept_back.read()
    asks = [
        *(("held_out", ask) for ask in asked.held_combinations(sources.slugs, names, count=some["held_out"])),
        *(("paraphrase", ask) for ask in asked.paraphrases(names, back, count=some["paraphrase"])),
        *(("colour", ask) for ask in asked.coloured(names, count=some["colour"])),
        *(("pair", ask) for ask in asked.pairs(names, count=some["pair"])),
        *(("count", ask) for ask in asked.counted(names, count=some["count"])),
        *(("plain", ask) for ask in asked.on_plain(names, count=some["plain"])),
    ]
    marks, noise = Marks(), []
    for seed, (kind, ask) in enumerate(counted("evaluate", asks, total=len(asks))):
        picture = draw(runner, ask.prompt, seed=seed)
        seen = judge.look(picture)
        mark(marks, kind, ask, seen)
        if kind == "plain":
            noise += flat_noise(picture, seen)
    return {
        **{name: marks.shares().get(name, 0.0) for name in list(GOALS)[:7]},
        "diversity": round(diversity(runner, sources, asked.bare(names, count=some["diversity"]), names), 3),
        "flat_noise": round(float(np.mean(noise)) if noise else 0.0, 2),
        "decoder_db": round(decoder_db(sources, decoded), 2),
        "seconds_12_steps": round(seconds(runner), 3),
    }


def mark(marks: Marks, kind: str, ask: Ask, seen: Seen) -> None:
    """What a picture is marked for follows from why it was asked for."""
    first = [things[0] for things in seen.things]
    if kind == "held_out":
        marks.give("identity", first[0] in ask.things[0])
        marks.give("style", seen.style == ask.style)
    if kind == "paraphrase":
        marks.give("paraphrase", first[0] in ask.things[0])
    if kind in {"held_out", "plain"}:
        is_plain = seen.place == PLAIN and seen.ground == ask.ground
        marks.give("setting", is_plain if ask.place is None else seen.place == ask.place)
    if kind == "colour":
        marks.give("thing_colour", seen.colour == ask.colour)
    if kind == "pair":
        marks.give("pair", all(any(name in right for name in first) for right in ask.things))
    if kind == "count":
        marks.give("count", seen.count == ask.count)


def draw(runner: Runner, prompt: str, *, seed: int, steps: int = STEPS) -> Bytes:
    """One finished picture [256, 256, 3]."""
    input = settle(runner.card.schema, {"prompt": prompt, "steps": steps})
    sample = runner.begin(input, seed=seed)
    for _ in range(steps):
        runner.step([sample])
        sample.step += 1
    [file] = runner.decode([sample])
    return np.asarray(Image.open(io.BytesIO(file or b"")).convert("RGB"))


def flat_noise(picture: Bytes, seen: Seen) -> list[float]:
    """Of each block of plain ground: root mean square of what a plane through it does not explain, in levels."""
    cover = np.asarray(
        Image.fromarray(seen.cover).resize((picture.shape[1], picture.shape[0]), Image.Resampling.BILINEAR)
    )
    rows, columns = np.mgrid[0:BLOCK, 0:BLOCK].reshape(2, -1) / BLOCK
    basis = np.stack([rows, columns, np.ones_like(rows)], axis=1)
    away = np.eye(BLOCK**2) - basis @ np.linalg.pinv(basis)
    found = []
    for top in range(0, picture.shape[0] - BLOCK + 1, BLOCK):
        for left in range(0, picture.shape[1] - BLOCK + 1, BLOCK):
            part = np.s_[top : top + BLOCK, left : left + BLOCK]
            around = np.s_[max(0, top - BLOCK) : top + 2 * BLOCK, max(0, left - BLOCK) : left + 2 * BLOCK]
            if cover[around].max() < 0.15:
                rest = away @ picture[part].reshape(BLOCK**2, 3).astype(float)
                found.append(float(np.sqrt(np.square(rest).mean())))
    return found


def diversity(runner: Runner, sources: Sources, asks: Iterable[Ask], names: list[str]) -> float:
    """Mean over the prompts of: difference of the model's four seeds over that of four real pictures of the thing."""
    shares = []
    for number, ask in enumerate(counted("diversity", asks, total=len(names))):
        [thing] = ask.things[0]
        drawn = [draw(runner, ask.prompt, seed=1000 * number + seed) for seed in range(SEEDS)]
        dice = np.random.default_rng([asked.SEED, 7, number])
        real = [_real(sources, thing, dice=dice) for _ in range(SEEDS)]
        shares.append(_difference(drawn) / max(_difference(real), 1e-6))
    return float(np.mean(shares))


def decoder_db(sources: Sources, decoded: Callable[[Floats], Floats]) -> float:
    """Over real pictures of scenes that no training drew."""
    dice = np.random.default_rng([asked.SEED, 8])
    errors = []
    for _ in range(REAL_PICTURES):
        picture = _real(sources, int(dice.integers(len(sources.slugs))), dice=dice)
        errors.append(float(np.square(decoded(picture) - picture).mean()))
    return -10 * float(np.log10(np.mean(errors)))


def seconds(runner: Runner) -> float:
    times = []
    for seed in range(TIMED):
        began = time.perf_counter()
        draw(runner, f"a fox in the snow, number {seed}", seed=seed)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def weights_mb(folder: Path) -> float:
    kinds = {".onnx", ".npz", ".npy", ".json", ".safetensors"}
    return round(sum(path.stat().st_size for path in folder.iterdir() if path.suffix in kinds) / 1e6, 1)


def table(found: dict[str, float], trusted: dict[str, float]) -> str:
    """The judge's own accuracy, then each figure beside its goal."""
    lines = ["the judge itself, on real drawings in held-out combinations:"]
    lines += [f"  {name:<18}{share:>8.3f}" for name, share in trusted.items()]
    lines += ["", f"  {'figure':<18}{'found':>8}{'goal':>8}"]
    for name, goal in GOALS.items():
        value = found.get(name, float("nan"))
        is_met = value <= goal if name in SMALLER_IS_BETTER else value >= goal
        lines.append(f"  {name:<18}{value:>8.3f}{goal:>8.2f}{'' if is_met else '  short of it'}")
    return "\n".join(lines)


def _real(sources: Sources, thing: int, *, dice: np.random.Generator) -> Floats:
    """A training picture [256, 256, 3] with this thing in it, from the exact drawings."""
    scene = random_scene(dice, things=len(sources.slugs))
    scene = replace(scene, things=(replace(scene.things[0], drawing=thing),), relation=0)
    settled = plan(scene, dice=dice, variants=sources.painted.variants, width=256, height=256)
    drawings = sources.drawn(sources.exact, scene)
    placements = arrange(settled.spots, drawings, unit=256)
    return render(settled, placements, drawings=drawings, places=sources.painted)


def _difference(pictures: list[Any]) -> float:
    """Mean root mean square difference of all pairs, at SMALL pixels."""
    small = [
        np.asarray(Image.fromarray(_as_bytes(picture)).resize((SMALL, SMALL), Image.Resampling.BOX), float)
        for picture in pictures
    ]
    return float(np.mean([np.sqrt(np.square(one - two).mean()) for one, two in combinations(small, 2)]))


def _as_bytes(picture: NDArray[Any]) -> Bytes:
    if picture.dtype == np.uint8:
        return picture
    found: Bytes = (picture * 255 + 0.5).astype(np.uint8)
    return found


def _through(runner: loading.PictoRunner, picture: Floats) -> Floats:
    image = np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)
    latent = run_graph(runner.encoder, image=image)["latent"]
    drawn: Floats = run_graph(runner.decoders[1], latent=latent)["image"][0].transpose(1, 2, 0).clip(0, 1)
    return drawn


if __name__ == "__main__":
    main()
