"""`python -m inference.training.derive`: makes picto's preview.npy and names.npy from its other weights.

Run it after new weights. Neither file changes a picture: one is the map of the previews, by least squares from the
decoder's own pictures; the other holds the embedding of each object's name, for "near" in `read_as`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from inference import device
from inference.runners import flow
from inference.runners.graphs import run, session
from inference.runners.picto import LATENT, WEIGHTS, tokenizer_of

Floats = NDArray[np.float32]
Encode = Callable[[str], tuple[Floats, NDArray[np.int64], Floats]]
Graphs = dict[str, InferenceSession]

GRAPHS = ("prior", "denoiser", "decoder")
EVERY = 8  # of 1,046 objects: 131 pictures of 256 cells, for 49 × 192 numbers
STEPS = 4
PATCH = 8  # preview pixels a latent cell: 16 × 8 = 128


def main() -> None:
    """Write both files beside the weights; about half a minute."""
    objects = json.loads((WEIGHTS / "vocabulary.json").read_text(encoding="utf-8"))["objects"]
    encode = _encoder()
    np.save(WEIGHTS / "names.npy", np.stack([encode(name)[2] for name in objects]).astype(np.float16))
    np.save(WEIGHTS / "preview.npy", _preview_map(encode, objects[::EVERY]).astype(np.float32))


def _encoder() -> Encode:
    tokenizer = tokenizer_of(WEIGHTS)
    graph = session(WEIGHTS / "text_encoder.onnx", threads=device.cores())

    def encode(text: str) -> tuple[Floats, NDArray[np.int64], Floats]:
        ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        read = run(graph, input_ids=ids, attention_mask=np.ones_like(ids))
        return read["tokens"], np.ones_like(ids), read["embedding"][0]

    return encode


def _preview_map(encode: Encode, names: list[str]) -> Floats:
    """[49, 192]: the matrix that takes a latent cell and a 1 to the 8 × 8 × 3 pixels that the decoder paints there."""
    graphs = {name: session(WEIGHTS / f"{name}.onnx", threads=device.cores()) for name in GRAPHS}
    drawn = [_draw(encode, graphs, name, seed=seed) for seed, name in enumerate(names)]
    cells = np.concatenate([latent.reshape(LATENT[0], -1).T for latent, _ in drawn])
    patches = np.concatenate([_patches(image) for _, image in drawn])
    matrix: Floats = np.linalg.lstsq(np.hstack([cells, np.ones((len(cells), 1))]), patches, rcond=None)[0]
    return matrix


def _draw(encode: Encode, graphs: Graphs, name: str, *, seed: int) -> tuple[Floats, Floats]:
    """A finished latent [48, 16, 16] and its picture [3, 256, 256]. Every second one stands in a painted scene."""
    tokens, mask, _ = encode(f"{name} in the forest at night" if seed % 2 else name)
    noise = flow.dice(seed, 1).random((1, 32), dtype=np.float32)
    rough = run(graphs["prior"], tokens=tokens, mask=mask, noise=noise, style=np.array([-1]))
    x = flow.dice(seed, 0).standard_normal((1, *LATENT), dtype=np.float32)
    times = flow.time_table(STEPS)
    for t, t_next in pairwise(times):
        steer = {"coarse": rough["coarse"], "cond": rough["cond"]}
        velocity = run(graphs["denoiser"], x=x, t=np.array([t]), **steer)["velocity"]
        x = flow.euler(x, velocity, t=t, t_next=t_next)
    return x[0], run(graphs["decoder"], latent=x)["image"][0]


def _patches(image: Floats) -> Floats:
    """[3, 256, 256] to [256, 192]: halved in size, then cut into the cells' patches."""
    small = image.reshape(3, 128, 2, 128, 2).mean(axis=(2, 4))
    patches: Floats = small.reshape(3, 16, PATCH, 16, PATCH).transpose(1, 3, 0, 2, 4).reshape(256, -1)
    return patches


if __name__ == "__main__":
    main()
