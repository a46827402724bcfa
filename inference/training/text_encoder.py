"""Stage "text encoder": all-MiniLM-L6-v2 (Wang et al. 2020; Reimers and Gurevych 2019), not trained further. → text/

It ships with the site already, as ONNX with int8 weights (one scale a row, arithmetic in floats), and training goes on
from exactly that file: what the reader learns must be the vectors that it will read.

    input_ids, attention_mask [B, T] int64 → tokens [B, T, 384], embedding [B, 384] of unit length
"""

from __future__ import annotations

import shutil
from pathlib import Path

from inference.training.progress import say

SHIPPED = Path(__file__).parents[1] / "weights" / "picto"
FILES = ("text_encoder.onnx", "tokenizer.json")


def run(*, folder: Path, minutes: float = 0) -> None:
    """Copy it to the work folder. Raises FileNotFoundError where the shipped model was taken away."""
    text = folder / "text"
    text.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        if not (text / name).exists():
            shutil.copyfile(SHIPPED / name, text / name)
    say("text_encoder", "22.7 million numbers, as they ship")
