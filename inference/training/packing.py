"""All that the stages need on a machine without a network, as one file of less than 40 MiB.

Drawings travel as the vectors they come as, only those of the chosen things; so do their names and keywords, what was
gathered of words (WordNet need not be there), and the text encoder. The rest is made again from these.
"""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

from inference.errors import InferenceError
from inference.training import packages
from inference.training.progress import say

NEEDED = ("drawings", "words", "text_encoder")  # stages that need the network or the system's packages
FILE = "pack.tar.xz"
LARGEST = 40 * 2**20
MARKED = ("words", "text_encoder")  # stages that the pack brings along as done


class PackError(InferenceError):
    """The pack is too large, or no pack."""


def pack(*, folder: Path) -> Path:
    """Write `folder`/pack.tar.xz. Raises PackError."""
    target = folder / FILE
    beside = target.with_suffix(".part")
    things = json.loads((folder / "drawings" / "things.json").read_text(encoding="utf-8"))
    with tarfile.open(beside, "w:xz") as tar:
        for package in packages.DRAWINGS.values():
            path = packages.fetch(package, folder=folder) / "icons.json"
            _add(tar, path.relative_to(folder), _only(path, {thing["slug"] for thing in things}))
        for path in _whole(folder):
            _add(tar, path.relative_to(folder), path.read_bytes())
    beside.rename(target)
    if target.stat().st_size > LARGEST:
        raise PackError(f"{target} is larger than {LARGEST >> 20} MiB.")
    say("pack", str(target), f"{target.stat().st_size / 2**20:.1f} MiB")
    return target


def unpack(file: Path, *, folder: Path) -> None:
    """Into the work folder. Raises PackError."""
    try:
        with tarfile.open(file, "r:xz") as tar:
            tar.extractall(folder, filter="data")
    except (OSError, tarfile.TarError, EOFError) as error:
        raise PackError(f"{file} is no pack that can be read: {error}") from error


def _whole(folder: Path) -> list[Path]:
    names = packages.fetch(packages.NAMES, folder=folder) / "data-by-emoji.json"
    keywords = packages.fetch(packages.KEYWORDS, folder=folder) / "en" / "data.json"
    text = folder / "text"
    marks = [folder / "done" / name for name in MARKED]
    return [names, keywords, text / "words.json", text / "text_encoder.onnx", text / "tokenizer.json", *marks]


def _only(path: Path, slugs: set[str]) -> bytes:
    """An icon set's file with only those icons, aliases kept."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    aliases = {name: alias for name, alias in found.get("aliases", {}).items() if name in slugs}
    kept = slugs | {alias["parent"] for alias in aliases.values()}
    found["icons"] = {name: icon for name, icon in found["icons"].items() if name in kept}
    found["aliases"] = aliases
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def _add(tar: tarfile.TarFile, name: Path, data: bytes) -> None:
    entry = tarfile.TarInfo(str(name))
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))
