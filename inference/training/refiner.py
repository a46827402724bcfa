"""The refiner: what a linear code blurs, drawn clean at twice the size. [96, 96] → [192, 192], colour and alpha.

The dictionary gives a drawing with soft edges and a faint ripple of the patches' grid. What the drawing was can be
guessed from it, because drawings of one style share their manner: hard outlines, even fills, round ends. The network
is a residual one at a quarter of the output's size (Shi et al. 2016, arXiv:1609.05158: the last step from channels to
pixels is a mere re-ordering; Lim et al. 2017, arXiv:1707.02921: no normalisation, it costs contrast):

    linear    [4, 96, 96]   ─ unshuffle 2 ─▶ [16, 48, 48] ─ conv ─▶ [48, 48, 48]
    style     [5]           ─ linear ──────▶ a shift of every channel, the same at each place
    6 blocks  h + conv(silu(conv(h)))
    out       conv ─▶ [64, 48, 48] ─ shuffle 4 ─▶ [4, 192, 192], added to the enlarged input

Loss: mean |error| of pixels and of their differences to the right and downwards, which is what an eye calls sharp.
Learned on windows of 48 × 48 pixels of the input, a quarter of a drawing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from inference.training import machine
from inference.training.progress import Clock, say

WIDTH = 48
BLOCKS = 6
STYLES = 5
WINDOW = 48  # pixels of the input
BATCH = 8
RATE = 8e-4
KEEP = 0.999  # of the averaged weights (Polyak), a step


class Refiner(nn.Module):
    """`pixels` [B, 4, H, W], `style` [B, 5] one-hot → [B, 4, 2H, 2W], 0..1 but for a little overshoot."""

    def __init__(self, *, width: int = WIDTH, blocks: int = BLOCKS) -> None:
        super().__init__()
        self.first = nn.Conv2d(16, width, 3, padding=1)
        self.style = nn.Linear(STYLES, width)
        self.blocks = nn.ModuleList(_Block(width) for _ in range(blocks))
        self.last = nn.Conv2d(width, 64, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)  # it starts as a plain enlargement

    def forward(self, pixels: Tensor, style: Tensor) -> Tensor:
        hidden = self.first(functional.pixel_unshuffle(pixels, 2)) + self.style(style)[:, :, None, None]
        for block in self.blocks:
            hidden = block(hidden)
        large = functional.interpolate(pixels, scale_factor=2.0, mode="bilinear", align_corners=False)
        return large + functional.pixel_shuffle(self.last(hidden), 4)


class _Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.one = nn.Conv2d(width, width, 3, padding=1)
        self.two = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.two.bias)
        nn.init.normal_(self.two.weight, std=0.01)

    def forward(self, hidden: Tensor) -> Tensor:
        refined: Tensor = hidden + self.two(functional.silu(self.one(hidden)))
        return refined


def run(*, folder: Path, minutes: float) -> None:
    """Learn for `minutes`, then write refiner.pt and drawings/decoded192.npy, what the site will see."""
    pairs = Pairs.load(folder)
    on = machine.device()
    state = machine.load(folder / "refiner.pt") or {}
    net = Refiner().to(on)
    if state:
        net.load_state_dict(state["net"])
    average = {name: value.clone() for name, value in (state.get("average") or net.state_dict()).items()}
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=1e-4)
    if state:
        optimizer.load_state_dict(state["optimizer"])
    dice = np.random.default_rng()
    clock = Clock("refiner", minutes=minutes, spent_s=state.get("spent_s", 0.0))

    def checkpoint() -> None:
        machine.save(
            folder / "refiner.pt",
            {
                "net": net.state_dict(),
                "average": average,
                "optimizer": optimizer.state_dict(),
                "spent_s": clock.spent_s,
            },
        )

    while clock.goes_on():
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1.02 - clock.share) * min(1.0, clock.steps / 100)
        rough, exact, style = pairs.windows(BATCH, dice)
        with machine.mixed(on):
            loss = difference(net(rough.to(on), style.to(on)), exact.to(on))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        optimizer.step()
        follow(average, net, keep=min(KEEP, 1 - 1 / (clock.steps + 1)))
        clock.tell(loss=loss.item())
        if clock.save_due():
            checkpoint()
    checkpoint()
    net.load_state_dict(average)
    pairs.decode_all(net.eval(), on=on, target=folder / "drawings" / "decoded192.npy")


def difference(found: Tensor, wanted: Tensor) -> Tensor:
    """Mean |error| of pixels and of their slopes, both ways."""
    error = found - wanted
    across = (error[..., 1:] - error[..., :-1]).abs().mean()
    down = (error[..., 1:, :] - error[..., :-1, :]).abs().mean()
    return error.abs().mean() + across + down


@torch.no_grad()
def follow(average: dict[str, Tensor], net: nn.Module, *, keep: float) -> None:
    """Move the averaged weights a little towards the net's (Polyak and Juditsky 1992)."""
    for name, value in net.state_dict().items():
        average[name].lerp_(value, 1 - keep)


class Pairs:
    """The drawings as the dictionary gives them [n, 96, 96, 4] and as they are [n, 192, 192, 4]."""

    def __init__(self, rough: NDArray[np.uint8], exact: NDArray[np.uint8]) -> None:
        self.rough = rough
        self.exact = exact

    @classmethod
    def load(cls, folder: Path) -> Pairs:
        rough = np.load(folder / "drawings" / "decoded96.npy", mmap_mode="r")
        exact = np.load(folder / "drawings" / "rgba192.npy", mmap_mode="r")
        return cls(rough.reshape(-1, *rough.shape[2:]), exact.reshape(-1, *exact.shape[2:]))

    def windows(self, count: int, dice: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """[count, 4, 48, 48], [count, 4, 96, 96] and styles [count, 5], at random places, flipped or not."""
        chosen = dice.integers(0, len(self.rough), count)
        rough, exact = [], []
        for number in chosen:
            top, left = 2 * dice.integers(0, (96 - WINDOW) // 2 + 1, 2)
            turn = slice(None, None, -1 if dice.random() < 0.5 else 1)
            rough.append(self.rough[number, top : top + WINDOW, left : left + WINDOW][:, turn])
            exact.append(
                self.exact[number, 2 * top : 2 * (top + WINDOW), 2 * left : 2 * (left + WINDOW)][:, turn]
            )
        return _planes(np.stack(rough)), _planes(np.stack(exact)), _styles(chosen)

    @torch.no_grad()
    def decode_all(self, net: nn.Module, *, on: torch.device, target: Path, batch: int = 20) -> None:
        """Every drawing through the net, to `target`; says how near it comes."""
        part = target.with_suffix(".part.npy")
        shape = (len(self.exact) // STYLES, STYLES, *self.exact.shape[1:])
        drawn = np.lib.format.open_memmap(part, mode="w+", dtype=np.uint8, shape=shape)
        flat = drawn.reshape(-1, *shape[2:])
        errors = []
        for start in range(0, len(flat), batch):
            numbers = np.arange(start, min(start + batch, len(flat)))
            pixels = net(_planes(self.rough[numbers]).to(on), _styles(numbers).to(on)).clamp(0, 1)
            flat[numbers] = (pixels.cpu().permute(0, 2, 3, 1).numpy() * 255 + 0.5).astype(np.uint8)
            wrong = flat[numbers].astype(np.float32) - self.exact[numbers]
            errors.append(np.mean(wrong**2))
        part.rename(target)
        say("refiner", f"{10 * np.log10(255**2 / np.mean(errors)):.1f} dB over colour and alpha at 192 px")


def _planes(pixels: NDArray[Any]) -> Tensor:
    """[n, H, W, 4] bytes to [n, 4, H, W] in 0..1."""
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))).float() / 255


def _styles(numbers: NDArray[np.intp]) -> Tensor:
    """One-hot styles [n, 5] of drawings, whose numbers are thing · 5 + style."""
    return functional.one_hot(torch.from_numpy(numbers % STYLES), STYLES).float()
