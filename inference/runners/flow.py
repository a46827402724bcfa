"""The sampler of flow-matching models: noise, time table, one Euler step. Pure arithmetic, used by picto.

Flow matching (Lipman et al. 2023, arXiv:2210.02747), here with straight paths as in rectified flow (Liu et al. 2023,
arXiv:2209.03003). Noise and picture are joined by a line on which time runs from 0 to 1,

    x_t = (1 - t) · noise + t · picture,        so        dx/dt = picture - noise = v,

and the network guesses v from x_t and t. Drawing means following v from t = 0 to t = 1 in a few steps. From any
point the guess also says where the line would end, x_t + (1 - t) · v: the picture as expected now.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

BEFORE_LAST = (
    0.6  # the last step jumps from here to 1: one bold step leaves less speckle than several small ones
)


def time_table(steps: int, *, start: float = 0.0) -> Floats:
    """[steps + 1] times: equal steps from `start` to BEFORE_LAST of the way to 1, then 1.

    A picture that is begun from another one (Meng et al. 2022, arXiv:2108.01073, SDEdit) starts on the line at `start`.
    """
    return np.append(np.linspace(start, start + BEFORE_LAST * (1 - start), steps), 1).astype(np.float32)


def noised(noise: Floats, picture: Floats, *, t: np.float32) -> Floats:
    """The point at time t of the line from noise to picture."""
    return (1 - t) * noise + t * picture


def dice(seed: int, step: int) -> np.random.Generator:
    """The random numbers of one step of one output, and of nothing else.

    A counter-based generator (Philox, Salmon et al. 2011) needs no history: whatever shares the batch, whenever the
    output joined, on whatever device the network runs, (seed, step) gives the same numbers. Both are 64-bit words.
    """
    return np.random.Generator(np.random.Philox(key=np.array([seed, step], dtype=np.uint64)))


def guided(conditional: Floats, unconditional: Floats, *, guidance: float) -> Floats:
    """Classifier-free guidance (Ho and Salimans 2022): from what any picture does, past what this one does."""
    return unconditional + np.float32(guidance) * (conditional - unconditional)


def euler(x: Floats, velocity: Floats, *, t: np.float32, t_next: np.float32) -> Floats:
    """One step along the line, from time t to t_next. The result is a new array: a step has no side effect."""
    return x + (t_next - t) * velocity


def expected(x: Floats, velocity: Floats, *, t: np.float32) -> Floats:
    """Where the line from here ends: what the picture will be, as far as the network knows now."""
    return x + (1 - t) * velocity
