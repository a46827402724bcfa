"""How well the reader reads: on captions it never saw, on held-out combinations, and on what people wrote by hand.

fresh, held_out   captions of the grammar with another seed; each answer on its own, and all of them at once
paraphrases       descriptions that do not say the name: is the first answer right, is one of the first five
scenes            several wishes at once, by hand
unknown           how often what is in no list is called unknown, and how often a known name is
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.runners.graphs import run, session
from inference.runners.picto import colours, reading
from inference.runners.picto.reading import Found, Vocabulary
from inference.runners.picto.scene import (
    LIGHTS,
    PLACES,
    POSITIONS,
    RELATIONS,
    SIZES,
    STYLES,
    WEATHERS,
    Scene,
)
from inference.training import budget, captions, kept_back, words
from inference.training.captions import UNSTATED, Caption
from inference.training.progress import say
from inference.training.text_features import Encoder

FRESH, FRESH_SEED = 600, 987_654
NEAR_COLOUR = 0.16  # mean distance a channel up to which a colour is right
LISTS = {
    "style": STYLES,
    "place": PLACES,
    "light": LIGHTS,
    "weather": WEATHERS,
    "relation": RELATIONS,
    "position": POSITIONS,
}
Marks = dict[str, list[bool]]


class Probe:
    """The text encoder and the reader's graph of a folder, as the runner uses them."""

    def __init__(self, folder: Path) -> None:
        things = json.loads((folder / "drawings" / "things.json").read_text(encoding="utf-8"))
        self.vocabulary = Vocabulary(
            things=tuple(each["name"] for each in things),
            emoji={each["emoji"]: each["name"] for each in things},
        )
        self.encoder = Encoder(folder / "text")
        self.graph = session(folder / "onnx" / "reader.onnx", threads=budget.threads())

    def found(self, prompt: str) -> Found:
        encoding = self.encoder.tokenizer.encode(reading.plain(prompt, self.vocabulary))
        tokens = self.encoder.tokens([encoding])
        answers = run(self.graph, tokens=tokens, mask=np.ones(tokens.shape[:2], np.int64))
        return {name: values[0] for name, values in answers.items()}

    def scene(self, prompt: str) -> tuple[Scene, Found]:
        found = self.found(prompt)
        dice = np.random.default_rng(0)
        return reading.settle(found, dice=dice, style=None, vocabulary=self.vocabulary), found

    def name(self, scene: Scene, slot: int) -> str | None:
        """The name of a thing of a scene; None: no such thing, or unknown."""
        if slot >= len(scene.things):
            return None
        drawing = scene.things[slot].drawing
        return None if drawing is None else self.vocabulary.things[drawing]


def figures(folder: Path) -> dict[str, dict[str, float]]:
    """All figures, shares from 0 to 1."""
    probe = Probe(folder)
    slugs = [
        each["slug"] for each in json.loads((folder / "drawings" / "things.json").read_text(encoding="utf-8"))
    ]
    lexicon = words.load(folder)
    back = kept_back.read()
    found = {}
    for name, held in (("fresh", False), ("held_out", True)):
        made = captions.generate(lexicon, slugs=slugs, count=FRESH, seed=FRESH_SEED, held=held)
        found[name] = _captions(probe, made)
    found["paraphrases"] = paraphrases(probe, back.paraphrases)
    found["scenes"] = scenes(probe, back.scenes)
    found["unknown"] = _unknown(probe, back)
    for name, told in found.items():
        say("reader", name, *(f"{key} {value:.3f}" for key, value in told.items()))
    return found


def _share(marks: Marks) -> dict[str, float]:
    return {name: round(float(np.mean(each)), 4) for name, each in marks.items()}


def _captions(probe: Probe, made: Iterable[Caption]) -> dict[str, float]:
    marks: Marks = defaultdict(list)
    for caption in made:
        _mark(marks, probe.found(caption.text), caption)
    return _share(marks)


def _mark(marks: Marks, found: Found, caption: Caption) -> None:
    """One caption: each question that it asks, and whether all of them were answered."""
    known = found["things"].shape[1] - 2
    right = []
    for slot, name in enumerate(("thing", "second", "third")):
        best = int(found["things"][slot].argmax())
        if slot < len(caption.things):
            right.append((name, best in (caption.things[slot].numbers or [known])))
            right.append(("count", int(found["count"][slot].argmax()) + 1 == caption.things[slot].count))
            right.append(("size", int(found["size"][slot].argmax()) == caption.things[slot].size))
            right.append(
                ("colour", _same(found["recolour"][slot], found["colour"][slot], caption.things[slot].colour))
            )
        else:
            right.append(("none more", best == known + 1))
    for name in ("style", "place", "light", "weather"):
        said, best = getattr(caption, name), int(found[name].argmax())
        right.append((name, best == (len(found[name]) - 1 if said == UNSTATED else said)))
    ground = caption.ground[0] if caption.ground else None
    right.append(("ground", _same(found["ground"], found["ground_rgb"][:3], ground)))
    if len(caption.things) > 1:
        right.append(("relation", int(found["relation"].argmax()) == caption.relation))
    for name, good in right:
        marks[name].append(good)
    marks["all"].append(all(good for _, good in right))


def _same(chance: Any, rgb: NDArray[np.float32], asked: tuple[float, float, float] | None) -> bool:
    """Is there a colour where one is asked for, and is it that one?"""
    if asked is None or chance <= reading.SURE:
        return (asked is None) == (chance <= reading.SURE)
    return float(np.abs(rgb - np.array(asked)).mean()) < NEAR_COLOUR


def paraphrases(probe: Probe, asked: list[tuple[str, list[str]]]) -> dict[str, float]:
    """`right`: the first known answer; `among five`; `unknown`: called unknown though it is none."""
    marks: Marks = defaultdict(list)
    for prompt, names in asked:
        chances = probe.found(prompt)["things"][0]
        best = [probe.vocabulary.things[int(i)] for i in np.argsort(-chances[:-2])[:5]]
        marks["right"].append(best[0] in names)
        marks["among five"].append(any(name in names for name in best))
        marks["unknown"].append(bool(chances[-2] > reading.SURE))
    return _share(marks)


def scenes(probe: Probe, asked: list[dict[str, Any]]) -> dict[str, float]:
    """Every wish of the scenes written by hand."""
    marks: Marks = defaultdict(list)
    for wish in asked:
        scene, found = probe.scene(wish["prompt"])
        for name, good in _wishes(probe, wish, scene, found):
            marks[name].append(good)
    return _share(marks)


def _wishes(probe: Probe, wish: dict[str, Any], scene: Scene, found: Found) -> list[tuple[str, bool]]:
    """(wish, granted) for each thing that a scene asks for."""
    told = [("thing", probe.name(scene, slot) in names) for slot, names in enumerate(wish["things"])]
    for slot, count in enumerate(wish.get("counts", [])):
        told.append(("count", slot < len(scene.things) and scene.things[slot].count == count))
    for slot, colour in enumerate(wish.get("colours", [])):
        painted = scene.things[slot].colour if slot < len(scene.things) else None
        told.append(("colour", _is_colour(painted, colour)))
    if "ground" in wish:
        told.append(("ground", _is_colour(scene.ground[0] if scene.ground else None, wish["ground"])))
    if "size" in wish:
        told.append(("size", SIZES[scene.things[0].size] == wish["size"]))
    for name, names in LISTS.items():
        if name in wish:
            best = int(found[name].argmax())
            told.append((name, best < len(names) and names[best] == wish[name]))
    return told


def _is_colour(rgb: tuple[float, float, float] | None, name: str) -> bool:
    return (
        rgb is not None and float(np.abs(np.array(rgb) - np.array(colours.NAMED[name])).mean()) < NEAR_COLOUR
    )


def _unknown(probe: Probe, back: kept_back.KeptBack) -> dict[str, float]:
    """`told`: unknown things that are called so; `unsure`: or read with doubt; `mistaken`: names that are called so."""
    marks: Marks = defaultdict(list)
    for prompt in back.unknown:
        scene, _ = probe.scene(prompt)
        marks["told"].append(scene.things[0].drawing is None)
        marks["unsure"].append(scene.things[0].drawing is None or scene.things[0].confidence < reading.SURE)
    for name in probe.vocabulary.things[::5]:
        marks["mistaken"].append(bool(probe.found(name)["things"][0][-2] > reading.SURE))
    return _share(marks)
