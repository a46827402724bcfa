"""`safelight/echo`: draws its prompt on a gradient and takes a set time for each step. For tests and benchmarks.

It behaves towards the batcher like a model on a GPU: a step takes the same time whatever the batch, and leaves the
cores alone. It can also fail on demand, in every place where a real model or its process can fail.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import tempfile
import textwrap
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageOps

from inference import images
from inference.errors import RunnerError
from inference.preview import jpeg, png, to_image
from inference.protocol import SEED_MAX
from inference.runners.base import Card, Sample

REVISION = "echo 2"
PREVIEW_PX = 128
OVERSIZE_BYTES = 48 * 2**20

FAULTS = {
    "none": "Nothing goes wrong.",
    "error": "The model raises an error half way.",
    "error_decode": "The model raises an error while the picture is finished.",
    "crash": "The process ends half way.",
    "crash_once": "The process ends half way, but only the first time this prompt and seed are drawn.",
    "crash_decode": "The process ends while the picture is finished.",
    "hang": "The step half way never ends.",
    "truncated": "The picture's file is cut in half.",
    "bomb": "The picture's file claims to be 50,000 pixels wide and high.",
    "text": "The picture's file is text.",
    "oversize": "The picture's file is 48 MiB long.",
}

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
            "description": "The words to draw.",
            "minLength": 1,
            "maxLength": 2000,
            "pattern": "\\S",
            "x-order": 0,
            "x-control": "prompt",
        },
        "negative_prompt": {
            "type": "string",
            "title": "Negative prompt",
            "description": "Changes the colours, as a real one would change the picture.",
            "maxLength": 2000,
            "default": "",
            "x-order": 1,
        },
        "start_image": {
            "type": "string",
            "title": "Start image",
            "description": "A picture to start from.",
            "format": "uri",
            "contentMediaType": "image/*",
            "x-order": 1.1,
            "x-control": "image",
        },
        "mask": {
            "type": "string",
            "title": "Mask",
            "description": "White is painted anew, black stays as it is in the start image.",
            "format": "uri",
            "contentMediaType": "image/*",
            "x-order": 1.2,
            "x-control": "image",
        },
        "strength": {
            "type": "number",
            "title": "Strength",
            "description": "How much of the start image is painted over: 0 keeps it, 1 leaves nothing of it.",
            "minimum": 0,
            "maximum": 1,
            "default": 0.7,
            "x-order": 1.3,
            "x-control": "slider",
        },
        "width": {
            "type": "integer",
            "title": "Width",
            "description": "In pixels.",
            "minimum": 64,
            "maximum": 1024,
            "multipleOf": 64,
            "default": 256,
            "x-order": 2,
            "x-control": "slider",
        },
        "height": {
            "type": "integer",
            "title": "Height",
            "description": "In pixels.",
            "minimum": 64,
            "maximum": 1024,
            "multipleOf": 64,
            "default": 256,
            "x-order": 3,
            "x-control": "slider",
        },
        "steps": {
            "type": "integer",
            "title": "Steps",
            "description": "How many times the picture is sharpened.",
            "minimum": 1,
            "maximum": 200,
            "default": 20,
            "x-order": 4,
            "x-control": "slider",
        },
        "guidance": {
            "type": "number",
            "title": "Guidance",
            "description": "Changes the colours, as a real one would change the picture.",
            "minimum": 0,
            "maximum": 20,
            "default": 7.5,
            "x-order": 5,
            "x-control": "slider",
        },
        "num_outputs": {
            "type": "integer",
            "title": "Images",
            "description": "How many pictures to draw.",
            "minimum": 1,
            "maximum": 8,
            "default": 1,
            "x-order": 6,
            "x-control": "segmented",
        },
        "seed": {
            "type": "integer",
            "title": "Seed",
            "description": "The same seed draws the same picture again. Left out: a new one each time.",
            "minimum": 0,
            "maximum": SEED_MAX,
            "x-order": 7,
            "x-control": "seed",
        },
        "step_ms": {
            "type": "number",
            "title": "Milliseconds a step",
            "description": "A step of several pictures takes the longest of theirs.",
            "minimum": 0,
            "maximum": 60000,
            "default": 50,
            "x-order": 8,
        },
        "decode_ms": {
            "type": "number",
            "title": "Milliseconds to finish",
            "description": "Time between the last step and the picture.",
            "minimum": 0,
            "maximum": 60000,
            "default": 0,
            "x-order": 9,
        },
        "fault": {
            "type": "string",
            "title": "Fault",
            "description": " ".join(f"{name}: {what}" for name, what in FAULTS.items()),
            "enum": list(FAULTS),
            "default": "none",
            "x-order": 10,
        },
    },
}


@dataclass(frozen=True, slots=True)
class Ground:
    """A start image, and how much of each of its pixels the drawing covers ("L", 255 is all), in the output's size."""

    picture: Image.Image
    cover: Image.Image

    def under(self, drawing: Image.Image) -> Image.Image:
        """The drawing over the start image, in the drawing's size."""
        picture, cover = self.picture, self.cover
        if drawing.size != picture.size:
            picture, cover = picture.resize(drawing.size), cover.resize(drawing.size)
        return Image.composite(drawing, picture, cover)


@dataclass(slots=True, eq=False, kw_only=True)
class EchoSample(Sample):
    """`recipe` is all that the drawing depends on, `ground` what it is drawn over, `small` both as a preview."""

    recipe: str
    prompt: str
    size: tuple[int, int]
    ground: Ground | None
    small: Image.Image
    step_s: float
    decode_s: float
    fault: str

    @property
    def half_way(self) -> bool:
        return self.step == self.steps // 2


@dataclass(frozen=True, slots=True)
class EchoRunner:
    card: Card

    def begin(self, input: Mapping[str, Any], *, seed: int) -> EchoSample:
        width, height = input["width"], input["height"]
        recipe = json.dumps(
            [input["prompt"], input["negative_prompt"], input["guidance"], width, height, seed]
        )
        scale = PREVIEW_PX / max(width, height)
        small = (max(1, round(width * scale)), max(1, round(height * scale)))
        ground = _ground(input)
        return EchoSample(
            seed=seed,
            steps=input["steps"],
            bucket=f"echo/{width}x{height}",
            recipe=recipe,
            prompt=input["prompt"],
            size=(width, height),
            ground=ground,
            small=_over(ground, draw(recipe, input["prompt"], size=small)),
            step_s=input["step_ms"] / 1000,
            decode_s=input["decode_ms"] / 1000,
            fault=input["fault"],
        )

    def step(self, samples: Sequence[EchoSample]) -> None:
        for sample in samples:
            if sample.half_way:
                _strike_stepping(sample)
        time.sleep(max(sample.step_s for sample in samples))

    def preview(self, sample: EchoSample) -> bytes | None:
        """The picture, as coarse as there are steps to go."""
        cells = max(2, round(PREVIEW_PX * (sample.step / sample.steps) ** 2))
        coarse = sample.small.resize((cells, cells), Image.Resampling.BOX)
        return jpeg(coarse.resize(sample.small.size, Image.Resampling.BICUBIC))

    def decode(self, samples: Sequence[EchoSample]) -> list[bytes]:
        time.sleep(max(sample.decode_s for sample in samples))
        return [_file(sample) for sample in samples]


def load() -> EchoRunner:
    jpeg(
        draw("", "warm", size=(64, 64))
    )  # the font and the coders are loaded now, not in somebody's first step
    version = hashlib.sha256(json.dumps([REVISION, SCHEMA], sort_keys=True).encode()).hexdigest()
    return EchoRunner(
        Card(
            ref="safelight/echo",
            version=version,
            name="Echo",
            description="Draws its prompt on a gradient, in a set time. For tests.",
            hint="It writes your words on a gradient.",
            schema=SCHEMA,
            output={"width": 256, "height": 256, "mime": "image/png"},
            buckets=["echo/256x256"],
            examples=["hello", "the quick brown fox"],
            max_slots=8,
        )
    )


def draw(recipe: str, prompt: str, *, size: tuple[int, int]) -> Image.Image:
    """A gradient in two colours, a soft disc in a third, and the prompt; all of it follows from `recipe`."""
    dice = hashlib.sha256(recipe.encode()).digest()
    ramp = Image.linear_gradient("L").rotate(dice[9] // 64 * 90).resize(size)
    picture = ImageOps.colorize(ramp, black=_colour(dice[0:3]), white=_colour(dice[3:6]))
    radius = min(size) // 3
    disc = ImageOps.invert(Image.radial_gradient("L").resize((2 * radius, 2 * radius)))
    corner = (dice[10] * (size[0] - 2 * radius) // 255, dice[11] * (size[1] - 2 * radius) // 255)
    picture.paste(_colour(dice[6:9]), (*corner, corner[0] + 2 * radius, corner[1] + 2 * radius), disc)
    _write(picture, prompt)
    return picture


def _ground(input: Mapping[str, Any]) -> Ground | None:
    """What the input brings to start from. Raises RunnerError: no picture that is taken, or a mask for nothing."""
    start, mask = input.get("start_image"), input.get("mask")
    if not start:
        if mask:
            raise RunnerError("A mask needs a start image.")
        return None
    width, height = input["width"], input["height"]
    picture = to_image(images.decode(start, width=width, height=height))
    cover = Image.new("L", picture.size, round(255 * input["strength"]))
    if mask:
        cover = ImageChops.multiply(cover, to_image(images.decode_mask(mask, width=width, height=height)))
    return Ground(picture, cover)


def _over(ground: Ground | None, drawing: Image.Image) -> Image.Image:
    return drawing if ground is None else ground.under(drawing)


def _colour(three: bytes) -> tuple[int, int, int]:
    red, green, blue = (40 + byte * 3 // 4 for byte in three)
    return red, green, blue


def _write(picture: Image.Image, prompt: str) -> None:
    height = max(8, picture.width // 14)
    printable = prompt[:200].encode("latin-1", "replace").decode("latin-1")  # all that the built-in font has
    text = "\n".join(textwrap.wrap(printable, width=22)[:8])
    position = (picture.width // 16, picture.height // 2)
    ImageDraw.Draw(picture).text(
        position, text, fill="white", font=ImageFont.load_default(height), anchor="lm"
    )


def _strike_stepping(sample: EchoSample) -> None:
    if sample.fault == "error":
        raise RunnerError("This picture was asked to fail half way, and did.")
    if sample.fault == "crash" or (sample.fault == "crash_once" and _first_time(sample)):
        os._exit(1)
    while sample.fault == "hang":
        time.sleep(3600)


def _first_time(sample: EchoSample) -> bool:
    """True once for each recipe, also when this process is another one: the mark is a file."""
    name = hashlib.sha256(sample.recipe.encode()).hexdigest()[:32]
    mark = Path(tempfile.gettempdir()) / f"safelight-echo-{name}"
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _bomb() -> bytes:
    """A PNG whose header promises 2.5 gigapixels."""
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(100_000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _file(sample: EchoSample) -> bytes:
    """The picture's file, or what the fault makes of it."""
    if sample.fault == "error_decode":
        raise RunnerError("This picture was asked to fail while it is finished, and did.")
    if sample.fault == "crash_decode":
        os._exit(1)
    file = png(_over(sample.ground, draw(sample.recipe, sample.prompt, size=sample.size)))
    if sample.fault == "truncated":
        return file[: len(file) // 2]
    if sample.fault == "bomb":
        return _bomb()
    if sample.fault == "text":
        return b"This is not a picture."
    if sample.fault == "oversize":
        return file + bytes(OVERSIZE_BYTES - len(file))
    return file
