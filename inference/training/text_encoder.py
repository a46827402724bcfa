"""Stage "text encoder": all-MiniLM-L6-v2 (Wang et al. 2020; Reimers and Gurevych 2019) as ONNX, not trained further.

export_text.py says what is in the file. Written before all else, as the reader learns from what this very file gives.
"""

from __future__ import annotations

from pathlib import Path

from inference.training import export_text


def run(*, folder: Path, minutes: float = 0) -> None:
    """Half a minute, once."""
    export_text.text_encoder(folder=folder)
