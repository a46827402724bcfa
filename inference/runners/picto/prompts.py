"""A prompt through the text encoder and the reader: once a prompt, then a scene for every seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from onnxruntime import InferenceSession
from tokenizers import Tokenizer

from inference.runners.graphs import run
from inference.runners.picto import clauses, painted, reading, unwanted
from inference.runners.picto.facts import Word, read_as, words_of
from inference.runners.picto.painted import Offsets
from inference.runners.picto.reading import Found, Vocabulary
from inference.runners.picto.scene import Floats, Scene

TOKENS_MAX = 64
KEPT = 32  # prompts whose reading is kept: the outputs of a prediction share theirs


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """`scene`: what to draw. `free` [CONDITIONS]: what guidance leads away from; zeros when nothing is unwanted.
    `read_as`: what was understood, in words."""

    scene: Scene
    free: Floats
    read_as: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A prompt as the reader hears it. `text`: the words; `found`: see reading.py."""

    text: str
    found: Found
    words: list[Word]


class Reader:
    """The result never depends on the cache, nor on what was read before."""

    def __init__(
        self,
        *,
        tokenizer: Tokenizer,
        encoder: InferenceSession,
        graph: InferenceSession,
        vocabulary: Vocabulary,
        has_painter: bool,
    ) -> None:
        self._tokenizer, self._encoder, self._graph = tokenizer, encoder, graph
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=TOKENS_MAX)
        self.vocabulary = vocabulary
        self._has_painter = has_painter
        self._hear: Callable[[str], Heard] = lru_cache(maxsize=KEPT)(self._heard)

    def read(self, prompt: str, *, negative: str, style: int | None, dice: np.random.Generator) -> Reading:
        """`style`: as chosen beside the prompt; None: as it says, or by dice. `negative`: what must not be there."""
        heard = self._hear(prompt)
        scene = reading.settle(heard.found, dice=dice, style=style, vocabulary=self.vocabulary)
        scene = reading.recoloured(scene, heard.text, vocabulary=self.vocabulary)
        out = unwanted.Unwanted.nothing()
        if negative.strip():
            spoken = self._hear(negative)
            out = unwanted.Unwanted.of(spoken.found, text=reading.plain(negative, self.vocabulary))
            scene = out.taken_out_of(scene, heard.found, style=style, dice=dice)
        facts = read_as(scene, heard.found, words=heard.words, vocabulary=self.vocabulary)
        if not self._has_painter:
            scene = nearest(scene, heard.found)
        return Reading(scene=scene, free=out.condition, read_as=facts)

    def _heard(self, prompt: str) -> Heard:
        text = reading.plain(prompt, self.vocabulary)
        found, offsets = self._answers(text)
        spans = clauses.spans(text)
        if not spans:
            found = clauses.alone(found)
        elif not clauses.is_one_name(text, found, self.vocabulary.things):
            texts = [text[start:end] for start, end in spans]
            parts = [self._answers(each) for each in texts]
            places = [
                _token_at(offsets, start + _pointed(part, of_part))
                for (start, _), (part, of_part) in zip(spans, parts, strict=True)
            ]
            found = clauses.joined(found, [part for part, _ in parts], texts=texts, places=places)
        found = painted.told(found, text=text, offsets=offsets, names=self.vocabulary.things)
        return Heard(text=text, found=found, words=words_of(text, offsets))

    def _answers(self, text: str) -> tuple[Found, Offsets]:
        """What the reader finds in a clause, and where its tokens lie. A thing that its colour hides is found."""
        found, offsets = self._asked(text)
        bare = painted.uncoloured(text)
        return (found if bare == text else painted.less_doubtful(found, self._asked(bare)[0])), offsets

    def _asked(self, text: str) -> tuple[Found, Offsets]:
        """The reader's graph on one text, and where the tokens lie."""
        encoding = self._tokenizer.encode(text)
        ids = np.array([encoding.ids], dtype=np.int64)
        mask = np.ones_like(ids)
        tokens = run(self._encoder, input_ids=ids, attention_mask=mask)["tokens"]
        answers = run(self._graph, tokens=tokens, mask=mask)
        return {name: values[0] for name, values in answers.items()}, encoding.offsets


def _pointed(found: Found, offsets: Offsets) -> int:
    """Where the word begins that the first thing was read from."""
    return offsets[int(found["pointing"][0].argmax())][0]


def _token_at(offsets: Offsets, start: int) -> int:
    """The first token that begins at or after `start`; the last one when the text was cut before."""
    return next(
        (number for number, (begin, end) in enumerate(offsets) if begin >= start and end > begin),
        len(offsets) - 1,
    )


def nearest(scene: Scene, found: Found) -> Scene:
    """The scene with the likeliest drawing for each thing that has none. That it is none of these has been said."""
    things = []
    for thing in scene.things:
        if thing.drawing is None:
            slot = int(np.square(found["features"] - thing.features).sum(axis=1).argmin())
            thing = replace(thing, drawing=int(found["things"][slot][:-2].argmax()))
        things.append(thing)
    return replace(scene, things=tuple(things))
