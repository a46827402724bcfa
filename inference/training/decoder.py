"""Stage "decoder": from latents to pixels, at 256 and at 512 pixels a side. → decoder.pt

The linear inverse of latent.py gives the picture with soft edges. What is missing is learned as a residual, at a
quarter of the picture's resolution (pixel shuffle: Shi et al. 2016, arXiv:1609.05158; residual blocks without
normalisation: Lim et al. 2017, arXiv:1707.02921):

    latent  [192, h, w]    ─ 1×1, shuffle 4 ─▶ [48, 4h, 4w]  ╮
    linear  [3, 16h, 16w]  ─ unshuffle 4, conv ─▶            ┴ + ─▶ 6 blocks ─▶ trunk [48, 4h, 4w]
    trunk   ─ conv, shuffle 4 ─▶ [3, 16h, 16w], added to linear: the picture
    trunk   ─ conv, shuffle 2 ─▶ [24, 8h, 8w] ─ block, conv, shuffle 4 ─▶ [3, 32h, 32w], added to linear · 2: large

Learned in two parts. First on latents of true pictures. Then mostly on what the denoiser really leaves, its last
steps included, so that the decoder knows the speckle of sampling and paints even areas evenly.

Loss: mean |error| of pixels and of their slopes, of both pictures, on windows of 6 × 6 cells.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.runners import flow
from inference.training import machine
from inference.training.denoiser import Denoiser, learned
from inference.training.latent import CHANNELS, PATCH, Latent
from inference.training.progress import Clock, say
from inference.training.refiner import difference, follow

WIDTH, FINE, BLOCKS = 48, 24, 6
WINDOW, EDGE = 6, 4  # cells of a window; pixels at its border that are not judged
BATCH, GPU_BATCH = 12, 192
RATE = 1e-3
KEEP = 0.995
TURN = 60  # steps on one shard of pictures
CLEAN = 0.35  # the share of the budget spent on true latents
SAMPLED = 0.8  # of the rows afterwards: from the denoiser
STEPS = (2, 3, 4, 6, 8)  # how many steps it may have taken


class Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.one, self.two = nn.Conv2d(width, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)
        nn.init.normal_(self.two.weight, std=0.01)
        nn.init.zeros_(self.two.bias)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = x + self.two(functional.silu(self.one(x)))
        return result


class Decoder(nn.Module):
    """`latent` [B, 192, h, w] → pictures [B, 3, 16h, 16w] and [B, 3, 32h, 32w], about 0..1."""

    def __init__(self, latent: Latent) -> None:
        super().__init__()
        kernel = (latent.scale[:, None] * latent.basis).reshape(CHANNELS, 3, PATCH, PATCH)
        self.register_buffer("kernel", torch.from_numpy(np.ascontiguousarray(kernel)))
        self.register_buffer("mean", torch.from_numpy(latent.mean.reshape(1, 3, PATCH, PATCH).copy()))
        self.enter = nn.Conv2d(CHANNELS, WIDTH * 16, 1)
        self.look = nn.Conv2d(48, WIDTH, 3, padding=1)
        self.blocks = nn.ModuleList(Residual(WIDTH) for _ in range(BLOCKS))
        self.leave = nn.Conv2d(WIDTH, 48, 3, padding=1)
        self.widen = nn.Conv2d(WIDTH, FINE * 4, 3, padding=1)
        self.fine = Residual(FINE)
        self.leave_large = nn.Conv2d(FINE, 48, 3, padding=1)
        for layer in (self.leave, self.leave_large):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def linear(self, latent: Tensor) -> Tensor:
        """The closed-form inverse."""
        mean = self.mean.repeat(1, 1, latent.shape[2], latent.shape[3])
        return functional.conv_transpose2d(latent, self.kernel, stride=PATCH) + mean

    def trunk(self, latent: Tensor, linear: Tensor) -> Tensor:
        hidden = functional.pixel_shuffle(self.enter(latent), 4)
        hidden = hidden + self.look(functional.pixel_unshuffle(linear * 2 - 1, 4))
        for block in self.blocks:
            hidden = block(hidden)
        return hidden

    def picture(self, linear: Tensor, trunk: Tensor) -> Tensor:
        return linear + 0.1 * functional.pixel_shuffle(self.leave(functional.silu(trunk)), 4)

    def large(self, linear: Tensor, trunk: Tensor) -> Tensor:
        twice = functional.interpolate(linear, scale_factor=2.0, mode="bilinear", align_corners=False)
        hidden = self.fine(functional.pixel_shuffle(self.widen(functional.silu(trunk)), 2))
        return twice + 0.1 * functional.pixel_shuffle(self.leave_large(functional.silu(hidden)), 4)

    def forward(self, latent: Tensor) -> tuple[Tensor, Tensor]:
        linear = self.linear(latent)
        trunk = self.trunk(latent, linear)
        return self.picture(linear, trunk), self.large(linear, trunk)


class Small(nn.Module):
    """The decoder of 256 pixels, as it is exported."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, latent: Tensor) -> Tensor:
        linear = self.decoder.linear(latent)
        return self.decoder.picture(linear, self.decoder.trunk(latent, linear)).clamp(0, 1)


class Large(Small):
    """The decoder of 512 pixels, as it is exported."""

    def forward(self, latent: Tensor) -> Tensor:
        linear = self.decoder.linear(latent)
        return self.decoder.large(linear, self.decoder.trunk(latent, linear)).clamp(0, 1)


@torch.no_grad()
def sampled(net: Denoiser, coarse: Tensor, condition: Tensor, *, steps: int) -> Tensor:
    """Latents as the site makes them: from noise, along runners/flow.py's times."""
    x = torch.randn_like(coarse)
    for t, t_next in pairwise(flow.time_table(steps).tolist()):
        now = torch.full((len(x),), t, device=x.device)
        x = x + (t_next - t) * net(x, now, coarse, condition)
    return x


class Pictures:
    """One shard at a time: latents beside both pictures."""

    def __init__(self, folder: Path, on: torch.device) -> None:
        self.folder, self.on = folder, on
        self.latents = torch.empty(0)
        self.pictures: tuple[Tensor, Tensor] = (torch.empty(0), torch.empty(0))

    def turn(self, dice: np.random.Generator, *, denoised: bool) -> None:
        """Opens another shard; `denoised`: most of its latents are made by the denoiser as it stands."""
        paths = sorted((self.folder / "pictures").glob("*.pt"))  # others may still write some
        shard = torch.load(paths[dice.integers(len(paths))], weights_only=True)
        self.latents = shard["truth"].float().to(self.on)
        self.pictures = (shard["picture"], shard["large"])
        if denoised:
            net = learned(self.folder).to(self.on)
            coarse, condition = shard["coarse"].float().to(self.on), shard["condition"].to(self.on)
            made = sampled(net, coarse, condition, steps=int(dice.choice(STEPS)))
            chosen = torch.rand(len(made), 1, 1, 1, device=self.on) < SAMPLED
            self.latents = torch.where(chosen, made, self.latents)

    def windows(self, dice: np.random.Generator, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """Latents [count, 192, 6, 6] and pictures [count, 3, 96, 96], [count, 3, 192, 192]."""
        found: list[tuple[Tensor, Tensor, Tensor]] = []
        high, wide = self.latents.shape[2:]
        for _ in range(count):
            row = dice.integers(len(self.latents))
            top, left = dice.integers(high - WINDOW + 1), dice.integers(wide - WINDOW + 1)
            parts = [self.latents[row, :, top : top + WINDOW, left : left + WINDOW]]
            for picture, cell in zip(self.pictures, (PATCH, 2 * PATCH), strict=True):
                a, b, size = top * cell, left * cell, WINDOW * cell
                window = picture[row, a : a + size, b : b + size].permute(2, 0, 1).float() / 255
                parts.append(window.to(self.on))
            found.append((parts[0], parts[1], parts[2]))
        latents, small, large = (torch.stack(column) for column in zip(*found, strict=True))
        return latents, small, large


def loss_of(net: Decoder, latent: Tensor, small: Tensor, large: Tensor) -> Tensor:
    """Of both pictures; the border of a window, which lacks its neighbours, does not count."""
    found_small, found_large = net(latent)
    inner, inner_large = slice(EDGE, -EDGE), slice(2 * EDGE, -2 * EDGE)
    return difference(found_small[..., inner, inner], small[..., inner, inner]) + difference(
        found_large[..., inner_large, inner_large], large[..., inner_large, inner_large]
    )


def run(*, folder: Path, minutes: float) -> None:
    """Learn for `minutes` of wall-clock, over all runs together."""
    on = machine.device()
    count = GPU_BATCH if on.type == "cuda" else BATCH
    dice, pictures, state = np.random.default_rng(), Pictures(folder, on), machine.load(folder / "decoder.pt")
    clock = Clock("decoder", minutes=minutes, spent_s=state["spent_s"] if state else 0.0)
    if state and clock.share >= 1:
        return
    net = Decoder(Latent.load(folder))
    if state:
        net.load_state_dict(state["net"])
    net = net.to(on, memory_format=torch.channels_last)
    average = {
        name: value.clone().to(on)
        for name, value in (state["average"] if state else net.state_dict()).items()
    }
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=1e-4)
    if state:
        optimizer.load_state_dict(state["optimizer"])
    while clock.goes_on():
        if clock.steps % TURN == 1:
            denoised = clock.share > CLEAN and (folder / "denoiser.pt").exists()
            pictures.turn(dice, denoised=denoised)
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, clock.steps / 100) * (1.02 - clock.share)
        with machine.mixed(on):
            loss = loss_of(net, *pictures.windows(dice, count))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        optimizer.step()
        follow(average, net, keep=min(KEEP, 1 - 1 / (clock.steps + 1)))
        clock.tell(loss=loss.item())
        if clock.save_due():
            _keep(folder, net, average, optimizer, clock)
    _keep(folder, net, average, optimizer, clock)
    net.load_state_dict(average)
    measure(net.eval(), pictures, dice)


def _keep(folder: Path, net: nn.Module, average: dict[str, Tensor], optimizer: Any, clock: Clock) -> None:
    state = {"net": net.state_dict(), "average": average, "optimizer": optimizer.state_dict()}
    machine.save(folder / "decoder.pt", {**state, "spent_s": clock.spent_s})


@torch.no_grad()
def measure(net: Decoder, pictures: Pictures, dice: np.random.Generator) -> None:
    """Says how near the pictures of true latents come, beside the linear inverse."""
    pictures.turn(dice, denoised=False)
    latents = pictures.latents[:8]
    exact = [each[:8].permute(0, 3, 1, 2).float().to(latents.device) / 255 for each in pictures.pictures]
    small, large = net(latents)
    decibels = [
        -10 * float((found.clamp(0, 1) - wanted).square().mean().log10())
        for found, wanted in ((net.linear(latents), exact[0]), (small, exact[0]), (large, exact[1]))
    ]
    say("decoder", "linear {:.1f} dB · 256 px {:.1f} dB · 512 px {:.1f} dB".format(*decibels))


def learned_decoder(folder: Path) -> Decoder:
    """The averaged network as it stands. Raises FileNotFoundError where there is none."""
    state = machine.load(folder / "decoder.pt")
    if state is None:
        raise FileNotFoundError(f"There is no decoder in {folder}.")
    net = Decoder(Latent.load(folder))
    net.load_state_dict(state["average"])
    return net.eval()
