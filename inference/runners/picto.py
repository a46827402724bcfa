"""`safelight/picto`, the model that ships with the site: 1,046 things in five styles at 256 × 256 pixels, on a CPU.

How a prompt becomes a picture (weights/picto/MODEL_CARD.md says more):

    text encoder   prompt                              → token vectors
    prior          token vectors, noise, style         → a rough picture as a latent, and what was read
    denoiser       Gaussian noise, rough picture, t    → velocity; once a step, flow.py follows it
    decoder        latent                              → pixels

The first two run once an output, in `begin`; the third is the step that outputs share; the last is `decode`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from tokenizers import Tokenizer

from inference.errors import RunnerError
from inference.preview import LinearMap, jpeg, png, to_image
from inference.protocol import SEED_MAX
from inference.runners import flow
from inference.runners.base import Card, Sample
from inference.runners.graphs import run, session
from inference.runners.reading import Vocabulary, read_as

Floats = NDArray[np.float32]

WEIGHTS = Path(__file__).parent.parent / "weights" / "picto"
REVISION = "picto 1: philox noise, euler, jump from 0.6"  # to be changed with anything that changes a picture
LATENT = (48, 16, 16)
TOKENS_MAX = 64
LAYOUT_DICE = 2**32  # the "step" whose dice place the things: no schedule is that long
AUTO = "auto"
STYLES = ["3d", "flat", "cartoon", "sticker", "line art"]  # in the order of the prior's numbers

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "title": "Input",
    "additionalProperties": False,
    "required": ["prompt"],
    "properties": {
        "prompt": {
            "type": "string",
            "title": "Prompt",
            "description": "One or two things, how many, their colour, where they are.",
            "minLength": 1,
            "maxLength": 2000,
            "pattern": "\\S",
            "x-order": 0,
            "x-control": "prompt",
        },
        "style": {
            "type": "string",
            "title": "Style",
            "description": "Auto takes it from the prompt, or picks one.",
            "enum": [AUTO, *STYLES],
            "default": AUTO,
            "x-order": 1,
            "x-control": "segmented",
        },
        "num_outputs": {
            "type": "integer",
            "title": "Images",
            "description": "How many pictures to draw.",
            "minimum": 1,
            "maximum": 4,
            "default": 1,
            "x-order": 2,
            "x-control": "segmented",
        },
        "steps": {
            "type": "integer",
            "title": "Steps",
            "description": "More steps give skies and scenes more structure. Beyond 12 little changes.",
            "minimum": 1,
            "maximum": 50,
            "default": 12,
            "x-order": 3,
            "x-control": "slider",
        },
        "seed": {
            "type": "integer",
            "title": "Seed",
            "description": "The same seed draws the same picture again. Left out: a new one each time.",
            "minimum": 0,
            "maximum": SEED_MAX,
            "x-order": 4,
            "x-control": "seed",
        },
    },
}


@dataclass(slots=True, eq=False, kw_only=True)
class PictoSample(Sample):
    """`x` [48, 16, 16]: where the output stands between noise and picture. `times` [steps + 1], see flow.py.

    `coarse` [48, 16, 16] and `cond` [18] steer the denoiser. `expected`: the picture as foreseen at the last step.
    """

    x: Floats
    expected: Floats
    times: Floats
    coarse: Floats
    cond: Floats
    guidance: float

    @property
    def t(self) -> np.float32:
        return np.float32(self.times[self.step])


@dataclass(frozen=True, slots=True, eq=False)
class PictoRunner:
    """The loaded graphs. Methods as in runners/base.py."""

    card: Card
    tokenizer: Tokenizer
    text_encoder: InferenceSession
    prior: InferenceSession
    denoiser: InferenceSession
    decoder: InferenceSession
    vocabulary: Vocabulary
    to_rgb: LinearMap

    def begin(self, input: Mapping[str, Any], *, seed: int) -> PictoSample:
        tokens, mask, embedding = _read_prompt(self, input["prompt"])
        style = STYLES.index(input["style"]) if input["style"] != AUTO else -1
        layout_noise = flow.dice(seed, LAYOUT_DICE).random((1, 32), dtype=np.float32)
        rough = run(self.prior, tokens=tokens, mask=mask, noise=layout_noise, style=np.array([style]))
        start = flow.dice(seed, 0).standard_normal(LATENT, dtype=np.float32)
        coarse = rough["coarse"][0]
        reading = read_as(
            self.vocabulary,
            rough["chosen"][0],
            rough["confidence"][0],
            corners=self._corners(coarse),
            embedding=embedding,
        )
        return PictoSample(
            seed=seed,
            steps=input["steps"],
            bucket="picto/256x256",
            facts={"read_as": reading},
            x=start,
            expected=coarse,
            times=flow.time_table(input["steps"]),
            coarse=coarse,
            cond=rough["cond"][0],
            guidance=input.get("guidance", 1.0),
        )

    def step(self, samples: Sequence[PictoSample]) -> None:
        for sample, velocity in zip(samples, self._velocities(samples), strict=True):
            t, t_next = sample.times[sample.step], sample.times[sample.step + 1]
            sample.expected = flow.expected(sample.x, velocity, t=t)
            sample.x = flow.euler(sample.x, velocity, t=t, t_next=t_next)

    def preview(self, sample: PictoSample) -> bytes | None:
        return jpeg(to_image(self.to_rgb.rgb(sample.expected)))

    def decode(self, samples: Sequence[PictoSample]) -> list[bytes]:
        images = run(self.decoder, latent=np.stack([sample.x for sample in samples]))["image"]
        if not np.isfinite(images).all():
            raise RunnerError("The model drew something that is no picture. Try another seed.")
        return [png(to_image(image.transpose(1, 2, 0).clip(0, 1))) for image in images]

    def _velocities(self, samples: Sequence[PictoSample]) -> list[Floats]:
        """One forward for all. A sample with guidance takes a second row, without its prompt; the others do not."""
        led = [sample for sample in samples if sample.guidance != 1]
        rows = [(each.x, each.t, each.coarse, each.cond) for each in samples]
        rows += [(each.x, each.t, np.zeros_like(each.coarse), np.zeros_like(each.cond)) for each in led]
        x, t, coarse, cond = (np.stack(column) for column in zip(*rows, strict=True))
        found = list(run(self.denoiser, x=x, t=t, coarse=coarse, cond=cond)["velocity"])
        free = dict(zip(map(id, led), found[len(samples) :], strict=True))
        return [
            flow.guided(velocity, free[id(sample)], guidance=sample.guidance)
            if id(sample) in free
            else velocity
            for sample, velocity in zip(samples, found, strict=False)
        ]

    def _corners(self, latent: Floats) -> Floats:
        """[2, 3]: mean colour of the two top and the two bottom corner cells of a latent, 0..1."""
        edge = self.to_rgb.rgb(latent[:, [0, 0, -1, -1], [0, -1, 0, -1]].reshape(48, 2, 2))
        corners: Floats = edge.reshape(2, -1, 3).mean(axis=1)
        return corners


@lru_cache(maxsize=16)
def _read_prompt(runner: PictoRunner, prompt: str) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Token vectors [1, T, 384], their mask [1, T] and the prompt's embedding [384].

    Kept for a while, as the outputs of one prediction share a prompt. The result does not depend on the cache.
    """
    ids = np.array([runner.tokenizer.encode(prompt).ids], dtype=np.int64)
    mask = np.ones_like(ids)
    read = run(runner.text_encoder, input_ids=ids, attention_mask=mask)
    return read["tokens"], mask, read["embedding"][0]


def load(*, threads: int) -> PictoRunner:
    """From disk to ready, about half a second. Raises OSError when a file is missing."""
    names = ("prior", "text_encoder", "denoiser", "decoder")  # the slowest first: they load beside each other
    files = [WEIGHTS / f"{name}.onnx" for name in names] + [WEIGHTS / "tokenizer.json"]
    with ThreadPoolExecutor() as pool:
        graphs = dict(
            zip(names, pool.map(lambda file: session(file, threads=threads), files[:4]), strict=True)
        )
        digests = list(pool.map(_digest, files))
    return PictoRunner(
        card=_card(_version(digests)),
        tokenizer=tokenizer_of(WEIGHTS),
        vocabulary=_vocabulary(),
        to_rgb=LinearMap.load(WEIGHTS / "preview.npy"),
        **graphs,
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _version(digests: list[str]) -> str:
    """Everything that a picture depends on: weights, schema, this code. The processor's last bits are not in it."""
    return hashlib.sha256(json.dumps([REVISION, SCHEMA, digests], sort_keys=True).encode()).hexdigest()


def tokenizer_of(folder: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=TOKENS_MAX)
    return tokenizer


def _vocabulary() -> Vocabulary:
    words = json.loads((WEIGHTS / "vocabulary.json").read_text(encoding="utf-8"))
    return Vocabulary(**words, embeddings=np.load(WEIGHTS / "names.npy").astype(np.float32))


def _card(version: str) -> Card:
    return Card(
        ref="safelight/picto",
        version=version,
        name="Picto",
        description=(
            "A small model that ships with the site and runs on any processor. It knows 1,046 things, animals, food, "
            "vehicles and buildings among them, in five styles and eleven places, at 256 × 256 pixels."
        ),
        hint=(
            "It draws one or two things it knows, in a place that you name. Of one thing there can be up to four, or "
            "another colour; what has a colour in its name, like a red apple, keeps it."
        ),
        schema=SCHEMA,
        output={"width": 256, "height": 256, "mime": "image/png"},
        buckets=["picto/256x256"],
        examples=[
            "two penguins in the snow",
            "a unicorn in space, cartoon",
            "an owl on top of a book",
            "a huge strawberry",
            "a robot in front of a castle at night",
            "a purple elephant",
            "a pink cactus in the desert",
            "a tiny house on the beach",
        ],
    )
