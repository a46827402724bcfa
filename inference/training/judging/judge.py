"""The judge, whole: trained once (`run`), tested on pictures it never saw (`report`), asked by evaluate.py (`look`)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.training import budget, machine
from inference.training.judging import colours, eye, namer, pictures
from inference.training.judging.discriminant import Discriminant, Fit
from inference.training.judging.eye import Eye, Sight
from inference.training.judging.grounds import Grounds
from inference.training.judging.namer import Gallery, Namer
from inference.training.judging.pictures import SIDE, Batch, Drawings
from inference.training.progress import Clock, counted, say

CROP = 28  # pixels of a thing, cut out for its colour
ROOM = 1.06  # around its box
BATCH = 32
RATE = 2e-3
EYE_SHARE = 0.6  # of the budget; the rest names drawings
COLOUR_SAMPLES = 3000
# small changes of a box that are tried: zoom, shift in shares of its side
TRIED = (
    (1.0, 0, 0),
    (0.92, 0, 0),
    (1.08, 0, 0),
    (1.0, 0.03, 0),
    (1.0, -0.03, 0),
    (1.0, 0, 0.03),
    (1.0, 0, -0.03),
)
TESTS = 200
SEED = 20


@dataclass(frozen=True, slots=True)
class Seen:
    """What the judge saw. `things`: for each thing, largest first, the numbers of its likeliest names, best first.

    `boxes` [n, 4]: centre and size. `place`: a number of PLACES, or PLAIN. `ground`: the name of the plain ground's
    colour at the top. `colour`: of the largest thing. `cover` [SIDE, SIDE], 0..1.
    """

    things: list[list[int]]
    boxes: NDArray[np.float32]
    style: int
    place: int
    colour: str
    ground: str
    cover: NDArray[np.float32]

    @property
    def count(self) -> int:
        return len(self.things)


@dataclass(frozen=True, slots=True)
class Judge:
    eye: Eye
    gallery: Gallery
    tints: Discriminant

    @classmethod
    def load(cls, folder: Path) -> Judge:
        """From `folder`/judge. Raises FileNotFoundError when it was not trained yet."""
        state = machine.load(folder / "judge" / "judge.pt")
        if state is None:
            raise FileNotFoundError("The judge is not trained yet: make train ARGS=judge")
        found = Eye()
        found.load_state_dict(state["eye"])
        found.eval()
        return cls(found, Gallery.of(state["gallery"]), Discriminant(**state["tints"]))

    @torch.inference_mode()
    def look(self, picture: NDArray[np.uint8]) -> Seen:
        """`picture` [H, W, 3], bytes; a square one."""
        pixels = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255
        seen = F.interpolate(pixels, (SIDE, SIDE), mode="area")
        sight = _both_ways(self.eye, seen)
        boxes = eye.boxes_of(sight, 0)
        if not len(boxes):
            boxes = torch.tensor([[0.5, 0.5, 0.8, 0.8]])
        named = [self._named(seen, box) for box in boxes]
        cover = F.interpolate(sight.cover.sigmoid(), (SIDE, SIDE), mode="bilinear")
        pixels_, weights = _cut(seen, sight.cover.sigmoid(), boxes[:1])
        tint = int(self.tints.distances(colours.histogram(pixels_, weights)).argmin())
        return Seen(
            things=[things for things, _ in named],
            boxes=boxes.numpy(),
            style=named[0][1],
            place=int(sight.places[0].argmax()),
            colour=colours.NAMES[tint],
            ground=colours.nearest(_edge(seen, cover)),
            cover=cover[0, 0].numpy(),
        )

    def _named(self, seen: Tensor, box: Tensor) -> tuple[list[int], int]:
        """The likeliest things in a box, best first, and the style of the likeliest drawing: the mean over small
        changes of the box."""
        tried = torch.stack(
            [
                torch.cat([box[:2] + torch.tensor([right, down]) * box[2:].amax(), box[2:] * zoom])
                for zoom, right, down in TRIED
            ]
        )
        cut = namer.cut_out(seen.expand(len(tried), -1, -1, -1), tried)
        near = self.gallery.likeness(cut).mean(0)
        order = near.amax(1).argsort(descending=True)[:5].tolist()
        return order, int(near[order[0]].argmax())


def run(*, folder: Path, minutes: float) -> None:
    """Train the judge, once. Its eye resumes after a kill."""
    target = folder / "judge" / "judge.pt"
    if target.exists():
        return
    torch.manual_seed(SEED)
    machine.device()
    drawings = Drawings.load(folder, things=budget.amount("things"))
    grounds = Grounds.load(folder)
    found = _train_eye(folder, drawings, grounds, minutes=minutes * EYE_SHARE)
    named = _train_namer(folder, drawings, grounds, minutes=minutes * (1 - EYE_SHARE))
    tints = _fit_tints(found, drawings, grounds)
    machine.save(target, {"eye": found.state_dict(), "gallery": named.state(), "tints": tints.state()})
    for name, share in report(folder).items():
        say("judge", f"{name} {share:.3f}")


@torch.inference_mode()
def report(folder: Path, *, tests: int = TESTS) -> dict[str, float]:
    """The judge's own accuracy: on real drawings in combinations of thing, style and place that it never saw."""
    judge = Judge.load(folder)
    drawings, grounds = Drawings.load(folder, things=budget.amount("things")), Grounds.load(folder)
    dice = np.random.default_rng(SEED + 1)
    right: dict[str, list[bool]] = {
        name: [] for name in ("thing", "style", "place", "thing_colour", "pair", "count")
    }
    for number in counted("judge", range(tests), total=tests):
        one = pictures.draw(drawings, grounds, size=1, dice=dice, count=1, kept_out=True, tinted=0)
        seen = judge.look(_bytes(one))
        right["thing"].append(seen.things[0][0] == one.things[0, 0])
        right["style"].append(seen.style == one.styles[0])
        if one.places[0] >= 0:
            right["place"].append(seen.place == one.places[0])
        tinted = pictures.draw(drawings, grounds, size=1, dice=dice, count=1, kept_out=True, tinted=1)
        right["thing_colour"].append(judge.look(_bytes(tinted)).colour == colours.NAMES[tinted.tints[0]])
        two = pictures.draw(drawings, grounds, size=1, dice=dice, count=2, kept_out=True, tinted=0)
        named = {things[0] for things in judge.look(_bytes(two)).things}
        right["pair"].append(set(two.things[0].tolist()) <= named)
        many = pictures.draw(drawings, grounds, size=1, dice=dice, count=1 + number % 5, kept_out=True)
        right["count"].append(judge.look(_bytes(many)).count == many.things.shape[1])
    return {name: float(np.mean(each)) for name, each in right.items() if each}


def _train_eye(folder: Path, drawings: Drawings, grounds: Grounds, *, minutes: float) -> Eye:
    found = Eye().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    clock, optimiser, keep = _resumed(folder / "judge" / "eye.pt", found, "judge's eye", minutes=minutes)
    dice = np.random.default_rng([SEED, int(clock.spent_s * 1000)])
    while clock.goes_on():
        batch = pictures.draw(drawings, grounds, size=BATCH, dice=dice)
        small = F.interpolate(batch.pictures, (eye.SIDE, eye.SIDE), mode="area")
        wrong = eye.loss(
            found(small.contiguous(memory_format=torch.channels_last)),
            cover=batch.cover,
            boxes=batch.boxes,
            places=torch.from_numpy(batch.places),
        )
        _learn(found, optimiser, wrong, clock=clock)
        if clock.save_due():
            keep()
    keep()
    return found.eval()


def _resumed(
    file: Path, net: nn.Module, stage: str, *, minutes: float
) -> tuple[Clock, torch.optim.Optimizer, Callable[[], None]]:
    """Network, optimiser and clock as the last run left them, and what keeps them."""
    state = machine.load(file)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    if state is not None:
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
    clock = Clock(stage, minutes=minutes, spent_s=state["spent_s"] if state else 0.0)

    def keep() -> None:
        kept = {"net": net.state_dict(), "optimiser": optimiser.state_dict(), "spent_s": clock.spent_s}
        machine.save(file, kept)

    return clock, optimiser, keep


def _learn(net: nn.Module, optimiser: torch.optim.Optimizer, wrong: Tensor, *, clock: Clock) -> None:
    """One step, at a rate that warms up and then falls to nothing over the budget."""
    for group in optimiser.param_groups:
        group["lr"] = RATE * min(1.0, clock.steps / 50) * (0.5 + 0.5 * math.cos(math.pi * clock.share))
    optimiser.zero_grad()
    wrong.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    optimiser.step()
    clock.tell(loss=wrong.item())


def _train_namer(folder: Path, drawings: Drawings, grounds: Grounds, *, minutes: float) -> Gallery:
    found = Namer()
    clock, optimiser, keep = _resumed(folder / "judge" / "namer.pt", found, "judge's names", minutes=minutes)
    dice = np.random.default_rng([SEED + 2, int(clock.spent_s * 1000)])
    while clock.goes_on():
        wrong = namer.loss(found, *namer.views(drawings, grounds, dice=dice))
        _learn(found, optimiser, wrong, clock=clock)
        if clock.save_due():
            keep()
    keep()
    return namer.gallery(found.eval(), drawings)


@torch.inference_mode()
def _fit_tints(found: Eye, drawings: Drawings, grounds: Grounds) -> Discriminant:
    """A colour's mean is that of the pictures in it: repainted drawings have no pure form."""
    dice, total = np.random.default_rng(SEED + 3), max(1, min(COLOUR_SAMPLES, 20 * len(drawings)) // BATCH)
    x, labels = [], []
    for _ in counted("judge's colours", range(total), total=total):
        batch = pictures.draw(drawings, grounds, size=BATCH, dice=dice, count=1, tinted=1)
        sight = found(F.interpolate(batch.pictures, (eye.SIDE, eye.SIDE), mode="area"))
        x.append(colours.histogram(*_cut(batch.pictures, sight.cover.sigmoid(), batch.boxes[:, 0])))
        labels.append(torch.from_numpy(batch.tints))
    seen, named = torch.cat(x), torch.cat(labels)
    sums = torch.zeros(len(colours.NAMES), seen.shape[1]).index_add_(0, named, seen)
    fit = Fit(sums / named.bincount(minlength=len(sums)).clamp(min=1)[:, None])
    fit.add(seen, named)
    return fit.finish()


def _both_ways(found: Eye, seen: Tensor) -> Sight:
    """What the eye sees in the picture and in its mirror image, averaged."""
    small = F.interpolate(seen, (eye.SIDE, eye.SIDE), mode="area")
    sight = found(torch.cat([small, small.flip(3)]))

    def mean(maps: Tensor, *, sign: float = 1.0) -> Tensor:
        back = maps[1:].flip(3)
        if sign < 0:
            back = back * torch.tensor([-1.0, 1.0])[None, :, None, None]
        return (maps[:1] + back) / 2

    return Sight(
        mean(sight.cover),
        mean(sight.peaks),
        mean(sight.sizes),
        mean(sight.shifts, sign=-1),
        sight.places.mean(0, keepdim=True),
    )


def _cut(seen: Tensor, cover: Tensor, boxes: Tensor) -> tuple[Tensor, Tensor]:
    """[B, 3, CROP, CROP] pixels and [B, 1, CROP, CROP] cover of the square around each box; nothing outside of the box
    counts."""
    half = boxes[:, 2:].amax(1) / 2 * ROOM
    zero = torch.zeros_like(half)
    maps = torch.stack(
        [
            torch.stack([2 * half, zero, 2 * boxes[:, 0] - 1], 1),
            torch.stack([zero, 2 * half, 2 * boxes[:, 1] - 1], 1),
        ],
        1,
    )
    grid = F.affine_grid(maps, (len(boxes), 1, CROP, CROP), align_corners=False)
    pixels = F.grid_sample(seen, grid, align_corners=False, padding_mode="border")
    weights = F.grid_sample(cover, grid, align_corners=False)
    reach = boxes[:, None, None, 2:] * ROOM
    inside = ((grid + 1) / 2 - boxes[:, None, None, :2]).abs() <= reach / 2
    return pixels, weights * inside.all(3)[:, None]


def _edge(seen: Tensor, cover: Tensor) -> NDArray[np.float32]:
    """The median colour of the upper edge, where no thing covers it."""
    band = seen[0, :, :10].flatten(1)
    free = cover[0, 0, :10].flatten() < 0.3
    chosen = band[:, free] if int(free.sum()) > 20 else band
    median: NDArray[np.float32] = chosen.median(dim=1).values.numpy()
    return median


def _bytes(batch: Batch) -> NDArray[np.uint8]:
    found: NDArray[np.uint8] = (batch.pictures[0].permute(1, 2, 0).numpy() * 255 + 0.5).astype(np.uint8)
    return found
