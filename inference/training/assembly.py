"""Stage "export": every learned part as its file, in the folder that can ship, and the list that vouches for them.

→ onnx/, laid out as inference/weights/picto. Run again it writes the files again, from the parts as they stand.
"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

from inference.runners.picto2 import weights
from inference.training import budget, drawings_graph, export, machine
from inference.training.painter import COMPONENTS, Drawer, Painter
from inference.training.reader import Exported, Reader
from inference.training.text_encoder import FILES

TOKENS = 7  # of the example that a graph is traced with
FEATURES, STYLES = 384, 5


def run(*, folder: Path, minutes: float = 0) -> None:
    """About a minute. Raises FileNotFoundError where a part was not learned yet."""
    target = folder / "onnx"
    export.export(folder=folder)
    drawings_graph.export(folder=folder, target=target / "drawings.onnx")
    export_painter(folder, target / "painter.onnx")
    export_reader(folder, target / "reader.onnx")
    for name in FILES:
        shutil.copyfile(folder / "text" / name, target / name)
    _write_vocabulary(folder, target / "vocabulary.json")
    made = datetime.now(UTC).date().isoformat()
    weights.write_manifest(target, made=made, profile=budget.profile())


def export_painter(folder: Path, path: Path) -> None:
    """noise [B, 768], features [B, 384], style [B, 5] → code [B, 768]."""
    state = _learned(folder / "painter.pt")
    painter = Painter()
    painter.load_state_dict(state["average"])
    example = (torch.zeros(1, COMPONENTS), torch.zeros(1, FEATURES), torch.zeros(1, STYLES))
    names = ["noise", "features", "style"]
    axes = {name: {0: "batch"} for name in (*names, "code")}
    export.write(Drawer(painter), example, path, names, ["code"], axes)
    export.quantize(path)


def export_reader(folder: Path, path: Path) -> None:
    """tokens [B, T, 384], mask [B, T] int64 → the answers by name, see reader.py."""
    state = _learned(folder / "text" / "reader.pt")
    reader = Reader(torch.from_numpy(np.load(folder / "text" / "names.npy")))
    reader.load_state_dict(state["average"])
    example = (torch.zeros(1, TOKENS, FEATURES), torch.ones(1, TOKENS, dtype=torch.int64))
    axes: dict[str, dict[int, str]] = {name: {0: "batch"} for name in Exported.OUTPUTS}
    words = {0: "batch", 1: "words"}
    axes |= {"tokens": words, "mask": words, "used": words, "pointing": {0: "batch", 2: "words"}}
    export.write(Exported(reader), example, path, ["tokens", "mask"], list(Exported.OUTPUTS), axes)
    export.quantize(path)


def _write_vocabulary(folder: Path, path: Path) -> None:
    things = json.loads((folder / "drawings" / "things.json").read_text(encoding="utf-8"))
    known = [{"name": thing["name"], "emoji": thing["emoji"]} for thing in things]
    path.write_text(json.dumps({"things": known}, ensure_ascii=False, indent=0), encoding="utf-8")


def _learned(path: Path) -> dict[str, dict[str, torch.Tensor]]:
    state = machine.load(path)
    if state is None:
        raise FileNotFoundError(f"{path} is missing: run its stage first.")
    return state
