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

from inference.errors import RunnerError
from inference.runners.graphs import run, session
from inference.runners.picto.scene import STYLES, Thing

Floats = NDArray[np.float32]

CODE = 768
KEPT = 64  # drawings of 147 kB


class Drawings:
    """`graph`: drawings.onnx; `painter`: painter.onnx. One at a time, so that no drawing depends on its neighbours in a
    batch."""

    def __init__(self, graph: InferenceSession, *, painter: InferenceSession | None = None) -> None:
        self._graph = graph
        self._painter = painter
        self._known = lru_cache(maxsize=KEPT)(self._decoded)

    @classmethod
    def load(cls, path: Path, *, threads: int) -> Drawings:
        return cls(session(path, threads=threads))

    def draw(self, thing: Thing, *, style: int, dice: np.random.Generator) -> Floats:
        """A thing of a scene as [192, 192, 4]: by its number, or painted from its words where it has none.

        Raises RunnerError where there is no painter.
        """
        if thing.drawing is not None:
            return self.known(thing.drawing, style=style)
        if self._painter is None:
            raise RunnerError("This model draws only what it knows by name. Name another thing.")
        return self.painted(thing.features, style=style, dice=dice)

    def painted(self, features: Floats, *, style: int, dice: np.random.Generator) -> Floats:
        """What the words' pooled vectors [384] look like. Other dice: another drawing."""
        assert self._painter is not None  # noqa: S101  (for the type checker: `draw` has looked)
        hot = np.eye(len(STYLES), dtype=np.float32)[[style]]
        noise = dice.standard_normal((1, CODE), dtype=np.float32)
        code = run(self._painter, noise=noise, features=features[None].astype(np.float32), style=hot)["code"]
        pixels = run(self._graph, number=np.array([-1]), code=code, style=hot)["pixels"][0]
        return np.ascontiguousarray(pixels.transpose(1, 2, 0), np.float32)

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
