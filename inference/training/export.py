"""The picture side as ONNX: denoiser, decoders, encoder, and the map of the previews. And how weights become int8.

    denoiser.onnx     x, coarse [B, 192, h, w], t [B], cond [B, 37]   → velocity [B, 192, h, w]
    decoder.onnx      latent [B, 192, h, w]                          → image [B, 3, 16h, 16w], 0..1
    decoder_512.onnx  latent [B, 192, h, w]                          → image [B, 3, 32h, 32w], 0..1
    encoder.onnx      image [B, 3, H, W], 0..1                       → latent [B, 192, H/16, W/16]
    preview.npy       [193, 192]: a cell of the latent and a 1 → its 8 × 8 × 3 pixels of a picture of half the size

A row of a batch must not depend, to the last bit, on the rows beside it. ONNX Runtime multiplies matrices in blocks
whose shapes, and so the order of sums, follow the batch; convolutions go row by row. So linear layers are exported
as convolutions of 1 × 1. That makes rows independent on one thread. On several threads the runtime shares out even a
convolution by the size of the batch: there a runner has to ask for one row at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from inference.runners.picto.composition import CONDITIONS
from inference.training.decoder import Large, Small, learned_decoder
from inference.training.denoiser import learned
from inference.training.latent import CHANNELS, PATCH, Latent
from inference.training.progress import say

OPSET = 18
SMALLEST = 4096  # numbers in a tensor that is worth rounding
PREVIEW = 8  # pixels of a preview in a cell

Axes = Mapping[str, dict[int, str]]


def export(*, folder: Path) -> None:
    """Write the five files into folder/onnx from the averaged networks as they stand."""
    target = folder / "onnx"
    target.mkdir(parents=True, exist_ok=True)
    latent = Latent.load(folder)
    export_denoiser(folder, target / "denoiser.onnx")
    for name, kind, _ in (("decoder", Small, 1), ("decoder_512", Large, 2)):
        rows = (torch.randn(2, CHANNELS, 16, 16),)
        axes = {"latent": _grid(), "image": _grid()}
        write(kind(learned_decoder(folder)), rows, target / f"{name}.onnx", ["latent"], ["image"], axes)
        quantize(target / f"{name}.onnx", skip=("kernel",))
    picture = (torch.rand(2, 3, 256, 256),)
    write(
        Encoder(latent),
        picture,
        target / "encoder.onnx",
        ["image"],
        ["latent"],
        {"image": _grid(), "latent": _grid()},
    )
    np.save(target / "preview.npy", preview_map(latent))
    sizes = [f"{path.name} {path.stat().st_size / 2**20:.1f}" for path in sorted(target.iterdir())]
    say("export", *sizes)


def export_denoiser(folder: Path, path: Path) -> None:
    net = as_convolutions(learned(folder))
    grid = (2, CHANNELS, 16, 16)
    example = (torch.randn(grid), torch.tensor([0.1, 0.6]), torch.randn(grid), torch.ones(2, CONDITIONS))
    names = ["x", "t", "coarse", "cond"]
    axes: dict[str, dict[int, str]] = {name: _grid() for name in ("x", "coarse", "velocity")}
    axes |= {name: {0: "batch"} for name in ("t", "cond")}
    write(net, example, path, names, ["velocity"], axes)
    quantize(path)


def _grid() -> dict[int, str]:
    return {0: "batch", 2: "rows", 3: "columns"}


def write(
    net: nn.Module, example: tuple[Tensor, ...], path: Path, inputs: list[str], outputs: list[str], axes: Axes
) -> None:
    """A network as an ONNX file with floats."""
    torch.onnx.export(
        net.eval(),
        example,
        str(path),
        input_names=inputs,
        output_names=outputs,
        dynamic_axes=dict(axes),
        opset_version=OPSET,
        dynamo=False,
        do_constant_folding=True,
    )


class PointConvolution(nn.Module):
    """A linear layer [B, i] → [B, o], written as a convolution over one cell."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.weight = nn.Parameter(linear.weight.detach()[:, :, None, None].clone())
        self.bias = linear.bias

    def forward(self, x: Tensor) -> Tensor:
        return functional.conv2d(x[:, :, None, None], self.weight, self.bias).flatten(1)


def as_convolutions(net: nn.Module) -> nn.Module:
    """The same network, every linear layer in it a convolution."""
    for name, child in net.named_children():
        if isinstance(child, nn.Linear):
            setattr(net, name, PointConvolution(child))
        else:
            as_convolutions(child)
    return net


class Encoder(nn.Module):
    """`image` [B, 3, H, W] in 0..1 → latent: latent.py's projection as one convolution."""

    def __init__(self, latent: Latent) -> None:
        super().__init__()
        kernel = (latent.basis / latent.scale[:, None]).reshape(CHANNELS, 3, PATCH, PATCH)
        self.register_buffer("kernel", torch.from_numpy(np.ascontiguousarray(kernel)))
        self.register_buffer("shift", torch.from_numpy(-(latent.basis @ latent.mean) / latent.scale))

    def forward(self, image: Tensor) -> Tensor:
        return functional.conv2d(image, self.kernel, self.shift, stride=PATCH)


def preview_map(latent: Latent) -> NDArray[np.float32]:
    """[CHANNELS + 1, 3 · 8 · 8]: the linear inverse, halved in size. See inference/preview.py."""
    half = PATCH // PREVIEW
    rows = np.concatenate([latent.scale[:, None] * latent.basis, latent.mean[None]])
    cells = rows.reshape(-1, 3, PREVIEW, half, PREVIEW, half).mean(axis=(3, 5))
    return np.ascontiguousarray(cells.reshape(len(rows), -1), np.float32)


def quantize(path: Path, *, skip: Sequence[str] = ()) -> None:
    """Rounds an ONNX file's large weights to int8 with one scale a row, in place. `skip`: parts of names left alone.

    The graph turns them back into floats (DequantizeLinear) when it is loaded; the arithmetic stays in floats, so
    results move by the rounding of the weights alone. Of a matrix the axis with the smaller error is scaled.
    """
    model = onnx.load(str(path))
    nodes = []
    for tensor in list(model.graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < SMALLEST or values.ndim < 2:
            continue
        if any(part in tensor.name for part in skip):
            continue
        axis, levels, scale = _rounded(values)
        model.graph.initializer.remove(tensor)
        names = [f"{tensor.name}_{part}" for part in ("levels", "scale", "zero")]
        zero = np.zeros(scale.shape, np.int8)
        for name, part in zip(names, (levels, scale, zero), strict=True):
            model.graph.initializer.append(numpy_helper.from_array(part, name))
        nodes.append(helper.make_node("DequantizeLinear", names, [tensor.name], axis=axis))
    others = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*nodes, *others])
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def _rounded(values: NDArray[np.float32]) -> tuple[int, NDArray[np.int8], NDArray[np.float32]]:
    """The axis with its own scales, the levels, the scales."""
    best: tuple[float, int, NDArray[np.int8], NDArray[np.float32]] | None = None
    for axis in (0, 1) if values.ndim == 2 else (0,):
        others = tuple(i for i in range(values.ndim) if i != axis)
        scale = (np.maximum(np.abs(values).max(axis=others, keepdims=True), 1e-8) / 127).astype(np.float32)
        levels = np.clip(np.round(values / scale), -127, 127).astype(np.int8)
        error = float(np.square(levels * scale - values).sum())
        if best is None or error < best[0]:
            best = (error, axis, levels, scale.reshape(-1))
    assert best is not None  # noqa: S101 (for the type checker)
    return best[1], best[2], best[3]
