"""picto from disk to ready: files checked, graphs made beside each other, and the card that it shows."""

from __future__ import annotations

import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from inference import device
from inference.errors import BrokenWeights
from inference.preview import LinearMap
from inference.runners.base import Card
from inference.runners.graphs import session
from inference.runners.picto import weights
from inference.runners.picto.drawings import Drawings
from inference.runners.picto.places import Bank
from inference.runners.picto.prompts import Reader
from inference.runners.picto.reading import Vocabulary
from inference.runners.picto.runner import PictoRunner
from inference.runners.picto.scene import PLACES, STYLES
from inference.runners.picto.schema import GRIDS, SCHEMA

WEIGHTS = Path(__file__).parents[2] / "weights" / "picto"
REVISION = "picto 3"  # to be changed with anything that changes a picture
GRAPHS = (  # the slowest to load first
    "text_encoder",
    "drawings",
    "denoiser",
    "reader",
    "decoder",
    "decoder_512",
    "encoder",
)
EXAMPLES = [
    "a penguin in the snow",
    "two cats on a stage, cartoon",
    "a blue apple beside a red book",
    "a rocket on the moon at night",
    "a tiny castle on the beach at sunset",
    "a robot in front of a bookshelf in a library",
    "three purple butterflies in a garden",
    "a dragon above a volcano, 3d",
]


def load(*, threads: int, folder: Path = WEIGHTS) -> PictoRunner:
    """About a second. Raises BrokenWeights."""
    files = weights.read(folder)
    try:
        made = _made(files, threads=threads, readme=_readme(folder))
    except Exception as error:  # bytes that are the right ones cannot raise, wrong ones can raise anything
        raise BrokenWeights(
            f"The model's weights in {folder} are of another version than this program ({type(error).__name__})."
        ) from error
    device.give_memory_back()
    return made


def _readme(folder: Path) -> str:
    """What stands beside the weights about them; nothing where it was left out."""
    path = folder / "README.md"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _made(files: dict[str, bytes], *, threads: int, readme: str) -> PictoRunner:
    names = [*GRAPHS, *(["painter"] if weights.PAINTER in files else [])]
    with ThreadPoolExecutor(4) as pool:
        made = pool.map(lambda name: session(files[f"{name}.onnx"], threads=threads), names)
        graphs = dict(zip(names, made, strict=True))
    vocabulary = _vocabulary(files["vocabulary.json"])
    matrix = np.load(io.BytesIO(files["preview.npy"]), allow_pickle=False).astype(np.float32)
    return PictoRunner(
        card=_card(version=_version(files), things=len(vocabulary.things), readme=readme),
        reader=Reader(
            tokenizer=Tokenizer.from_buffer(files["tokenizer.json"]),
            encoder=graphs["text_encoder"],
            graph=graphs["reader"],
            vocabulary=vocabulary,
            has_painter="painter" in graphs,
        ),
        drawings=Drawings(graphs["drawings"], painter=graphs.get("painter")),
        places=Bank.load(io.BytesIO(files["places.npz"])),
        encoder=graphs["encoder"],
        denoiser=graphs["denoiser"],
        decoders={1: graphs["decoder"], 2: graphs["decoder_512"]},
        to_rgb=LinearMap(matrix=matrix, patch=int((matrix.shape[1] // 3) ** 0.5)),
    )


def _vocabulary(data: bytes) -> Vocabulary:
    """{"things": [names], "emoji": {emoji: name}}."""
    words = json.loads(data)
    return Vocabulary(things=tuple(words["things"]), emoji=words["emoji"])


def _version(files: dict[str, bytes]) -> str:
    """Everything that a picture depends on: weights, schema, this code. The processor's last bits are not in it."""
    parts = json.dumps([REVISION, SCHEMA, weights.digest(files)], sort_keys=True)
    return hashlib.sha256(parts.encode()).hexdigest()


def _card(*, version: str, things: int, readme: str) -> Card:
    return Card(
        ref="safelight/picto",
        version=version,
        name="Picto",
        description=(
            f"A small model that ships with the site and runs on any processor. It draws {things:,} things it knows,"
            f" in {len(STYLES)} styles and {len(PLACES)} places, by day and by night, and says what it did not"
            " know."
        ),
        hint=(
            "It draws up to three kinds of things, as many and in the colours you say, in a place that you name. What"
            " it does not know it says under the picture."
        ),
        schema=SCHEMA,
        output={"width": 256, "height": 256, "mime": "image/png"},
        buckets=[f"picto/{across}x{down}" for across, down in GRIDS.values()],
        examples=EXAMPLES,
        readme=readme,
    )
