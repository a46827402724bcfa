"""Stage "scenes": what the picture side learns from. Scenes by dice, each rendered as truth and as rough picture.

    truth    exact drawings, painted places at full detail                 → latent, what the denoiser is to find
    coarse   drawings as the model decodes them, places as the bank has them → latent, what it is given

Both are one plan (runners/picto/composition.py), so that they lie on each other pixel by pixel. Written in shards,
each by its own dice: several processes can share the work, and a killed one repeats one shard.

    scenes/0000.pt     truth, coarse [256, 192, h, w] float16; condition [256, 37]. All of one shape, see SHAPES
    pictures/0000.pt   the same of 32 square scenes, and picture [32, 256, 256, 3], large [32, 512, 512, 3], bytes
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from inference.runners.picto.arrangement import Placement, arrange
from inference.runners.picto.composition import Plan, plan, render
from inference.runners.picto.places import Bank
from inference.runners.picto.scene import (
    LIGHTS,
    PLACES,
    POSITIONS,
    RELATIONS,
    STYLES,
    WEATHERS,
    Floats,
    Scene,
    Thing,
)
from inference.training import bank, budget, machine
from inference.training.held_out import held_out
from inference.training.latent import Latent, fit
from inference.training.painted import Painted, paint_all
from inference.training.progress import counted

Dice = np.random.Generator

SHAPES = ((256, 256), (192, 256), (256, 192), (256, 144))  # width, height
TURNS = (0, 0, 1, 0, 2, 0, 3, 0)  # the shape of a shard, by its number
SHARD, PICTURES = 256, 32

STYLE_SHARES = (0.26, 0.2, 0.2, 0.2, 0.14)
LIGHT_SHARES = (0.62, 0.09, 0.12, 0.17)
WEATHER_SHARES = (0.79, 0.08, 0.08, 0.05)
COUNT_SHARES = (0.72, 0.1, 0.08, 0.05, 0.05)


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Everything that scenes are rendered from, opened once."""

    slugs: list[str]
    exact: NDArray[np.uint8]
    large: NDArray[np.uint8]
    decoded: NDArray[np.uint8]
    painted: Painted

    @classmethod
    def load(cls, folder: Path) -> Sources:
        at = folder / "drawings"
        things = json.loads((at / "things.json").read_text(encoding="utf-8"))
        refined = at / "decoded192.npy"
        return cls(
            slugs=[thing["slug"] for thing in things],
            exact=np.load(at / "rgba192.npy", mmap_mode="r"),
            large=np.load(at / "rgba384.npy", mmap_mode="r"),
            decoded=np.load(refined if refined.exists() else at / "decoded96.npy", mmap_mode="r"),
            painted=Painted.load(folder),
        )

    def drawn(self, table: NDArray[np.uint8], scene: Scene) -> list[Floats]:
        """The scene's drawings [S, S, 4], premultiplied, 0..1."""
        shown = [
            np.asarray(table[thing.drawing, scene.style], np.float32) * np.float32(1 / 255)
            for thing in scene.things
        ]
        if table is self.large:  # kept with straight alpha
            for each in shown:
                each[..., :3] *= each[..., 3:]
        return shown


def run(*, folder: Path, minutes: float = 0) -> None:
    """Places, latent, bank, then the shards that are missing. About 25 ms of one core a picture."""
    paint_all(folder)
    sources = Sources.load(folder)
    if not (folder / "latent.npz").exists():
        fit(folder, np.stack(list(_truths(sources, budget.amount("fitted") or 0))))
    bank.run(folder=folder)
    total = budget.amount("scenes") or 16_384
    write(folder, sources, numbers=range(max(1, total // SHARD)))
    write_pictures(folder, sources, numbers=range(max(1, total // 512)))


def write(folder: Path, sources: Sources, *, numbers: Iterable[int]) -> None:
    """The shards of these numbers, where they are missing."""
    latent, places = Latent.load(folder), Bank.load(folder / "onnx" / "places.npz")
    missing = [n for n in numbers if not (folder / "scenes" / f"{n:04}.pt").exists()]
    for number in counted("scenes", missing, total=len(missing)):
        dice = np.random.default_rng([number, 1])
        size = SHAPES[TURNS[number % len(TURNS)]]
        rows = [_pair(sources, latent, places, dice, size=size) for _ in range(SHARD)]
        machine.save(folder / "scenes" / f"{number:04}.pt", _stacked(rows))


def write_pictures(folder: Path, sources: Sources, *, numbers: Iterable[int]) -> None:
    """What the decoders learn from: the same, with the pictures themselves."""
    latent, places = Latent.load(folder), Bank.load(folder / "onnx" / "places.npz")
    missing = [n for n in numbers if not (folder / "pictures" / f"{n:04}.pt").exists()]
    for number in counted("pictures", missing, total=len(missing)):
        dice = np.random.default_rng([number, 2])
        rows = [_pair(sources, latent, places, dice, size=SHAPES[0], pictures=True) for _ in range(PICTURES)]
        machine.save(folder / "pictures" / f"{number:04}.pt", _stacked(rows))


def _stacked(rows: list[dict[str, NDArray]]) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(np.stack([row[name] for row in rows])) for name in rows[0]}


def _pair(
    sources: Sources,
    latent: Latent,
    places: Bank,
    dice: Dice,
    *,
    size: tuple[int, int],
    pictures: bool = False,
) -> dict[str, NDArray]:
    """One scene: truth and coarse [192, h, w] float16, condition [37], and with `pictures` the picture, twice."""
    settled = random_plan(sources, dice, size=size)
    decoded = sources.drawn(sources.decoded, settled.scene)
    placements = arrange(settled.spots, decoded, unit=min(size))
    truth = _truth(sources, settled, placements)
    rough = render(settled, placements, drawings=decoded, places=places)
    row: dict[str, NDArray] = {
        "truth": latent.encode(truth).astype(np.float16),
        "coarse": latent.encode(rough).astype(np.float16),
        "condition": settled.condition,
    }
    if pictures:
        drawings = sources.drawn(sources.large, settled.scene)
        large = render(settled, placements, drawings=drawings, places=sources.painted, scale=2)
        row |= {"picture": _bytes(truth), "large": _bytes(large)}
    return row


def _truth(sources: Sources, settled: Plan, placements: list[Placement]) -> Floats:
    drawings = sources.drawn(sources.exact, settled.scene)
    return render(settled, placements, drawings=drawings, places=sources.painted)


def _truths(sources: Sources, count: int) -> Iterable[Floats]:
    for number in range(count):
        settled = random_plan(sources, np.random.default_rng([number, 0]), size=SHAPES[0])
        drawings = sources.drawn(sources.exact, settled.scene)
        yield _truth(sources, settled, arrange(settled.spots, drawings, unit=256))


def _bytes(picture: Floats) -> NDArray[np.uint8]:
    return (picture * 255 + 0.5).astype(np.uint8)


def random_plan(sources: Sources, dice: Dice, *, size: tuple[int, int]) -> Plan:
    """A scene and its plan; never one that is held out for evaluation."""
    while True:
        scene = random_scene(dice, things=len(sources.slugs))
        found = plan(scene, dice=dice, variants=sources.painted.variants, width=size[0], height=size[1])
        main = scene.things[0].drawing
        if main is not None and not held_out(sources.slugs[main], style=scene.style, place=found.place):
            return found


def random_scene(dice: Dice, *, things: int) -> Scene:
    """Anything that the reader might ask for, in shares that keep every kind frequent enough to be learned."""
    kinds = int(dice.choice(3, p=(0.62, 0.29, 0.09))) + 1
    plain = dice.random() < 0.3
    ground = None
    if plain and dice.random() < 0.5:
        top, bottom = (tuple(float(v) for v in dice.random(3)) for _ in range(2))
        ground = (top, top if dice.random() < 0.5 else bottom)
    still = plain and dice.random() < 0.9
    return Scene(
        things=tuple(_thing(dice, things) for _ in range(kinds)),
        style=int(dice.choice(len(STYLES), p=STYLE_SHARES)),
        relation=int(dice.integers(len(RELATIONS))) if kinds > 1 else 0,
        position=int(dice.integers(len(POSITIONS))) if kinds == 1 and dice.random() < 0.3 else 0,
        place=None if plain else int(dice.integers(len(PLACES))),
        ground=ground,  # type: ignore[arg-type]
        light=0 if still else int(dice.choice(len(LIGHTS), p=LIGHT_SHARES)),
        weather=0 if still else int(dice.choice(len(WEATHERS), p=WEATHER_SHARES)),
    )


def _thing(dice: Dice, things: int) -> Thing:
    colour = tuple(float(v) for v in dice.random(3)) if dice.random() < 0.13 else None
    return Thing(
        drawing=int(dice.integers(things)),
        features=np.zeros(384, np.float32),
        count=int(dice.choice(5, p=COUNT_SHARES)) + 1,
        size=int(dice.choice(3, p=(0.84, 0.08, 0.08))),
        colour=colour,  # type: ignore[arg-type]
    )
