"""What the text encoder makes of the captions, computed once: it is not trained, so its vectors never change.

The encoder is all-MiniLM-L6-v2 (Wang et al. 2020; Reimers and Gurevych 2019) as the runner uses it, with int8 weights.
Sentences of one length go through together, so that there is no padding and each gets the numbers that it gets alone.

    text/names.npy           [things, KEYS, 384] float16: of each thing the mean vectors of its words, see `_keys`
    text/bank.npy            [things, BANK, 384] float16, unit length: what it is called and said to be, one by one
    text/features/000.npz    SHARD captions each: `tokens` [all tokens, 384] float16, sentence after sentence, [CLS] and
                             [SEP] among them; `roles` [all tokens] int8: what the word is for, as in said.py;
                             `lengths` [captions] int64: how many tokens each has
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from tokenizers import Encoding, Tokenizer

from inference.runners.graphs import run as infer
from inference.runners.graphs import session
from inference.training import budget, captions, words
from inference.training.captions import Caption
from inference.training.progress import counted
from inference.training.said import IGNORED
from inference.training.words import ThingWords

Floats = NDArray[np.float32]

WIDTH = 384
TOKENS_MAX = 64
KEYS = 2  # vectors a thing: its name, all that it is called and said to be
SHARD = 15_000
BATCH = 64
BANK = 6  # texts a thing in the bank: its name, two other names, three descriptions
EACH = 5  # other names, and descriptions, that a key is the mean of


def run(*, folder: Path, minutes: float = 0) -> None:
    """Write the files that are missing; about ten minutes for 60,000 captions on one core."""
    text = folder / "text"
    encoder = Encoder(text)
    if not (text / "bank.npy").is_file():
        keys, bank = _keys(words.load(folder).things, encoder=encoder)
        np.save(text / "names.npy", keys)
        np.save(text / "bank.npy", bank)
    made = captions.load(folder)
    (text / "features").mkdir(exist_ok=True)
    for number, start in enumerate(range(0, len(made), SHARD)):
        target = text / "features" / f"{number:03}.npz"
        if not target.is_file():
            _write(target, made[start : start + SHARD], encoder=encoder)


def _write(target: Path, made: list[Caption], *, encoder: Encoder) -> None:
    encodings = encoder.tokenizer.encode_batch([caption.text for caption in made])
    roles = [roles_of(encoding, caption) for encoding, caption in zip(encodings, made, strict=True)]
    vectors = encoder.all_tokens(encodings, stage=f"features {target.stem}")
    part = target.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(
            file,
            tokens=np.concatenate(vectors),
            roles=np.concatenate(roles),
            lengths=np.array([len(each) for each in roles]),
        )
    part.rename(target)


class Encoder:
    """The text encoder of a folder, and its tokenizer."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(max_length=TOKENS_MAX)
        self.graph: InferenceSession = session(folder / "text_encoder.onnx", threads=budget.threads())

    def tokens(self, encodings: list[Encoding]) -> Floats:
        """[B, T, 384] of sentences that all have T tokens."""
        ids = np.array([each.ids for each in encodings], dtype=np.int64)
        vectors: Floats = infer(self.graph, input_ids=ids, attention_mask=np.ones_like(ids))["tokens"]
        return vectors

    def all_tokens(self, encodings: list[Encoding], *, stage: str) -> list[NDArray[np.float16]]:
        """[T, 384] of each sentence, in their order."""
        found: list[NDArray[np.float16]] = [np.zeros((0, WIDTH), np.float16)] * len(encodings)
        batches = list(_batches(np.array([len(each.ids) for each in encodings])))
        for chosen in counted(stage, batches, total=len(batches)):
            vectors = self.tokens([encodings[i] for i in chosen]).astype(np.float16)
            for i, one in zip(chosen, vectors, strict=True):
                found[i] = one
        return found


def roles_of(encoding: Encoding, caption: Caption) -> NDArray[np.int8]:
    """[T] int8: each token's role. What stands in no piece, [CLS] and [SEP] too, is ignored."""
    roles = np.full(len(encoding.ids), IGNORED, np.int8)
    for place, (start, end) in enumerate(encoding.offsets):
        if start < end:
            roles[place] = next((r for a, b, r in caption.spans if a <= start < b), IGNORED)
    return roles


def _batches(lengths: NDArray[np.int64]) -> Iterator[list[int]]:
    """Numbers of sentences that have one length, BATCH at a time."""
    order = np.argsort(lengths, kind="stable")
    edges = np.flatnonzero(np.diff(lengths[order])) + 1
    for group in np.split(order, edges):
        for start in range(0, len(group), BATCH):
            yield group[start : start + BATCH].tolist()


def _keys(things: list[ThingWords], *, encoder: Encoder) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """Where the reader begins to look for each thing [things, KEYS, 384], and the bank [things, BANK, 384]. Means of
    the words' vectors, without [CLS] and [SEP]."""
    texts = [[thing.names[0], *thing.names[1 : 1 + EACH], *thing.sentences[:EACH]] for thing in things]
    encodings = encoder.tokenizer.encode_batch([text for of_one in texts for text in of_one])
    means = iter(
        [one[1:-1].astype(np.float32).mean(axis=0) for one in encoder.all_tokens(encodings, stage="names")]
    )
    keys = np.zeros((len(things), KEYS, WIDTH), np.float16)
    bank = np.zeros((len(things), BANK, WIDTH), np.float32)
    for number, thing in enumerate(things):
        vectors = [next(means) for _ in texts[number]]
        keys[number] = vectors[0], np.mean(vectors, axis=0)
        told = len(thing.names[: 1 + EACH])
        chosen = [*vectors[:3][:told], *vectors[told : told + 3]]
        bank[number] = [*chosen, *[vectors[0]] * (BANK - len(chosen))]
    bank /= np.linalg.norm(bank, axis=-1, keepdims=True)
    return keys, bank.astype(np.float16)
