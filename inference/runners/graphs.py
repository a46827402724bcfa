"""ONNX Runtime as picto uses it: sessions whose results do not depend on who else is running."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnxruntime
from numpy.typing import NDArray


def session(graph: Path | bytes, *, threads: int) -> onnxruntime.InferenceSession:
    """A graph, loaded from its file or from the file's bytes.

    The optimisation level is pinned because it changes the last bits of a result; spinning is off because idle threads
    that burn a core would take it from the site on the same machine.
    """
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def run(graph: onnxruntime.InferenceSession, **inputs: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
    """Every output of the graph by name."""
    names = [output.name for output in graph.get_outputs()]
    return dict(zip(names, graph.run(names, inputs), strict=True))
