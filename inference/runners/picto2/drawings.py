"""The drawings that the model learned, by number: what the dictionary remembers, refined (training/drawings_graph.py).

Decoding one takes some ten milliseconds, and the outputs of a prompt, and people, ask for the same few again and
again, so the last ones are kept, as bytes. What is drawn does not depend on that.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from inference.runners.graphs import run, session
from inference.runners.picto2.scene import STYLES

Floats = NDArray[np.float32]

CODE = 768
KEPT = 64  # drawings of 147 kB


class Drawings:
    """`graph`: drawings.onnx. One at a time, so that no drawing depends on its neighbours in a batch."""

    def __init__(self, graph: InferenceSession) -> None:
        self._graph = graph
        self._known = lru_cache(maxsize=KEPT)(self._decoded)

    @classmethod
    def load(cls, path: Path, *, threads: int) -> Drawings:
        return cls(session(path, threads=threads))

    def known(self, thing: int, *, style: int) -> Floats:
        """The drawing of a thing of the vocabulary as [192, 192, 4], colour multiplied by alpha, 0..1."""
        return self._known(thing, style).astype(np.float32) / np.float32(255)

    def _decoded(self, thing: int, style: int) -> NDArray[np.uint8]:
        pixels = run(
            self._graph,
            number=np.array([thing * len(STYLES) + style]),
            code=np.zeros((1, CODE), np.float32),
            style=np.eye(len(STYLES), dtype=np.float32)[[style]],
        )["pixels"][0]
        return (pixels.transpose(1, 2, 0) * 255 + 0.5).astype(np.uint8)
