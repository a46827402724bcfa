"""Stage "export": every learned part as its file, in the folder that can ship, and the list that vouches for them.

→ onnx/, laid out as inference/weights/picto. Run again it writes the files again, from the parts as they stand.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import torch

from inference.runners.picto2 import weights
from inference.training import budget, drawings_graph, export, export_text, machine
from inference.training.painter import COMPONENTS, FEATURES, STYLES, Drawer, Painter


def run(*, folder: Path, minutes: float = 0) -> None:
    """About a minute. Raises FileNotFoundError where a part was not learned yet."""
    target = folder / "onnx"
    export.export(folder=folder)
    export_text.export(folder=folder)
    drawings_graph.export(folder=folder, target=target / "drawings.onnx")
    export_painter(folder, target / "painter.onnx")
    made = datetime.now(UTC).date().isoformat()
    weights.write_manifest(target, made=made, profile=budget.profile())


def export_painter(folder: Path, path: Path) -> None:
    """noise [B, 768], features [B, 384], style [B, 5] → code [B, 768]."""
    state = machine.load(folder / "painter.pt")
    if state is None:
        raise FileNotFoundError(folder / "painter.pt")
    painter = Painter()
    painter.load_state_dict(state["average"])
    example = (torch.zeros(1, COMPONENTS), torch.zeros(1, FEATURES), torch.zeros(1, STYLES))
    names = ["noise", "features", "style"]
    axes = {name: {0: "batch"} for name in (*names, "code")}
    export.write(Drawer(painter), example, path, names, ["code"], axes)
    export.quantize(path)
