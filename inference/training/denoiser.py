"""Stage "denoiser": a network that takes noise out of latents, learned by flow matching. → denoiser.pt

Flow matching (Lipman et al. 2023, arXiv:2210.02747) on straight paths: with truth x₁ and Gaussian noise ε,

    x_t = (1 - t) ε + t x₁,    v = x₁ - ε = (x₁ - x_t) / (1 - t)

so that guessing the velocity v and guessing the truth x₁ from (x_t, t) are one task. runners/flow.py follows v.

What makes it learnable in an hour: most of x₁ is known. The rough picture y is right up to an error of variance
σ²_c in channel c, measured once; were all of it Gaussian, the best guess would be in closed form (Wiener 1949):

    precision of y: p = 1/σ²,    of x_t: q = t² / (1 - t)²
    base = (p y + q x_t / t) / (p + q),    spread² = 1 / (p + q)

The network corrects that guess, in units of its spread, and decides how far to trust y after all, cell by cell and
channel by channel, by a gate g in 0..1 (on a plain background y is exact; on a drawing it is not):

    x₁ ≈ base + spread · (net + g (y - base) / spread)

It is a U-Net (Ronneberger et al. 2015) with scale and shift from time and condition (Perez et al. 2018), group norms
(Wu and He 2018) and one attention (Vaswani et al. 2017), for any number of cells:

    [576, h, w] x, y, base ─ 1×1 ─▶ [96, h, w] ─ 2 blocks ─▶ stride 2 ─▶ [144, h/2, w/2] ─ block, attention, 2 blocks
    ─▶ enlarge ─▶ join ─ 2 blocks ─▶ [192, h, w] correction, [192, h, w] gate

In 8 % of the rows y and the condition are left out (Ho and Salimans 2022), which makes guidance possible.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.runners.picto.composition import CONDITIONS
from inference.training import machine
from inference.training.latent import CHANNELS
from inference.training.progress import Clock
from inference.training.refiner import follow

WIDTH, DEEP, EMBED = 96, 144, 192
GROUPS, HEADS = 16, 4
WAVES = 32  # sines and cosines that tell the time
FLOOR = 0.02  # 1 - t is never taken smaller: v grows as 1 / (1 - t)
BATCH, GPU_BATCH = 16, 256
RATE = 1.3e-3
KEEP = 0.995
DROPPED = 0.08
OPEN = 10  # shards in memory at a time
TURN = 60  # steps between two choices of shards


class Block(nn.Module):
    """[B, i, h, w] and embedding [B, EMBED] → [B, o, h, w]; starts as the identity (Goyal et al. 2017)."""

    def __init__(self, i: int, o: int) -> None:
        super().__init__()
        self.norm_in, self.conv_in = nn.GroupNorm(GROUPS, i), nn.Conv2d(i, o, 3, padding=1)
        self.film = nn.Linear(EMBED, 2 * o)
        self.norm_out, self.conv_out = nn.GroupNorm(GROUPS, o), nn.Conv2d(o, o, 3, padding=1)
        self.skip = nn.Conv2d(i, o, 1) if i != o else nn.Identity()
        for layer in (self.conv_out, self.film):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        hidden = self.conv_in(functional.silu(self.norm_in(x)))
        scale, shift = self.film(embedding)[:, :, None, None].chunk(2, 1)
        result: Tensor = self.skip(x) + self.conv_out(
            functional.silu(self.norm_out(hidden) * (1 + scale) + shift)
        )
        return result


class Attention(nn.Module):
    """Every cell looks at every other: what stands left is told what stands right."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm, self.ask, self.out = (
            nn.GroupNorm(GROUPS, width),
            nn.Conv2d(width, 3 * width, 1),
            nn.Conv2d(width, width, 1),
        )
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor) -> Tensor:
        batch, width, high, wide = x.shape
        parts = self.ask(self.norm(x)).reshape(batch, 3, HEADS, width // HEADS, high * wide)
        query, key, value = parts.transpose(3, 4).unbind(1)
        weight = torch.softmax(query @ key.transpose(2, 3) / math.sqrt(width // HEADS), -1)
        seen = (weight @ value).transpose(2, 3).reshape(batch, width, high, wide)
        result: Tensor = x + self.out(seen)
        return result


class Denoiser(nn.Module):
    """`x`, `coarse` [B, 192, h, w], `t` [B], `condition` [B, CONDITIONS], whose last number is 0 where nothing is
    given → the velocity [B, 192, h, w]."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("error", torch.ones(1, CHANNELS, 1, 1))  # variance of truth - coarse
        self.register_buffer("spread", torch.ones(1, CHANNELS, 1, 1))  # variance of truth
        self.embed = nn.Sequential(
            nn.Linear(2 * WAVES + CONDITIONS, EMBED), nn.SiLU(), nn.Linear(EMBED, EMBED), nn.SiLU()
        )
        self.enter = nn.Conv2d(3 * CHANNELS, WIDTH, 1)
        self.fine_1, self.fine_2 = Block(WIDTH, WIDTH), Block(WIDTH, WIDTH)
        self.down, self.up = (
            nn.Conv2d(WIDTH, DEEP, 3, stride=2, padding=1),
            nn.Conv2d(DEEP, WIDTH, 3, padding=1),
        )
        self.deep_1, self.deep_2, self.deep_3 = Block(DEEP, DEEP), Block(DEEP, DEEP), Block(DEEP, DEEP)
        self.look = Attention(DEEP)
        self.join_1, self.join_2 = Block(2 * WIDTH, WIDTH), Block(WIDTH, WIDTH)
        self.norm = nn.GroupNorm(GROUPS, WIDTH)
        self.correct, self.gate = nn.Conv2d(WIDTH, CHANNELS, 3, padding=1), nn.Conv2d(WIDTH, CHANNELS, 1)
        for layer in (self.correct, self.gate):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def guess(self, x: Tensor, t: Tensor, coarse: Tensor, condition: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The closed-form guess of the truth, its spread, and the correction in units of it."""
        given = condition[:, -1:, None, None]
        time = t.view(-1, 1, 1, 1)
        rest = (1 - time).clamp(min=FLOOR)
        prior = given / self.error + (1 - given) / self.spread
        variance = 1 / (prior + (time / rest) ** 2)
        deviation = variance.sqrt()
        base = (coarse * prior + x * time / rest**2) * variance
        pace = torch.exp(-math.log(1000.0) * torch.arange(WAVES, device=x.device) / WAVES) * 200
        angle = t[:, None] * pace[None]
        embedding = self.embed(torch.cat([angle.sin(), angle.cos(), condition], 1))
        level = x / (rest**2 + time**2).sqrt()
        hidden = self.body(torch.cat([level, coarse, base], 1), embedding)
        trust = torch.sigmoid(self.gate(hidden) - 1) * given
        return base, deviation, self.correct(hidden) + trust * (coarse - base) / deviation

    def body(self, x: Tensor, embedding: Tensor) -> Tensor:
        first = self.fine_1(self.enter(x), embedding)
        second = self.fine_2(first, embedding)
        deep = self.look(self.deep_1(self.down(second), embedding))
        deep = self.deep_3(self.deep_2(deep, embedding), embedding)
        large = functional.interpolate(deep, scale_factor=2.0, mode="nearest")
        large = self.up(large[:, :, : x.shape[2], : x.shape[3]])
        joined = self.join_2(self.join_1(torch.cat([large, second], 1), embedding) + first, embedding)
        return functional.silu(self.norm(joined))

    def truth(self, x: Tensor, t: Tensor, coarse: Tensor, condition: Tensor) -> Tensor:
        """The picture as far as it can be told from here."""
        base, deviation, correction = self.guess(x, t, coarse, condition)
        return base + deviation * correction

    def forward(self, x: Tensor, t: Tensor, coarse: Tensor, condition: Tensor) -> Tensor:
        rest = (1 - t).clamp(min=FLOOR).view(-1, 1, 1, 1)
        return (self.truth(x, t, coarse, condition) - x) / rest


class Pool:
    """Shards of scenes, some of them in memory; new ones are found while others still write them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "scenes"
        self.shards: list[dict[str, Tensor]] = []

    def turn(self, dice: np.random.Generator) -> None:
        """Takes other shards into memory."""
        paths = sorted(self.folder.glob("*.pt"))
        if not paths:
            raise FileNotFoundError(f"There are no scenes in {self.folder}.")
        chosen = dice.choice(len(paths), min(OPEN, len(paths)), replace=False)
        self.shards = [torch.load(paths[i], weights_only=True) for i in chosen]

    def batch(self, dice: np.random.Generator, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """Truth, coarse and condition of `count` scenes of one shape."""
        shard = self.shards[dice.integers(len(self.shards))]
        rows = torch.from_numpy(dice.integers(0, len(shard["truth"]), count))
        return shard["truth"][rows].float(), shard["coarse"][rows].float(), shard["condition"][rows]


def measure(net: Denoiser, pool: Pool) -> None:
    """Sets the variances of the closed-form guess from the shards in memory."""
    rows = [(shard["truth"].float(), shard["coarse"].float()) for shard in pool.shards[:4]]
    error = torch.stack([(x - y).square().mean((0, 2, 3)) for x, y in rows]).mean(0)
    spread = torch.stack([x.square().mean((0, 2, 3)) for x, _ in rows]).mean(0)
    net.error.copy_((error + 1e-3).view(1, -1, 1, 1))
    net.spread.copy_((spread + 1e-3).view(1, -1, 1, 1))


def times(count: int) -> Tensor:
    """[count] in 0..0.97: the middle more often than the ends, where there is little to learn (Esser et al. 2024)."""
    middle = torch.sigmoid(torch.randn(count) * 1.2 - 0.2)
    return torch.where(torch.rand(count) < 0.25, torch.rand(count), middle).clamp(0, 0.97)


def loss_of(net: Denoiser, truth: Tensor, coarse: Tensor, condition: Tensor) -> Tensor:
    """Squared error of the correction, in units of the spread; rows without a condition count half."""
    count = len(truth)
    kept = (torch.rand(count) >= DROPPED).float().to(truth.device)
    coarse, condition = coarse * kept.view(-1, 1, 1, 1), condition * kept[:, None]
    t = times(count).to(truth.device)
    time = t.view(-1, 1, 1, 1)
    x = (1 - time) * torch.randn_like(truth) + time * truth
    base, deviation, found = net.guess(x, t, coarse, condition)
    wanted = ((truth - base) / deviation).clamp(-12, 12)
    error = (found.float() - wanted).square().mean((1, 2, 3))
    return (error * (0.5 + 0.5 * kept)).mean()


def rate(share: float, *, steps: int) -> float:
    """Warm up, hold, and fall along a cosine over the second half of the budget."""
    fall = 1.0 if share < 0.5 else 0.5 + 0.5 * math.cos(math.pi * (share - 0.5) * 2)
    return RATE * min(1.0, steps / 100) * fall + 1e-5


def run(*, folder: Path, minutes: float) -> None:
    """Learn for `minutes` of wall-clock, over all runs together."""
    on = machine.device()
    count = GPU_BATCH if on.type == "cuda" else BATCH
    dice, pool, state = np.random.default_rng(), Pool(folder), machine.load(folder / "denoiser.pt")
    clock = Clock("denoiser", minutes=minutes, spent_s=state["spent_s"] if state else 0.0)
    if state and clock.share >= 1:
        return
    pool.turn(dice)
    net = Denoiser()
    if state:
        net.load_state_dict(state["net"])
    else:
        measure(net, pool)
    net = net.to(on, memory_format=torch.channels_last)
    average = {
        name: value.clone() for name, value in (state["average"] if state else net.state_dict()).items()
    }
    average = {name: value.to(on) for name, value in average.items()}
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, betas=(0.9, 0.97), weight_decay=0.01)
    if state:
        optimizer.load_state_dict(state["optimizer"])
    steps = state["steps"] if state else 0
    while clock.goes_on():
        if clock.steps % TURN == 0:
            pool.turn(dice)
        for group in optimizer.param_groups:
            group["lr"] = rate(clock.share, steps=clock.steps)
        truth, coarse, condition = (each.to(on) for each in pool.batch(dice, count))
        with machine.mixed(on):
            loss = loss_of(net, truth, coarse, condition)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        steps += 1
        follow(average, net, keep=min(KEEP, 1 - 1 / (steps / 4 + 1)))
        clock.tell(loss=loss.item(), seen=steps * count)
        if clock.save_due():
            _keep(folder, net, average, optimizer, clock, steps)
    _keep(folder, net, average, optimizer, clock, steps)


def _keep(
    folder: Path, net: nn.Module, average: dict[str, Tensor], optimizer: Any, clock: Clock, steps: int
) -> None:
    state = {"net": net.state_dict(), "average": average, "optimizer": optimizer.state_dict()}
    machine.save(folder / "denoiser.pt", {**state, "spent_s": clock.spent_s, "steps": steps})


def learned(folder: Path) -> Denoiser:
    """The averaged network as it stands. Raises FileNotFoundError where there is none."""
    state = machine.load(folder / "denoiser.pt")
    if state is None:
        raise FileNotFoundError(f"There is no denoiser in {folder}.")
    net = Denoiser()
    net.load_state_dict(state["average"])
    return net.eval()
