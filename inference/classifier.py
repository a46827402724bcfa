"""`python -m inference.classifier --weights FILE`: OpenNSFW as a process of its own, asked over its standard streams.

It prints one line of JSON when it is ready, {"ready": true, "detector": "…"}. Then it reads pictures from standard
input, each after its length as four bytes, the highest first, and prints for each {"score": 0.0 to 1.0} or
{"error": "…"}. It ends when standard input does, and so with whoever started it.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]

SIDE, CROP = 256, 224
MEAN_BGR = np.array([104, 117, 123], np.float32)
LENGTH = struct.Struct(">I")
BYTES_MAX = 64 * 2**20
NAME = "opennsfw"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m inference.classifier")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    weights = options.weights.read_bytes()
    session = load(weights, threads=options.threads)
    detector = f"{NAME}@{hashlib.sha256(weights).hexdigest()[:12]}"
    _say({"ready": True, "detector": detector})
    while (data := _next(sys.stdin.buffer)) is not None:
        _say(_answer(session, data))


def load(weights: bytes, *, threads: int = 1) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])


def score(session: Any, image: Image.Image) -> float:
    """0 to 1: how likely it is that the picture is not for everyone."""
    inputs = {session.get_inputs()[0].name: prepared(image)}
    names = [each.name for each in session.get_outputs()]
    return float(session.run(names, inputs)[0][0][1])


def prepared(image: Image.Image) -> Floats:
    """The picture as the network was trained on them: squeezed, its middle, once through JPEG, blue first."""
    small = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    edge = (SIDE - CROP) // 2
    middle = small.crop((edge, edge, edge + CROP, edge + CROP))
    file = io.BytesIO()
    middle.save(file, "JPEG")
    pixels = np.asarray(Image.open(file), np.float32)
    found: Floats = (pixels[:, :, ::-1] - MEAN_BGR)[np.newaxis]
    return found


def _answer(session: Any, data: bytes) -> dict[str, Any]:
    try:
        with Image.open(io.BytesIO(data)) as image:
            return {"score": score(session, image)}
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return {"error": str(error) or type(error).__name__}


def _next(stream: BinaryIO) -> bytes | None:
    """None at the end, or when what comes is nothing of ours."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    data = stream.read(length) if length <= BYTES_MAX else b""
    return data if len(data) == length else None


def _say(words: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
