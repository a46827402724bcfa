"""What was found in a file, whichever program wrote it, under one set of names."""

import json
import math
from dataclasses import dataclass, field
from typing import Any

PROMPT_MAX, WORD_MAX = 20_000, 200  # characters that are taken of a text, and of a name
JSON_MAX = 2 * 2**20


@dataclass(slots=True)
class Found:
    """`values`: by our names (prompt, negative_prompt, seed, steps, guidance, width, height, strength, sampler …)."""

    program: str
    model: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def put(self, name: str, value: Any) -> None:
        """Keep it when it is a text, a number or a yes or no of a bearable size; else nothing happens."""
        if isinstance(value, str) and value.strip():
            self.values[name] = value.strip()[: PROMPT_MAX if "prompt" in name else WORD_MAX]
        elif isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**64):
            self.values[name] = value
        elif isinstance(value, float) and math.isfinite(value):
            self.values[name] = int(value) if value == int(value) and abs(value) < 2**53 else value

    def name_model(self, value: Any) -> None:
        """Without folder and ending: "SDXL/dreamshaper.safetensors" is "dreamshaper"."""
        if isinstance(value, str) and value.strip():
            word = value.strip()[:WORD_MAX].replace("\\", "/")
            word = word if word.startswith("safelight/") else word.rpartition("/")[2]
            self.model = word.removesuffix(".safetensors").removesuffix(".ckpt")


def number_of(text: str) -> int | float | None:
    """A number in plain digits; None for anything else."""
    text = text.strip()
    if len(text) > 32 or not text.isascii():
        return None
    try:
        found = float(text)
        return int(text) if text.lstrip("+-").isdecimal() else found if math.isfinite(found) else None
    except ValueError:
        return None


def object_of(text: str) -> dict[str, Any]:
    """A JSON object; an empty one for anything else."""
    if len(text) > JSON_MAX:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
