"""What a negative prompt takes out of a scene: things, colours, styles, places, hours and weather.

It is read by the same reader as the prompt. What it names is taken out of the scene where another choice is left, and
is what guidance leads away from (in the place of "no prompt at all", as Ho and Salimans 2022 leave it open).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from inference.runners.picto import colours
from inference.runners.picto.reading import OPEN_STYLE, SURE, Found
from inference.runners.picto.scene import (
    LIGHTS,
    PLACES,
    RGB,
    STYLES,
    WEATHERS,
    Floats,
    Scene,
    Thing,
)

PARTS = (("style", STYLES), ("place", (*PLACES, "plain")), ("light", LIGHTS), ("weather", WEATHERS))
"""The parts of the denoiser's condition, in its order, and the words that name their numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Unwanted:
    """Numbers of the lists in scene.py and of the vocabulary; `colours`: names. None: nothing was said of it."""

    things: frozenset[int]
    colours: frozenset[str]
    style: int | None
    place: int | None
    light: int | None
    weather: int | None

    @classmethod
    def nothing(cls) -> Unwanted:
        return cls(frozenset(), frozenset(), None, None, None, None)

    @classmethod
    def of(cls, found: Found, *, text: str) -> Unwanted:
        """`found`: what the reader found in the negative prompt `text`."""
        chances = found["things"]
        named = [row for row in chances if row[-1] <= SURE and row[-2] <= SURE]
        words = {*re.findall(r"[a-z0-9]+", text.lower())}
        return cls(
            things=frozenset(
                int(row[:-2].argmax()) for row in named if row[:-2].max() > SURE * (1 - row[-1])
            ),
            colours=frozenset(name for name in colours.PLAIN if {*name.split()} <= words),
            **{name: _said(names, words, found[name]) for name, names in PARTS},
        )

    @property
    def condition(self) -> Floats:
        """[composition.CONDITIONS]: the denoiser's condition of a picture of just that; zeros where nothing is said."""
        numbers = (self.style, self.place, self.light, self.weather)
        hot = np.zeros(sum(len(names) for _, names in PARTS) + 1, np.float32)
        start = 0
        for number, (_, names) in zip(numbers, PARTS, strict=True):
            if number is not None:
                hot[start + number] = hot[-1] = 1
            start += len(names)
        return hot

    def taken_out_of(
        self, scene: Scene, found: Found, *, style: int | None, dice: np.random.Generator
    ) -> Scene:
        """The scene without it. `found`: of the prompt. `style`: one that was chosen beside the prompt stays."""
        return replace(
            scene,
            things=self._things(scene, found),
            style=self._other_style(scene.style, dice=dice) if style is None else scene.style,
            place=None if scene.place == self.place else scene.place,
            ground=None if scene.ground and any(map(self._is_colour, scene.ground)) else scene.ground,
            light=0 if scene.light == self.light else scene.light,
            weather=0 if scene.weather == self.weather else scene.weather,
        )

    def _things(self, scene: Scene, found: Found) -> tuple[Thing, ...]:
        """Without the unwanted ones; when none would be left, the likeliest other reading of the first."""
        kept = tuple(self._recoloured(thing) for thing in scene.things if thing.drawing not in self.things)
        if kept:
            return kept
        order = np.argsort(-found["things"][0][:-2], kind="stable")
        other = next((int(number) for number in order if int(number) not in self.things), None)
        return (self._recoloured(replace(scene.things[0], drawing=other)),)

    def _recoloured(self, thing: Thing) -> Thing:
        return replace(thing, colour=None) if thing.colour and self._is_colour(thing.colour) else thing

    def _is_colour(self, rgb: RGB) -> bool:
        return colours.name_of(rgb) in self.colours

    def _other_style(self, style: int, *, dice: np.random.Generator) -> int:
        if style != self.style:
            return style
        chances = np.array(OPEN_STYLE)
        chances[style] = 0
        return int(dice.choice(len(chances), p=chances / chances.sum()))


def _said(names: tuple[str, ...], words: set[str], chances: Floats) -> int | None:
    """As the words name it, one after another or in a sentence; None when they do not. A list is no sentence, so a bare
    name counts whatever the reader makes of it."""
    for number, name in enumerate(names):
        if {*name.split()} <= words:
            return number
    best = int(chances.argmax())
    return None if best == len(chances) - 1 else best
