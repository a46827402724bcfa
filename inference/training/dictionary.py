"""The dictionary: every training drawing as 1,536 numbers, in closed form. Two Karhunen-Loève transforms in a row.

A drawing at 96 px is 12 × 12 patches of 8 × 8 pixels with colour (multiplied by alpha) and alpha, 256 numbers each.

    patches     256 → 60       principal components of all patches: what edges, corners and flat parts look like
    drawings    144 · 60 → K   principal components of all drawings: what heads, wheels and faces look like

Both are eigenvectors of a covariance (Jolliffe, "Principal Component Analysis", 2002), the best that a linear code of
this length can do. Codes and second basis are stored as int8 with one scale a component, which costs about 0.1 dB.
`refiner.py` learns what a linear code cannot know: clean edges, at twice the size.

File: dictionary.npz
    codes   [things · 5, K] int8        code_scale   [K]
    basis   [K, 144 · 60] int8          basis_scale  [K, 1]
    mean    [144 · 60]                  the mean drawing, in patch components
    patch_basis [256, 60], patch_mean [256]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.training.progress import say

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

SIZE = 96
PATCH = 8
GRID = SIZE // PATCH
PATCH_NUMBERS = PATCH * PATCH * 4
PATCH_COMPONENTS = 60
COMPONENTS = 1536
SAMPLED_PATCHES = 200_000


def run(*, folder: Path, minutes: float = 0) -> None:
    """Write dictionary.npz and drawings/decoded96.npy; about three minutes on two cores. Nothing to budget."""
    if (folder / "drawings" / "decoded96.npy").is_file():
        return
    exact = np.load(folder / "drawings" / "rgba192.npy", mmap_mode="r")
    small = halved(exact)
    patches = to_patches(small.astype(np.float32) / np.float32(255))
    patch_basis, patch_mean = patch_transform(patches)
    rows = ((patches - patch_mean) @ patch_basis).reshape(len(small), -1)
    codes, basis, mean = drawing_transform(rows, components=min(COMPONENTS, len(small) - 1))
    quantized_codes, code_scale = quantize(codes, axis=0)
    quantized_basis, basis_scale = quantize(basis, axis=1)
    found = {
        "codes": quantized_codes,
        "code_scale": code_scale[0],
        "basis": quantized_basis,
        "basis_scale": basis_scale,
        "mean": mean,
        "patch_basis": patch_basis,
        "patch_mean": patch_mean,
    }
    np.savez(folder / "dictionary.npz", **found)
    decoded = decode(found, np.arange(len(small)))
    say("dictionary", f"{psnr(decoded, small):.1f} dB over colour and alpha at {SIZE} px")
    np.save(folder / "drawings" / "decoded96.npy", decoded.reshape(*exact.shape[:2], SIZE, SIZE, 4))


def halved(pixels: NDArray[np.uint8]) -> Bytes:
    """[things, styles, 192, 192, 4] to [things · styles, 96, 96, 4], by area, one thing at a time."""
    small = np.empty((*pixels.shape[:2], SIZE, SIZE, 4), np.uint8)
    for thing, drawn in enumerate(pixels):
        blocks = drawn.reshape(-1, SIZE, 2, SIZE, 2, 4).astype(np.float32)
        small[thing] = (blocks.mean(axis=(2, 4)) + 0.5).astype(np.uint8)
    return small.reshape(-1, SIZE, SIZE, 4)


def to_patches(pixels: NDArray) -> NDArray:
    """[n, 96, 96, 4] to [n, 144, 256]."""
    cells = pixels.reshape(-1, GRID, PATCH, GRID, PATCH, 4).transpose(0, 1, 3, 2, 4, 5)
    return np.ascontiguousarray(cells).reshape(-1, GRID * GRID, PATCH_NUMBERS)


def from_patches(patches: NDArray) -> NDArray:
    """[n, 144, 256] to [n, 96, 96, 4]."""
    cells = patches.reshape(-1, GRID, GRID, PATCH, PATCH, 4).transpose(0, 1, 3, 2, 4, 5)
    return np.ascontiguousarray(cells).reshape(-1, SIZE, SIZE, 4)


def patch_transform(patches: NDArray) -> tuple[Floats, Floats]:
    """[256, 60] orthonormal columns, strongest first, and the mean patch [256]; from a sample of all patches."""
    flat = patches.reshape(-1, PATCH_NUMBERS)
    chosen = np.random.default_rng(0).choice(len(flat), min(SAMPLED_PATCHES, len(flat)), replace=False)
    sample = flat[np.sort(chosen)]
    mean = sample.mean(axis=0)
    centred = sample - mean
    _, vectors = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    return np.ascontiguousarray(vectors[:, ::-1][:, :PATCH_COMPONENTS]).astype(np.float32), mean


def drawing_transform(rows: NDArray, *, components: int) -> tuple[Floats, Floats, Floats]:
    """Codes [n, K], basis [K, d] and mean [d] of rows [n, d], n < d: by way of the n × n matrix of inner products.

    With rows = U S Vᵀ the eigenvectors of rows · rowsᵀ are U and its eigenvalues S²; then codes = U S, basis = Vᵀ.
    """
    mean = rows.mean(axis=0)
    centred = rows - mean
    values, vectors = np.linalg.eigh(centred @ centred.T)
    strength = np.sqrt(np.maximum(values[::-1][:components], 1e-6))
    left = vectors[:, ::-1][:, :components]
    basis = (left / strength).T @ centred
    return (left * strength).astype(np.float32), basis.astype(np.float32), mean


def quantize(table: Floats, *, axis: int) -> tuple[NDArray[np.int8], Floats]:
    """int8 numbers and the scale that makes them floats again, one along `axis`."""
    scale = np.maximum(np.abs(table).max(axis=axis, keepdims=True) / 127, 1e-12)
    return np.round(table / scale).astype(np.int8), scale.astype(np.float32)


def decode(dictionary: dict[str, NDArray], numbers: NDArray[np.intp], *, batch: int = 256) -> Bytes:
    """The drawings of `numbers` (thing · 5 + style) as [n, 96, 96, 4] uint8."""
    basis = dictionary["basis"].astype(np.float32) * dictionary["basis_scale"]
    drawn = []
    for start in range(0, len(numbers), batch):
        codes = dictionary["codes"][numbers[start : start + batch]] * dictionary["code_scale"]
        components = (codes @ basis + dictionary["mean"]).reshape(-1, GRID * GRID, PATCH_COMPONENTS)
        pixels = from_patches(components @ dictionary["patch_basis"].T + dictionary["patch_mean"])
        drawn.append((pixels.clip(0, 1) * 255 + 0.5).astype(np.uint8))
    return np.concatenate(drawn)


def psnr(left: Bytes, right: Bytes) -> float:
    """Peak signal to noise in dB, of bytes; a thousand rows are enough."""
    some = slice(None, None, max(1, len(left) // 1000))
    error = np.mean((left[some].astype(np.float32) - right[some].astype(np.float32)) ** 2)
    return float(10 * np.log10(255**2 / error))
