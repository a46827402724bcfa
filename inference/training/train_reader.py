"""Teaches the reader: cross-entropy on what each caption means, AdamW, a cosine, averaged weights.

Resumes from text/reader.pt. The keys of the things begin as the vectors of their names, so that the first step already
knows most of them, and everything else is learned from nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from inference.runners.picto.scene import LIGHTS, PLACES, STYLES, THINGS_MAX, WEATHERS
from inference.training import captions, machine
from inference.training.captions import UNSTATED, Caption
from inference.training.progress import Clock
from inference.training.reader import Answers, Reader
from inference.training.said import IGNORED, THING, UNUSED

BATCH = 224
RATE = 2e-3
WARMUP = 100  # steps
RIGHT_MAX = 16  # answers that are all right
NOISE = 0.03  # of a word vector's number, whose spread is about 0.4
LOST = 0.06  # share of the words that a step does not see
SETTLED = 0.995  # of the averaged weights
WEIGHTS = {"other": 0.5, "pointing": 0.3, "colour": 6.0, "ground_rgb": 6.0, "used": 0.5}


@dataclass(slots=True)
class Lessons:
    """The features of all captions so far, and the answers as arrays; see `_answers`."""

    tokens: NDArray[np.float16]
    roles: NDArray[np.int8]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    answers: dict[str, NDArray[Any]]

    def batch(
        self, chosen: NDArray[np.int64], *, device: torch.device
    ) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """tokens [B, T, 384], mask [B, T], and the answers, roles [B, T] among them."""
        longest = int(self.lengths[chosen].max())
        at = self.starts[chosen][:, None] + np.arange(longest)
        inside = np.arange(longest) < self.lengths[chosen][:, None]
        at = np.minimum(at, len(self.tokens) - 1)
        tokens = torch.from_numpy(self.tokens[at]).to(device).float()
        mask = torch.from_numpy(inside).to(device).float()
        right = {name: torch.from_numpy(values[chosen]).to(device) for name, values in self.answers.items()}
        roles = np.where(inside, self.roles[at], IGNORED).astype(np.int64)
        right["roles"] = torch.from_numpy(roles).to(device)
        return tokens * mask[..., None], mask, right


def run(*, folder: Path, minutes: float) -> None:
    """Train until the budget is spent; writes text/reader.pt."""
    text = folder / "text"
    device = machine.device()
    torch.manual_seed(0)
    names = torch.from_numpy(np.load(text / "names.npy"))
    lessons = load_lessons(folder, known=len(names))
    reader = Reader(names).to(device)
    average = Reader(names).to(device)
    optimizer = torch.optim.AdamW(_groups(reader), lr=RATE, betas=(0.9, 0.98))
    held = machine.load(text / "reader.pt")
    if held:
        reader.load_state_dict(held["reader"])
        average.load_state_dict(held["average"])
        optimizer.load_state_dict(held["optimizer"])
    step = held["step"] if held else 0
    clock = Clock("reader", minutes=minutes, spent_s=held["spent_s"] if held else 0.0)

    def save() -> None:
        state = {
            "reader": reader.state_dict(),
            "average": average.state_dict(),
            "optimizer": optimizer.state_dict(),
        }
        machine.save(text / "reader.pt", {**state, "step": step, "spent_s": clock.spent_s})

    dice = np.random.default_rng(step)
    order = _shuffled(lessons.lengths, dice=dice)
    while clock.goes_on():
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / WARMUP) * (0.51 + 0.49 * math.cos(math.pi * clock.share))
        losses = _learn(reader, optimizer, lessons, next(order), device=device)
        _settle(average, reader, step=step)
        step += 1
        clock.tell(**losses)
        if clock.save_due():
            save()
    save()


def load_lessons(folder: Path, *, known: int) -> Lessons:
    """All shards of features that there are, and the answers of their captions."""
    shards = [np.load(path) for path in sorted((folder / "text" / "features").glob("*.npz"))]
    lengths = np.concatenate([shard["lengths"] for shard in shards])
    made = captions.load(folder)[: len(lengths)]
    return Lessons(
        tokens=np.concatenate([shard["tokens"] for shard in shards]),
        roles=np.concatenate([shard["roles"] for shard in shards]),
        starts=np.concatenate([[0], np.cumsum(lengths)[:-1]]),
        lengths=lengths,
        answers=answers_of(made, known=known),
    )


def answers_of(made: list[Caption], *, known: int) -> dict[str, NDArray[Any]]:
    """`right` [B, 3, RIGHT_MAX]: the right numbers, -1 beyond them; `colours` [B, 3, 4]: is there one, RGB; the rest as
    the reader's answers are numbered."""
    size = len(made)
    right = np.full((size, THINGS_MAX, RIGHT_MAX), -1, np.int64)
    right[:, :, 0] = known + 1  # absent
    count, sizes = np.zeros((size, THINGS_MAX), np.int64), np.zeros((size, THINGS_MAX), np.int64)
    colours, ground = np.zeros((size, THINGS_MAX, 4), np.float32), np.zeros((size, 7), np.float32)
    for row, caption in enumerate(made):
        for slot, thing in enumerate(caption.things):
            numbers = thing.numbers[:RIGHT_MAX] or [known]
            right[row, slot, : len(numbers)] = numbers
            count[row, slot], sizes[row, slot] = thing.count - 1, thing.size
            if thing.colour:
                colours[row, slot] = 1, *thing.colour
        if caption.ground:
            ground[row] = 1, *caption.ground[0], *caption.ground[1]
    ends = {"style": len(STYLES), "place": len(PLACES), "light": len(LIGHTS), "weather": len(WEATHERS)}
    found: dict[str, NDArray[Any]] = {
        "right": right,
        "count": count,
        "size": sizes,
        "colours": colours,
        "grounds": ground,
    }
    for name in ("relation", "position", *ends):
        said = np.array([getattr(caption, name) for caption in made], np.int64)
        found[name] = np.where(said == UNSTATED, ends.get(name, 0), said)
    return found


def loss_of(answers: Answers, right: dict[str, Tensor], *, known: int) -> dict[str, Tensor]:
    """Every loss by name; their weighted sum is what is learned from."""
    losses = _thing_losses(answers, right, known=known)
    for name in ("relation", "position", "style", "place", "light", "weather"):
        losses[name] = functional.cross_entropy(answers[name], right[name])
    there, rgb = right["grounds"][:, 0], right["grounds"][:, 1:]
    losses["ground"] = functional.cross_entropy(answers["ground"], there.long())
    losses["ground_rgb"] = ((answers["ground_rgb"] - rgb).abs() * there[:, None]).mean()
    judged = right["roles"] != IGNORED
    used = (right["roles"] != UNUSED).float()
    each = functional.binary_cross_entropy_with_logits(answers["used"], used, reduction="none")
    losses["used"] = (each * judged).sum() / judged.sum().clamp(min=1)
    return losses


def _thing_losses(answers: Answers, right: dict[str, Tensor], *, known: int) -> dict[str, Tensor]:
    """Which thing: the mean over the right answers of -log p. Count, size and colour: only where there is a thing."""
    numbers = right["right"]
    counted = (numbers >= 0).float()
    logs = functional.log_softmax(answers["things"], -1).gather(2, numbers.clamp(min=0))
    which = -(logs * counted).sum(-1) / counted.sum(-1)
    there = (numbers[..., 0] != known + 1).float()
    shares = there / there.sum().clamp(min=1)
    pointed = torch.stack(
        [
            (answers["pointing"][:, slot] * (right["roles"] == THING + slot)).sum(-1)
            for slot in range(THINGS_MAX)
        ],
        dim=1,
    )
    has, rgb = right["colours"][..., 0], right["colours"][..., 1:]

    def each(name: str) -> Tensor:
        return functional.cross_entropy(answers[name].transpose(1, 2), right[name], reduction="none")

    recoloured = functional.binary_cross_entropy_with_logits(answers["recolour"], has, reduction="none")
    return {
        "thing": which[:, 0].mean(),
        "other": which[:, 1:].mean(),
        "count": (each("count") * shares).sum(),
        "size": (each("size") * shares).sum(),
        "recolour": (recoloured * shares).sum(),
        "colour": ((answers["colour"] - rgb).abs() * has[..., None]).mean(),
        "pointing": -(pointed.clamp(min=1e-4).log() * shares).sum(),
    }


def _learn(
    reader: Reader,
    optimizer: torch.optim.Optimizer,
    lessons: Lessons,
    chosen: NDArray[np.int64],
    *,
    device: torch.device,
) -> dict[str, float]:
    tokens, mask, right = lessons.batch(chosen, device=device)
    tokens = tokens + NOISE * torch.randn_like(tokens)
    mask = mask * (torch.rand_like(mask) > LOST)
    with machine.mixed(device):
        losses = loss_of(reader(tokens, mask), right, known=reader.known)
        total = sum(
            (loss * WEIGHTS.get(name, 1.0) for name, loss in losses.items()), torch.zeros((), device=device)
        )
    optimizer.zero_grad()
    total.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(reader.parameters(), 2.0)
    optimizer.step()
    return {"loss": float(total.detach())} | {
        name: float(losses[name].detach()) for name in ("thing", "other")
    }


@torch.no_grad()
def _settle(average: Reader, reader: Reader, *, step: int) -> None:
    """A running mean of the weights, which is better than where the last steps happen to stand."""
    kept = min(SETTLED, 1 - 1 / (step + 1))
    for mean, now in zip(average.state_dict().values(), reader.state_dict().values(), strict=True):
        mean.lerp_(now, 1 - kept)


def _groups(reader: Reader) -> list[dict[str, Any]]:
    """Weight decay for the matrices only; the keys stay where the text encoder put them, and move slowly."""
    decayed = [value for name, value in reader.named_parameters() if value.ndim == 2 and name != "queries"]
    free = [value for name, value in reader.named_parameters() if value.ndim != 2 or name == "queries"]
    return [{"params": decayed, "weight_decay": 0.02}, {"params": free, "weight_decay": 0.0}]


def _shuffled(lengths: NDArray[np.int64], *, dice: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Batches for ever: sentences of like length together, so that little is padded, in a new order every round."""
    while True:
        order = dice.permutation(len(lengths))
        blocks = [order[i : i + 16 * BATCH] for i in range(0, len(order), 16 * BATCH)]
        for block in blocks:
            block = block[np.argsort(lengths[block], kind="stable")]
            batches = [block[i : i + BATCH] for i in range(0, len(block), BATCH)]
            for place in dice.permutation(len(batches)):
                yield batches[place]
