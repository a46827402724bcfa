"""Stage "export": every learned part as its file, in the folder that can ship, and the list that vouches for them.

→ onnx/, laid out as inference/weights/picto. Run again it writes the files again, from the parts as they stand.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from inference.runners.picto import weights
from inference.training import budget, drawings_graph, export, export_text, machine
from inference.training.painter import COMPONENTS, FEATURES, STYLES, Drawer, Painter
from inference.training.progress import say

WORTH_SHIPPING = 0.6
"""Least likeness of what the painter makes of a name to that name's own drawing: below it, blots come out, and the
drawing that is nearest in meaning is the better answer to an unknown word."""
TRIED = 200  # names


def run(*, folder: Path, minutes: float = 0) -> None:
    """About a minute. Raises FileNotFoundError where a part was not learned yet."""
    target = folder / "onnx"
    export.export(folder=folder)
    export_text.export(folder=folder)
    drawings_graph.export(folder=folder, target=target / "drawings.onnx")
    if painter_likeness(folder) >= WORTH_SHIPPING:
        export_painter(folder, target / weights.PAINTER)
    else:
        (target / weights.PAINTER).unlink(missing_ok=True)
    made = datetime.now(UTC).date().isoformat()
    weights.write_manifest(target, made=made, profile=budget.profile())


def export_painter(folder: Path, path: Path) -> None:
    """noise [B, 768], features [B, 384], style [B, 5] → code [B, 768]."""
    painter = _painter(folder)
    example = (torch.zeros(1, COMPONENTS), torch.zeros(1, FEATURES), torch.zeros(1, STYLES))
    names = ["noise", "features", "style"]
    axes = {name: {0: "batch"} for name in (*names, "code")}
    export.write(Drawer(painter), example, path, names, ["code"], axes)
    export.quantize(path)


@torch.inference_mode()
def painter_likeness(folder: Path) -> float:
    """Mean cosine of painted codes with the codes of the drawings that the same words name."""
    dice = np.random.default_rng(0)
    words, codes = np.load(folder / "painter_words.npz"), np.load(folder / "dictionary.npz")
    rows, styles = dice.choice(len(words["things"]), TRIED), dice.integers(0, STYLES, TRIED)
    numbers = words["things"][rows] * STYLES + styles
    right = torch.from_numpy(codes["codes"][numbers, :COMPONENTS] * codes["code_scale"][:COMPONENTS]).float()
    features = torch.from_numpy(words["features"][rows].astype(np.float32))
    noise = torch.randn(TRIED, COMPONENTS, generator=torch.Generator().manual_seed(0))
    painted = Drawer(_painter(folder))(
        noise, features, functional.one_hot(torch.from_numpy(styles), STYLES).float()
    )
    likeness = float(functional.cosine_similarity(painted[:, : right.shape[1]], right).mean())
    say(
        "export", f"painted codes are like the drawings' own by {likeness:.2f}; {WORTH_SHIPPING} is asked for"
    )
    return likeness


def _painter(folder: Path) -> Painter:
    state = machine.load(folder / "painter.pt")
    if state is None:
        raise FileNotFoundError(folder / "painter.pt")
    painter = Painter()
    painter.load_state_dict(state["average"])
    return painter.eval()
