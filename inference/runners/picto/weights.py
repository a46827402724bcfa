"""The files that picto consists of, read whole and checked against their manifest before anything is made of them.

`weights.json` beside them names every file with its length and SHA-256; training writes it last. What is cut short, of
another version or changed is refused with a sentence, at the start, and not found out picture by picture.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from inference.errors import BrokenWeights

FORMAT = 2  # of the set of files: which there are, and what their tensors mean
MANIFEST = "weights.json"
PAINTER = "painter.onnx"  # is there when it draws better than the nearest drawing does
NEEDED = (
    "text_encoder.onnx",
    "tokenizer.json",
    "reader.onnx",
    "vocabulary.json",
    "drawings.onnx",
    "places.npz",
    "encoder.onnx",
    "denoiser.onnx",
    "decoder.onnx",
    "decoder_512.onnx",
    "preview.npy",
)


def read(folder: Path) -> dict[str, bytes]:
    """Every file by its name. Raises BrokenWeights."""
    listed = _manifest(folder)
    missing = sorted({*NEEDED} - {*listed})
    if missing:
        raise BrokenWeights(f"The model's weights are not complete: {MANIFEST} does not name {missing[0]}.")
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda name: _checked(folder / name, listed[name]), listed)
        return dict(zip(listed, found, strict=True))


def digest(files: Mapping[str, bytes]) -> str:
    """One SHA-256 over all of them, names included: what the version of the model is made from."""
    parts = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def write_manifest(folder: Path, **about: Any) -> None:
    """List the files of a folder that are weights. `about`: facts to keep with them, such as figures."""
    files = {}
    for path in sorted(folder.iterdir()):
        if path.suffix in {".onnx", ".npz", ".npy", ".json"} and path.name != MANIFEST:
            data = path.read_bytes()
            files[path.name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    text = json.dumps({"format": FORMAT, **about, "files": files}, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _manifest(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / MANIFEST
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        format, files = said["format"], {str(name): dict(facts) for name, facts in said["files"].items()}
        complete = all("/" not in name and {"bytes", "sha256"} <= {*facts} for name, facts in files.items())
    except OSError as error:
        raise BrokenWeights(f"The model's weights are missing: {path} cannot be read.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenWeights(f"The list of the model's weights, {path}, is damaged.") from error
    if format != FORMAT:
        raise BrokenWeights(
            f"The model's weights in {folder} are of version {format}; this program reads {FORMAT}."
        )
    if not complete:
        raise BrokenWeights(f"The list of the model's weights, {path}, is damaged.")
    return files


def _checked(path: Path, facts: Mapping[str, Any]) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BrokenWeights(f"The model's file {path.name} is missing or cannot be read.") from error
    if len(data) != facts["bytes"]:
        raise BrokenWeights(
            f"The model's file {path.name} is {len(data):,} bytes long and should be {facts['bytes']:,}:"
            " it is cut short, or of another version."
        )
    if hashlib.sha256(data).hexdigest() != facts["sha256"]:
        raise BrokenWeights(f"The model's file {path.name} was changed: its SHA-256 is not the listed one.")
    return data
