"""picto's input, as a JSON schema, and what it means in pixels and latent cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inference.protocol import SEED_MAX
from inference.runners.picto.scene import STYLES

AUTO = "auto"
CELL = 16  # pixels of a latent cell at the smaller size
GRIDS = {"square": (16, 16), "3:4": (12, 16), "4:3": (16, 12), "16:9": (16, 9)}  # cells across and down
SIZES = (256, 512)

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
            "description": "Up to three things, how many, their colour and size, where they are, at what hour.",
            "minLength": 1,
            "maxLength": 2000,
            "pattern": "\\S",
            "x-order": 0,
            "x-control": "prompt",
        },
        "negative_prompt": {
            "type": "string",
            "title": "Leave out",
            "description": "Things, colours, styles and places that must not be in the picture.",
            "maxLength": 2000,
            "default": "",
            "x-order": 1,
        },
        "style": {
            "type": "string",
            "title": "Style",
            "description": "Auto takes it from the prompt, or picks one.",
            "enum": [AUTO, *STYLES],
            "default": AUTO,
            "x-order": 2,
            "x-control": "segmented",
        },
        "aspect_ratio": {
            "type": "string",
            "title": "Shape",
            "description": "Width to height.",
            "enum": list(GRIDS),
            "default": "square",
            "x-order": 3,
            "x-control": "segmented",
        },
        "size": {
            "type": "integer",
            "title": "Size",
            "description": "Pixels of the longer side.",
            "enum": list(SIZES),
            "default": 256,
            "x-order": 4,
            "x-control": "segmented",
        },
        "num_outputs": {
            "type": "integer",
            "title": "Images",
            "description": "How many pictures to draw.",
            "minimum": 1,
            "maximum": 4,
            "default": 1,
            "x-order": 5,
            "x-control": "segmented",
        },
        "steps": {
            "type": "integer",
            "title": "Steps",
            "description": "More steps work out skies and small things better. Beyond 12 little changes.",
            "minimum": 1,
            "maximum": 30,
            "default": 12,
            "x-order": 6,
            "x-control": "slider",
        },
        "guidance": {
            "type": "number",
            "title": "Guidance",
            "description": "How strictly the picture follows the words. Above 1 a step takes twice as long.",
            "minimum": 1,
            "maximum": 3,
            "default": 1,
            "x-order": 7,
            "x-control": "slider",
        },
        "seed": {
            "type": "integer",
            "title": "Seed",
            "description": "The same seed draws the same picture again. Left out: a new one each time.",
            "minimum": 0,
            "maximum": SEED_MAX,
            "x-order": 8,
            "x-control": "seed",
        },
        "start_image": {
            "type": "string",
            "title": "Start image",
            "description": "A picture to start from.",
            "format": "uri",
            "contentMediaType": "image/*",
            "x-order": 9,
            "x-control": "image",
        },
        "strength": {
            "type": "number",
            "title": "Strength",
            "description": "How far the picture may go from the start image. A mask needs none: it is painted anew.",
            "minimum": 0,
            "maximum": 1,
            "default": 0.6,
            "x-with": "start_image",
            "x-order": 10,
            "x-control": "slider",
        },
        "mask": {
            "type": "string",
            "title": "Mask",
            "description": "White is painted anew, black stays as it is in the start image.",
            "format": "uri",
            "contentMediaType": "image/*",
            "x-order": 11,
            "x-control": "image",
        },
    },
    "dependentRequired": {"mask": ["start_image"]},
    # What an output measures, for who wants to know before it is there: settings → width and height in pixels.
    "x-output-size": {
        "of": ["aspect_ratio", "size"],
        "pixels": {
            f"{name} {size}": [size * across // 16, size * down // 16]
            for name, (across, down) in GRIDS.items()
            for size in SIZES
        },
    },
}


def grid(input: Mapping[str, Any]) -> tuple[int, int]:
    """Latent cells across and down."""
    return GRIDS[input["aspect_ratio"]]


def pixels(input: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height of an output."""
    across, down = grid(input)
    return input["size"] * across // 16, input["size"] * down // 16
