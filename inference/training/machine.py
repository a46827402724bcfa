"""What torch runs on, and how a checkpoint is kept so that a kill at any moment costs a minute and no more."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch

from inference.training import budget


def device() -> torch.device:
    """The GPU where torch sees one, else the processor with TRAIN_THREADS threads."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    torch.set_num_threads(budget.threads())
    return torch.device("cpu")


def mixed(on: torch.device) -> AbstractContextManager[Any]:
    """Mixed precision (Micikevicius et al. 2018) on a GPU: bfloat16 needs no loss scale. On a processor: nothing."""
    if on.type == "cuda":
        return torch.autocast("cuda", dtype=torch.bfloat16)
    return nullcontext()


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint whole or not at all: beside it first, then by a rename, which no kill can cut in two."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    torch.save(state, beside)
    os.replace(beside, path)


def load(path: Path) -> dict[str, Any] | None:
    """The checkpoint, on the processor; None where there is none yet."""
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state
