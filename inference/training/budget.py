"""How long each stage may learn, and how much it is given to learn from: one table, and the environment over it.

A stage is asked for a wall-clock budget, not for a number of passes: the same command makes a smoke model in three
minutes, a good one in a few hours on two cores, and a better one in twenty minutes on a data-centre GPU.

    TRAIN=smoke | cpu | gpu          which column; left out, gpu where torch sees one, else cpu
    TRAIN_MINUTES_<STAGE>=12.5       one stage's budget, over the table
    TRAIN_THREADS=1                  threads of torch and of the renderers; all cores but one when left out
    SAFELIGHT_TRAINING=var/training  the work folder
"""

from __future__ import annotations

import math
import os
from importlib.util import find_spec
from pathlib import Path

from inference import device
from inference.errors import InferenceError

PROFILES = ("smoke", "cpu", "gpu")

# minutes of learning a stage:  smoke   cpu    gpu
MINUTES: dict[str, tuple[float, float, float]] = {
    "reader": (0.5, 30, 2.5),
    "refiner": (0.25, 40, 3),
    "painter": (0.15, 15, 1.5),
    "decoder": (0.3, 45, 4),
    "denoiser": (0.5, 120, 8),
    "judge": (0.5, 15, 1.5),
}

# how many of each the stages work with; 0: all there are
AMOUNTS: dict[str, tuple[int, int, int]] = {
    "things": (48, 0, 0),
    "captions": (2_000, 150_000, 300_000),
    "variants": (2, 0, 0),  # of each place
    "fitted": (64, 320, 320),  # scenes that the latent is found from
    "scenes": (256, 16_384, 16_384),
}


class BudgetError(InferenceError):
    """A setting of the training that cannot be followed; the sentence names it."""


def profile() -> str:
    """Which column of the tables counts: `smoke`, `cpu` or `gpu`. Raises BudgetError."""
    named = os.environ.get("TRAIN", "")
    if not named:
        return "gpu" if _sees_gpu() else "cpu"
    if named not in PROFILES:
        raise BudgetError(f"TRAIN={named} is not one of {', '.join(PROFILES)}.")
    return named


def minutes(stage: str) -> float:
    """The wall-clock budget of a stage, over all its runs together. Raises BudgetError, and KeyError by mistake."""
    default = MINUTES[stage][PROFILES.index(profile())]
    name = f"TRAIN_MINUTES_{stage.upper()}"
    try:
        asked = float(os.environ.get(name) or default)
    except ValueError as error:
        raise BudgetError(f"{name}={os.environ[name]} is not a number of minutes.") from error
    if not 0 <= asked < math.inf:
        raise BudgetError(f"{name}={os.environ[name]} is not a number of minutes.")
    return asked


def amount(of: str) -> int | None:
    """How many `things`, `captions`, `scenes` … to work with; None: all there are."""
    return AMOUNTS[of][PROFILES.index(profile())] or None


def threads() -> int:
    """Threads for the arithmetic, so that the machine stays usable. Raises BudgetError."""
    asked = os.environ.get("TRAIN_THREADS") or str(device.default_threads())
    if not asked.isdecimal() or not 1 <= int(asked) <= 1024:
        raise BudgetError(f"TRAIN_THREADS={asked} is not a number of threads.")
    return int(asked)


def folder() -> Path:
    """The work folder: everything that training makes, none of it committed."""
    return Path(os.environ.get("SAFELIGHT_TRAINING") or "var/training").absolute()


def _sees_gpu() -> bool:
    if find_spec("torch") is None:
        return False
    import torch  # two seconds: only where no profile is named

    return bool(torch.cuda.is_available())
