"""drawings.onnx: a drawing by its number, or by a painted code, as pixels. Dictionary and refiner in one graph.

    number  [B] int64    thing · 5 + style; the code is looked up. Negative: take `code` instead
    code    [B, 768]     what the painter drew, in the dictionary's units
    style   [B, 5]       one-hot
    pixels  [B, 4, 192, 192]  colour multiplied by alpha, and alpha; 0..1

Of the 1,536 components the 768 strong ones are kept as int8, the weak ones as two to a byte: 16 levels do for numbers
that are small anyway, cost 0.2 dB and save five megabytes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from inference.training import dictionary as code_book
from inference.training import machine
from inference.training.painter import COMPONENTS as STRONG
from inference.training.refiner import Refiner

CLIP_CODES, CLIP_BASIS = (
    0.8,
    0.7,
)  # of the largest: the few beyond are cut, so that the rest gets finer levels


class DrawingsGraph(nn.Module):
    """Made from dictionary.npz and the averaged weights of the refiner."""

    def __init__(self, found: dict[str, NDArray], refiner: Refiner) -> None:
        super().__init__()
        found = _at_least(found, components=STRONG + 2)
        strong = min(STRONG, found["basis"].shape[0])
        codes = found["codes"][:, strong:] * found["code_scale"][strong:]
        basis = found["basis"][strong:] * found["basis_scale"][strong:]
        weak_codes, weak_code_scale = _sixteen_levels(codes, axis=0, clip=CLIP_CODES)
        weak_basis, weak_basis_scale = _sixteen_levels(basis, axis=1, clip=CLIP_BASIS)
        self._keep("codes", found["codes"][:, :strong])
        self._keep("code_scale", found["code_scale"][:strong])
        self._keep("basis", found["basis"][:strong])
        self._keep("basis_scale", found["basis_scale"][:strong])
        self._keep("weak_codes", weak_codes)
        self._keep("weak_code_scale", weak_code_scale)
        self._keep("weak_basis", weak_basis)
        self._keep("weak_basis_scale", weak_basis_scale)
        for name in ("mean", "patch_basis", "patch_mean"):
            self._keep(name, found[name])
        self.refiner = refiner

    def forward(self, number: Tensor, code: Tensor, style: Tensor) -> Tensor:
        row = number.clamp(min=0)
        known = (number >= 0)[:, None]
        strong = torch.where(known, self.codes[row].float() * self.code_scale, code)
        weak = torch.where(known, _unpacked(self.weak_codes[row]) * self.weak_code_scale, torch.zeros(1))
        components = strong @ (self.basis.float() * self.basis_scale)
        components = components + weak @ (_unpacked(self.weak_basis) * self.weak_basis_scale) + self.mean
        patches = components.reshape(-1, code_book.GRID**2, code_book.PATCH_COMPONENTS) @ self.patch_basis.T
        grid, side = code_book.GRID, code_book.PATCH
        cells = (patches + self.patch_mean).reshape(-1, grid, grid, side, side, 4)
        small = cells.permute(0, 5, 1, 3, 2, 4).reshape(-1, 4, code_book.SIZE, code_book.SIZE)
        pixels: Tensor = self.refiner(small.clamp(0, 1), style).clamp(0, 1)
        return pixels

    def _keep(self, name: str, values: NDArray) -> None:
        self.register_buffer(name, torch.from_numpy(np.ascontiguousarray(values)))


def load(folder: Path) -> DrawingsGraph:
    """From what the stages left in `folder`. Raises OSError when one has not run."""
    refiner = Refiner()
    state = machine.load(folder / "refiner.pt")
    if state is None:
        raise FileNotFoundError(folder / "refiner.pt")
    refiner.load_state_dict(state["average"])
    return DrawingsGraph(dict(np.load(folder / "dictionary.npz")), refiner).eval()


def export(*, folder: Path, target: Path) -> None:
    """Write `target`, an ONNX file."""
    graph = load(folder)
    example = (
        torch.tensor([0, -1]),
        torch.zeros(2, STRONG),
        functional.one_hot(torch.tensor([0, 1]), 5).float(),
    )
    batch = {name: {0: "batch"} for name in ("number", "code", "style", "pixels")}
    torch.onnx.export(
        graph,
        example,
        str(target),
        input_names=["number", "code", "style"],
        output_names=["pixels"],
        dynamic_axes=batch,
        opset_version=18,
        do_constant_folding=False,  # else the tables would be written out as floats
        dynamo=False,
    )


def _at_least(found: dict[str, NDArray], *, components: int) -> dict[str, NDArray]:
    """The dictionary with so many components: a small one, of few drawings, is filled up with zeros."""
    missing = max(0, components - found["basis"].shape[0])
    wide = {
        "codes": np.pad(found["codes"], ((0, 0), (0, missing))),
        "code_scale": np.pad(found["code_scale"], (0, missing), constant_values=1),
        "basis": np.pad(found["basis"], ((0, missing), (0, 0))),
        "basis_scale": np.pad(found["basis_scale"], ((0, missing), (0, 0)), constant_values=1),
    }
    return {**found, **wide}


def _sixteen_levels(
    table: NDArray, *, axis: int, clip: float
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Two numbers of -8..7 to a byte along the last axis (the first in the low half), and their scale."""
    scale = np.maximum(np.abs(table).max(axis=axis, keepdims=True) * clip / 7, 1e-12).astype(np.float32)
    levels = (np.clip(np.round(table / scale), -8, 7) + 8).astype(np.uint8)
    if levels.shape[-1] % 2:
        levels = np.pad(levels, ((0, 0), (0, 1)), constant_values=8)
    return levels[:, 0::2] | levels[:, 1::2] << 4, scale


def _unpacked(packed: Tensor) -> Tensor:
    """[n, d / 2] bytes to [n, d] numbers of -8..7."""
    whole = packed.to(torch.int32)
    high = torch.div(whole, 16, rounding_mode="floor")
    return torch.stack([whole - 16 * high, high], dim=2).flatten(1).float() - 8
