"""The reader: what a sentence asks for, from the vectors of its words. A small attention network (Vaswani et al. 2017).

    words [T, 384] → two pre-norm layers of self-attention, DIM wide
    learned queries, one for each thing and one for each other question, look at the words (as in DETR, Carion et al.
    2020, which asks an image for its objects) → one vector an answer
    a thing's query also points: the raw word vectors, weighted by where it points, are its `features`. Compared by
    cosine with learned keys of every known thing, which begin as the vectors of their names, they say which it is

The text encoder is frozen: near in meaning is near in its space, so words that no caption had still point right.

Answers, `Answers` below, by name; the graph (export.reader) gives probabilities for the logits:

    things     [B, 3, N + 2]   which thing: N known ones, UNKNOWN = N, ABSENT = N + 1
    features   [B, 3, 384]     pooled word vectors of what names it
    count      [B, 3, 5]       one to five
    size       [B, 3, 3]
    recolour   [B, 3]          is it to have another colour,
    colour     [B, 3, 3]       and which, RGB 0..1
    relation   [B, 8]          position [B, 5]
    style      [B, 6]          place [B, 23]    light [B, 5]    weather [B, 5]: the last number means "not said"
    ground     [B, 2]          is there a plain background; ground_rgb [B, 6]: its top and bottom colour
    used       [B, T]          does a word have an effect
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.runners.picto.scene import (
    COUNT_MAX,
    LIGHTS,
    PLACES,
    POSITIONS,
    RELATIONS,
    SIZES,
    STYLES,
    THINGS_MAX,
    WEATHERS,
)
from inference.training.text_features import KEYS, WIDTH

DIM = 192
HEADS = 4
LAYERS = 2
SCENE_HEADS = {
    "relation": len(RELATIONS),
    "position": len(POSITIONS),
    "style": len(STYLES) + 1,
    "place": len(PLACES) + 1,
    "light": len(LIGHTS) + 1,
    "weather": len(WEATHERS) + 1,
    "ground": 8,  # two logits, six numbers of colour
}
THING_HEADS = {"count": COUNT_MAX, "size": len(SIZES), "colour": 4}
FAR = -1e4
Answers = dict[str, Tensor]


class Attention(nn.Module):
    """Queries [B, Q, DIM] look at words [B, T, DIM] in HEADS heads; written out: it exports as plain products."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key_value = nn.Linear(DIM, DIM), nn.Linear(DIM, 2 * DIM)
        self.out = nn.Linear(DIM, DIM)

    def forward(self, queries: Tensor, words: Tensor, far: Tensor) -> Tensor:
        """`far` [B, 1, 1, T]: FAR where there is no word."""
        query = self._heads(self.query(queries))
        key, value = (self._heads(half) for half in self.key_value(words).chunk(2, -1))
        weights = torch.softmax(query @ key.transpose(2, 3) / math.sqrt(DIM // HEADS) + far, -1)
        out: Tensor = self.out((weights @ value).transpose(1, 2).flatten(2))
        return out

    @staticmethod
    def _heads(x: Tensor) -> Tensor:
        return x.unflatten(2, (HEADS, DIM // HEADS)).transpose(1, 2)


class Layer(nn.Module):
    """Pre-norm attention and a two-layer network, each added to what comes in (Xiong et al. 2020)."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.middle = nn.LayerNorm(DIM), nn.LayerNorm(DIM)
        self.attention = Attention()
        self.network = nn.Sequential(nn.Linear(DIM, 2 * DIM), nn.GELU(), nn.Linear(2 * DIM, DIM))

    def forward(self, x: Tensor, words: Tensor | None, far: Tensor) -> Tensor:
        """`words`: what is looked at; None: x itself."""
        near = self.before(x)
        x = x + self.attention(near, near if words is None else words, far)
        out: Tensor = x + self.network(self.middle(x))
        return out


class Reader(nn.Module):
    """`names` [N, KEYS, 384]: where the keys of the known things begin."""

    def __init__(self, names: Tensor) -> None:
        super().__init__()
        self.known = len(names)
        self.enter = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, DIM))
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.queries = nn.Parameter(torch.randn(THINGS_MAX + len(SCENE_HEADS), DIM) * 0.5)
        self.ask = Layer()
        self.leave = nn.LayerNorm(DIM)
        self.point, self.pointed = nn.Linear(DIM, DIM), nn.Linear(DIM, DIM)
        self.turn = nn.Linear(WIDTH, WIDTH)
        nn.init.eye_(self.turn.weight)
        nn.init.zeros_(self.turn.bias)
        self.shift = nn.Linear(DIM, WIDTH)
        nn.init.zeros_(self.shift.weight)
        nn.init.zeros_(self.shift.bias)
        self.keys = nn.Parameter(functional.normalize(names.float(), dim=-1))
        self.sharpness = nn.Parameter(torch.tensor(3.0))
        self.other = nn.Linear(DIM, 2)  # unknown, absent
        self.farness = nn.Parameter(torch.tensor([5.0, 0.5]))
        self.thing_heads = nn.ModuleDict({name: nn.Linear(DIM, size) for name, size in THING_HEADS.items()})
        self.scene_heads = nn.ModuleDict({name: nn.Linear(DIM, size) for name, size in SCENE_HEADS.items()})
        self.used = nn.Linear(DIM, 1)

    def forward(self, tokens: Tensor, mask: Tensor) -> Answers:
        """`tokens` [B, T, 384], `mask` [B, T] float, 1 where there is a word. Logits; colours are 0..1."""
        far = (1 - mask) * FAR
        words = self.enter(tokens)
        for layer in self.layers:
            words = layer(words, None, far[:, None, None])
        asked = self.queries[None].expand(len(tokens), -1, -1)
        found = self.leave(self.ask(asked, words, far[:, None, None]))
        slots = found[:, :THINGS_MAX]
        answers = {name: head(slots) for name, head in self.thing_heads.items()}
        answers |= {
            name: head(found[:, THINGS_MAX + place])
            for place, (name, head) in enumerate(self.scene_heads.items())
        }
        answers |= self._things(tokens, words, slots, far)
        answers["used"] = self.used(words)[..., 0]
        return _split(answers)

    def _things(self, tokens: Tensor, words: Tensor, slots: Tensor, far: Tensor) -> Answers:
        """Point at the words that name a thing, and find it among the keys."""
        pointing = self.point(slots) @ self.pointed(words).transpose(1, 2) / math.sqrt(DIM) + far[:, None]
        weights = torch.softmax(pointing, -1)
        features = weights @ tokens
        around = (
            torch.softmax(pointing / 2, -1) @ tokens
        )  # the words beside count too, by the root of their weight
        meant = functional.normalize(self.turn(features) + self.shift(slots), dim=-1)
        keys = functional.normalize(self.keys, dim=-1).flatten(0, 1)
        likeness = (meant @ keys.T).unflatten(2, (self.known, KEYS)).amax(-1)
        scale = self.sharpness.exp()
        unknown, absent = self.other(slots).split(1, dim=-1)
        # what is like nothing is unknown: the bar that the best likeness must pass is learned
        unknown = unknown + scale * self.farness[1] - self.farness[0] * likeness.amax(-1, keepdim=True)
        logits = torch.cat([likeness * scale, unknown, absent], dim=-1)
        return {"things": logits, "features": features, "pointing": weights, "around": around}


def _split(answers: Answers) -> Answers:
    """Take apart the heads that answer two questions."""
    colour, ground = answers.pop("colour"), answers.pop("ground")
    answers["recolour"], answers["colour"] = colour[..., 0], torch.sigmoid(colour[..., 1:])
    answers["ground"], answers["ground_rgb"] = ground[..., :2], torch.sigmoid(ground[..., 2:])
    return answers


class Exported(nn.Module):
    """The reader as its graph: probabilities for logits, an integer mask, and a second opinion on each thing.

    `bank` [N, BANK, 384], unit length: vectors of what each thing is called and said to be. What was learned from the
    captions is multiplied by how like the words of the prompt are to the bank, which was learned from nothing:

        p(thing | known) ∝ p_reader(thing) · exp(TRUST · cos(words, nearest of its bank))

    The two err on different prompts (an ensemble, as in Lakshminarayanan et al. 2017). Whether there is a thing, and a
    known one, is the reader's word alone.
    """

    TRUST = 12.0

    OUTPUTS = (
        "things",
        "pointing",
        "features",
        "count",
        "size",
        "recolour",
        "colour",
        "relation",
        "position",
        "style",
        "place",
        "light",
        "weather",
        "ground",
        "ground_rgb",
        "used",
    )

    bank: Tensor

    def __init__(self, reader: Reader, bank: Tensor) -> None:
        super().__init__()
        self.reader = reader
        self.register_buffer("bank", bank.float().flatten(0, 1))

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        answers = self.reader(tokens, mask.float())
        for name in ("things", "count", "size", *SCENE_HEADS):
            answers[name] = torch.softmax(answers[name], -1)
        for name in ("recolour", "used"):
            answers[name] = torch.sigmoid(answers[name])
        answers["ground"] = answers["ground"][..., 1]
        answers["things"] = self._second_opinion(answers["things"], answers["around"])
        return tuple(answers[name] for name in self.OUTPUTS)

    def _second_opinion(self, things: Tensor, around: Tensor) -> Tensor:
        """`things` [B, 3, N + 2], probabilities; `around` [B, 3, 384]. The sum over the known things stays."""
        known, rest = things[..., : self.reader.known], things[..., self.reader.known :]
        likeness = functional.normalize(around, dim=-1) @ self.bank.T
        likeness = likeness.unflatten(2, (self.reader.known, -1)).amax(-1)
        agreed = torch.softmax(torch.log(known + 1e-9) + self.TRUST * likeness, -1)
        return torch.cat([agreed * known.sum(-1, keepdim=True), rest], dim=-1)
