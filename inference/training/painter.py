"""The painter: draws from what a text says instead of from a number, so that it can draw what has no number.

The dictionary turns every drawing into a code. The painter learns which codes go with which words: flow matching
(Lipman et al. 2023, arXiv:2210.02747; here over codes, as a diffusion prior does in Ramesh et al. 2022,
arXiv:2204.06125) from noise to the code of a drawing, led by the words' vectors and the style. Between the words that
it learned it goes on smoothly, so unknown words give blends of drawings that share their meaning.

    code        [768], the first of the dictionary's components, each divided by `scale` (0.5 to 2 wide or so)
    features    [384], the mean of the text encoder's vectors of the words that name the thing
    style       [5], one-hot
    velocity    = net(x, t, features, style), x = (1 - t) noise + t code

Learned: every drawing under its name and the keywords that are its alone, each in a few sentences, because a word's
vector depends on the words around it. The words get noise, so that near is treated as alike. Files:
painter_words.npz (features [n, 384] float16, things [n]) and painter.pt.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from inference.runners.graphs import run as run_graph
from inference.runners.graphs import session
from inference.training import budget, machine
from inference.training.progress import Clock, counted
from inference.training.refiner import follow

COMPONENTS = 768
FEATURES = 384
STYLES = 5
WIDTH = 512
BLOCKS = 3
WAVES = 32
BATCH = 512
RATE = 1e-3
KEEP = 0.998
WORD_NOISE = 0.15  # of the features' own spread
BLIND = 0.1  # of the rows are learned without their words
SENTENCES = ("{}", "two {} in the snow", "a big blue {}, 3d")


class Painter(nn.Module):
    """`x` [B, 768], `t` [B] in 0..1, `features` [B, 384], `style` [B, 5] → velocity [B, 768]."""

    def __init__(self, *, scale: Tensor | None = None) -> None:
        super().__init__()
        self.register_buffer("scale", torch.ones(COMPONENTS) if scale is None else scale)
        self.enter = nn.Linear(COMPONENTS, WIDTH)
        self.lead = nn.Sequential(
            nn.Linear(2 * WAVES + FEATURES + STYLES, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH), nn.SiLU()
        )
        self.blocks = nn.ModuleList(_Block() for _ in range(BLOCKS))
        self.leave = nn.Linear(WIDTH, COMPONENTS)

    def forward(self, x: Tensor, t: Tensor, features: Tensor, style: Tensor) -> Tensor:
        waves = t[:, None] * torch.exp(torch.linspace(0, 6, WAVES, device=t.device))
        lead = self.lead(torch.cat([waves.sin(), waves.cos(), features, style], dim=1))
        hidden = self.enter(x)
        for block in self.blocks:
            hidden = block(hidden, lead)
        velocity: Tensor = self.leave(functional.silu(hidden))
        return velocity


class _Block(nn.Module):
    """h + W₂ silu(W₁ ((1 + a) norm(h) + b)), with a and b made from what leads (Perez et al. 2018, FiLM)."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH, elementwise_affine=False)
        self.film = nn.Linear(WIDTH, 2 * WIDTH)
        self.one = nn.Linear(WIDTH, WIDTH)
        self.two = nn.Linear(WIDTH, WIDTH)

    def forward(self, hidden: Tensor, lead: Tensor) -> Tensor:
        gain, shift = self.film(lead).chunk(2, dim=1)
        changed = self.two(functional.silu(self.one(self.norm(hidden) * (1 + gain) + shift)))
        refined: Tensor = hidden + changed
        return refined


class Drawer(nn.Module):
    """What is exported: noise, words and style to a code in the dictionary's units, by a few Euler steps."""

    STEPS = 10

    def __init__(self, painter: Painter) -> None:
        super().__init__()
        self.painter = painter

    def forward(self, noise: Tensor, features: Tensor, style: Tensor) -> Tensor:
        """[B, 768] normal noise, [B, 384], [B, 5] → codes [B, 768]."""
        x = noise
        for step in range(self.STEPS):
            t = torch.full_like(x[:, 0], step / self.STEPS)
            x = x + self.painter(x, t, features, style) / self.STEPS
        codes: Tensor = x * self.painter.scale
        return codes


def run(*, folder: Path, minutes: float) -> None:
    """Read the words once, then learn for `minutes`."""
    features, things = _words(folder)
    codes, scale = _codes(folder)
    on = machine.device()
    state = machine.load(folder / "painter.pt") or {}
    net = Painter(scale=scale).to(on)
    if state:
        net.load_state_dict(state["net"])
    average = {name: value.clone() for name, value in (state.get("average") or net.state_dict()).items()}
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, betas=(0.9, 0.99), weight_decay=0.02)
    if state:
        optimizer.load_state_dict(state["optimizer"])
    clock = Clock("painter", minutes=minutes, spent_s=state.get("spent_s", 0.0))

    def checkpoint() -> None:
        machine.save(
            folder / "painter.pt",
            {
                "net": net.state_dict(),
                "average": average,
                "optimizer": optimizer.state_dict(),
                "spent_s": clock.spent_s,
            },
        )

    spread = features.std()
    while clock.goes_on():
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1.02 - clock.share) * min(1.0, clock.steps / 100)
        row = torch.randint(len(features), (BATCH,))
        style = torch.randint(STYLES, (BATCH,))
        seen = (torch.rand(BATCH, 1) >= BLIND).float()
        words = seen * (features[row] + WORD_NOISE * spread * torch.randn(BATCH, FEATURES))
        wanted = codes[things[row] * STYLES + style].to(on)
        with machine.mixed(on):
            loss = _loss(net, wanted, words.to(on), functional.one_hot(style, STYLES).float().to(on))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        follow(average, net, keep=min(KEEP, 1 - 1 / (clock.steps + 1)))
        clock.tell(loss=loss.item())
        if clock.save_due():
            checkpoint()
    checkpoint()


def _loss(net: Painter, codes: Tensor, features: Tensor, style: Tensor) -> Tensor:
    """Mean squared error of the velocity at a random time; more of the early times, where the drawing is decided."""
    noise = torch.randn_like(codes)
    t = torch.sigmoid(torch.randn(len(codes), device=codes.device) - 0.4)
    x = torch.lerp(noise, codes, t[:, None])
    return functional.mse_loss(net(x, t, features, style), codes - noise)


def _codes(folder: Path) -> tuple[Tensor, Tensor]:
    """Codes [things · 5, 768] over `scale`, and scale [768]: strong components stay stronger than weak ones."""
    dictionary = np.load(folder / "dictionary.npz")
    codes = dictionary["codes"][:, :COMPONENTS] * dictionary["code_scale"][:COMPONENTS]
    missing = COMPONENTS - codes.shape[1]
    codes = torch.from_numpy(np.pad(codes, ((0, 0), (0, missing))).astype(np.float32))
    width = codes.std(dim=0).clamp(min=1e-3)
    scale = width**0.7 * width.max() ** 0.3 * 0.5
    return codes / scale, scale


def _words(folder: Path) -> tuple[Tensor, Tensor]:
    """Features [n, 384] and the things that they name [n]; made once."""
    file = folder / "painter_words.npz"
    if not file.is_file():
        things = json.loads((folder / "drawings" / "things.json").read_text(encoding="utf-8"))
        names = _names(things)
        read = WordReader(folder)
        rows = [
            (number, read(sentence, name))
            for number, name in counted("painter", names, total=len(names))
            for sentence in SENTENCES
        ]
        np.savez(
            file,
            things=np.array([number for number, _ in rows]),
            features=np.stack([features for _, features in rows]).astype(np.float16),
        )
    found = np.load(file)
    return torch.from_numpy(found["features"].astype(np.float32)), torch.from_numpy(found["things"])


def _names(things: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """(number, name) of each thing, and its keywords that no other thing has."""
    counts = Counter(keyword for thing in things for keyword in set(thing["keywords"]))
    return [
        (number, name)
        for number, thing in enumerate(things)
        for name in (thing["name"], *thing["keywords"])
        if name == thing["name"] or (counts[name] == 1 and len(name) > 2)
    ]


class WordReader:
    """The mean vector of a name inside a sentence, by the text encoder as the site runs it."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / "text" / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._graph = session(folder / "text" / "text_encoder.onnx", threads=budget.threads())

    def __call__(self, sentence: str, name: str) -> NDArray[np.float32]:
        """[384]: `sentence` has one {} where the name stands."""
        text = sentence.format(name)
        start = sentence.index("{}")
        encoding = self._tokenizer.encode(text)
        ids = np.array([encoding.ids], dtype=np.int64)
        tokens = run_graph(self._graph, input_ids=ids, attention_mask=np.ones_like(ids))["tokens"][0]
        inside = [start <= left < right <= start + len(name) for left, right in encoding.offsets]
        features: NDArray[np.float32] = tokens[np.array(inside)].mean(axis=0)
        return features
