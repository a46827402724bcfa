"""Stage "latent": the space in which pictures are denoised. Patches of 16 × 16 pixels as 192 numbers, in closed form.

A patch p of 768 numbers (16 · 16 · 3, RGB in 0..1) is coded by its principal components (Jolliffe 2002): with the
covariance C = E[(p - μ)(p - μ)ᵀ] = U Λ Uᵀ and the 192 strongest columns of U,

    z = Uᵀ (p - μ) / s        p ≈ μ + U (s z)

No linear code of that length loses less. `s` brings the numbers near to unit variance, which is what the noise has:
s = λ^0.4 · λ₁^0.1 · 0.6, λ being the variances (so √λ is the spread). Full whitening would drown what the eye sees
first; none would leave the fine channels below the noise until the very last step.

File: latent.npz: basis [192, 768] = Uᵀ, mean [768] = μ, scale [192] = s
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.runners.picto.scene import Floats
from inference.training.progress import say

PATCH = 16
CHANNELS = 192
NUMBERS = PATCH * PATCH * 3


@dataclass(frozen=True, slots=True, eq=False)
class Latent:
    """The code, both ways. Pictures [H, W, 3] in 0..1, H and W multiples of 16; latents [192, H/16, W/16]."""

    basis: Floats
    mean: Floats
    scale: Floats

    @classmethod
    def load(cls, folder: Path) -> Latent:
        with np.load(folder / "latent.npz", allow_pickle=False) as file:
            return cls(basis=file["basis"], mean=file["mean"], scale=file["scale"])

    def encode(self, picture: Floats) -> Floats:
        cells = to_patches(picture)
        codes = (cells.reshape(-1, NUMBERS) - self.mean) @ self.basis.T / self.scale
        return np.ascontiguousarray(codes.reshape(*cells.shape[:2], CHANNELS).transpose(2, 0, 1), np.float32)

    def decode(self, latent: Floats) -> Floats:
        """The linear inverse; decoder.py sharpens it."""
        _, rows, columns = latent.shape
        codes = latent.reshape(CHANNELS, -1).T * self.scale
        cells = (codes @ self.basis + self.mean).astype(np.float32)
        return from_patches(cells.reshape(rows, columns, NUMBERS))


def to_patches(picture: Floats) -> Floats:
    """[H, W, 3] to [H/16, W/16, 768], a patch's numbers in the order colour, row, column."""
    height, width, _ = picture.shape
    cells = picture.reshape(height // PATCH, PATCH, width // PATCH, PATCH, 3).transpose(0, 2, 4, 1, 3)
    return np.ascontiguousarray(cells).reshape(height // PATCH, width // PATCH, NUMBERS)


def from_patches(cells: Floats) -> Floats:
    """The way back."""
    rows, columns, _ = cells.shape
    picture = cells.reshape(rows, columns, 3, PATCH, PATCH).transpose(0, 3, 1, 4, 2)
    return np.ascontiguousarray(picture).reshape(rows * PATCH, columns * PATCH, 3)


def fit(folder: Path, pictures: Floats) -> Latent:
    """Find the code from pictures [n, H, W, 3] and write latent.npz."""
    patches = np.concatenate([to_patches(picture).reshape(-1, NUMBERS) for picture in pictures])
    mean = patches.mean(axis=0)
    centred = patches - mean
    variances, vectors = np.linalg.eigh((centred.T @ centred).astype(np.float64) / len(patches))
    basis = np.ascontiguousarray(vectors[:, ::-1][:, :CHANNELS].T).astype(np.float32)
    strongest = np.maximum(variances[::-1][:CHANNELS], 1e-8).astype(np.float32)
    scale = strongest**0.4 * strongest[0] ** 0.1 * np.float32(0.6)
    lost = float(np.maximum(variances[::-1][CHANNELS:], 0).sum()) / NUMBERS
    say("latent", f"{CHANNELS} of {NUMBERS} numbers", f"{-10 * np.log10(lost):.1f} dB")
    np.savez(folder / "latent.npz", basis=basis, mean=mean, scale=scale)
    return Latent(basis=basis, mean=mean, scale=scale)
