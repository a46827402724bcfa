"""Stage "bank": every painted place as int8 latents, small enough to ship. Writes onnx/places.npz.

A sheet is coded as in latent.py and rounded to steps of STEP, the same for all numbers of the orthonormal code, which
spreads the error evenly over the pixels (and makes most numbers 0, so that the file packs well). The drawn details
between two steps are lost: the denoiser puts them back.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from inference.runners.picto.places import Bank
from inference.training.latent import CHANNELS, NUMBERS, Latent, to_patches
from inference.training.painted import Painted
from inference.training.places.layer import HEIGHT, WIDTH
from inference.training.progress import say

STEP = 0.06


def run(*, folder: Path, minutes: float = 0) -> None:
    """Ten seconds; nothing to budget."""
    target = folder / "onnx" / "places.npz"
    if target.exists():
        return
    painted, latent = Painted.load(folder), Latent.load(folder)
    codes = np.stack([_codes(latent, picture) for picture in painted.pictures])
    unit = np.maximum(np.abs(codes).max(axis=(0, 2, 3)) / 127, STEP).astype(np.float32)
    rounded = np.round(codes / unit[:, None, None]).astype(np.int8)
    sky = np.stack([_bits(mask) for mask in painted.sky])
    target.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        target,
        codes=rounded,
        unit=unit,
        basis=latent.basis.astype(np.float16),
        mean=latent.mean,
        sky=sky,
        facts=painted.facts,
    )
    error = _error(Bank.load(target), painted)
    say("bank", f"{len(codes)} places", f"{target.stat().st_size / 2**20:.1f} MiB", f"{error:.1f} dB")


def _codes(latent: Latent, picture: np.ndarray) -> np.ndarray:
    """[512, 640, 3] bytes to [192, 16, 20], unscaled."""
    small = Image.fromarray(np.asarray(picture)).reduce(2)
    cells = to_patches(np.asarray(small, dtype=np.float32) * np.float32(1 / 255))
    codes = (cells.reshape(-1, NUMBERS) - latent.mean) @ latent.basis.T
    return codes.reshape(*cells.shape[:2], CHANNELS).transpose(2, 0, 1)


def _bits(mask: np.ndarray) -> np.ndarray:
    small = Image.fromarray(np.asarray(mask)).resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    return np.packbits((np.asarray(small) > 127).ravel())


def _error(bank: Bank, painted: Painted) -> float:
    """dB between some of the bank's sheets and the painted ones."""
    errors = []
    for number in range(0, len(painted.pictures), 7):
        found = bank.backdrop(number // bank.variants, number % bank.variants).picture
        exact = np.asarray(Image.fromarray(np.asarray(painted.pictures[number])).reduce(2), np.float32)
        errors.append(np.mean((found - exact) ** 2))
    return float(10 * np.log10(255**2 / np.mean(errors)))
