"""From what the reader found to a scene, and to words for people; the reader itself is not asked."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from inference.runners.picto import colours, facts, reading
from inference.runners.picto.reading import Vocabulary
from inference.runners.picto.scene import LIGHTS, PLACES, STYLES, WEATHERS, Scene, Thing

NAMES = ("penguin", "red apple", "lion", "tiger", "castle", "cactus")
VOCABULARY = Vocabulary(things=NAMES, emoji={"🐧": "penguin", "🍎": "red apple", "❤️": "red heart"})
UNKNOWN, ABSENT = len(NAMES), len(NAMES) + 1
TOKENS = 6


def sure(size: int, number: int, chance: float = 0.97) -> np.ndarray:
    """A distribution that is nearly certain."""
    chances = np.full(size, (1 - chance) / (size - 1), np.float32)
    chances[number] = chance
    return chances


def found(*things: int | np.ndarray, **said: Any) -> dict[str, np.ndarray]:
    """What the reader's graph gives for these things, everything else left open."""
    chances = [sure(len(NAMES) + 2, each) if isinstance(each, int) else each for each in things]
    chances += [sure(len(NAMES) + 2, ABSENT)] * (3 - len(chances))
    pointing = np.zeros((3, TOKENS), np.float32)
    pointing[[0, 1, 2], [1, 3, 4]] = 1
    held = {
        "things": np.stack(chances),
        "pointing": pointing,
        "features": np.ones((3, 384), np.float32),
        "count": np.stack([sure(5, 0)] * 3),
        "size": np.stack([sure(3, 0)] * 3),
        "recolour": np.zeros(3, np.float32),
        "colour": np.zeros((3, 3), np.float32),
        "relation": sure(8, 0),
        "position": sure(5, 0),
        "style": sure(6, 5),
        "place": sure(23, 22),
        "light": sure(5, 4),
        "weather": sure(5, 4),
        "ground": np.float32(0),
        "ground_rgb": np.zeros(6, np.float32),
        "used": np.ones(TOKENS, np.float32),
    }
    return held | said


def settled(heard: dict[str, np.ndarray], *, seed: int = 0, style: int | None = None) -> Scene:
    return reading.settle(heard, dice=np.random.default_rng(seed), style=style, vocabulary=VOCABULARY)


def told(heard: dict[str, np.ndarray], words: list[facts.Word] | None = None) -> dict[str, Any]:
    return facts.read_as(settled(heard), heard, words=words or [], vocabulary=VOCABULARY)


def test_what_is_sure_is_taken_whatever_the_dice():
    heard = found(0, place=sure(23, PLACES.index("snow")), style=sure(6, 2), count=np.stack([sure(5, 1)] * 3))
    scenes = [settled(heard, seed=seed) for seed in range(20)]
    assert {
        (scene.things[0].drawing, scene.things[0].count, scene.place, scene.style) for scene in scenes
    } == {(0, 2, PLACES.index("snow"), 2)}


def test_an_open_style_differs_between_seeds_and_a_chosen_one_does_not():
    assert {settled(found(0), seed=seed).style for seed in range(60)} == set(range(len(STYLES)))
    assert {settled(found(0), seed=seed, style=4).style for seed in range(20)} == {4}


def test_one_seed_reads_the_same_scene():
    first, second = (settled(found(0, 4), seed=7) for _ in range(2))
    assert (first.style, first.light, first.relation) == (second.style, second.light, second.relation)


def test_two_that_are_as_likely_take_turns_and_are_no_doubt():
    chances = np.zeros(len(NAMES) + 2, np.float32)
    chances[[2, 3, 4]] = 0.46, 0.44, 0.1
    scenes = [settled(found(chances), seed=seed) for seed in range(30)]
    assert {scene.things[0].drawing for scene in scenes} == {2, 3}
    assert scenes[0].things[0].confidence > 0.9


def test_an_unknown_thing_is_left_to_the_painter():
    heard = found(UNKNOWN)
    assert settled(heard).things[0].drawing is None
    reading_ = told(heard, facts.words_of("a stapler", [(0, 0), (2, 9), (0, 0)]))
    assert (reading_["things"], reading_["unknown"], reading_["unsure"]) == ([], ["stapler"], True)
    assert len(reading_["near"]) == 2


def test_a_colour_is_kept_and_named():
    colour = np.array([colours.NAMED["blue"]] * 3, np.float32)
    heard = found(1, recolour=np.array([0.9, 0.0, 0.0], np.float32), colour=colour)
    assert settled(heard).things[0].colour == pytest.approx(colours.NAMED["blue"])
    assert told(heard)["things"] == ["red apple, blue"]


def test_a_bare_place_is_given_something_that_belongs_there():
    heard = found(place=sure(23, PLACES.index("desert")))
    assert NAMES[settled(heard).things[0].drawing] == "cactus"


def test_a_prompt_of_no_meaning_is_an_unknown_thing():
    assert settled(found()).things[0].drawing is None
    assert told(found())["unsure"]


def test_two_things_always_stand_in_some_relation():
    assert settled(found(0, 4)).relation == 1
    assert settled(found(0, 4, relation=sure(8, 2))).relation == 2
    assert settled(found(0, relation=sure(8, 2))).relation == 0


def test_two_queries_on_one_word_are_one_thing():
    pointing = np.zeros((3, TOKENS), np.float32)
    pointing[:, 1] = 1
    assert len(settled(found(0, 0, pointing=pointing)).things) == 1
    assert len(settled(found(0, 0)).things) == 2


def test_a_plain_background_has_its_colours():
    rgb = np.array([*colours.NAMED["yellow"], *colours.NAMED["navy"]], np.float32)
    scene = settled(found(0, ground=np.float32(0.9), ground_rgb=rgb))
    assert scene.ground == (pytest.approx(colours.NAMED["yellow"]), pytest.approx(colours.NAMED["navy"]))
    assert told(found(0, ground=np.float32(0.9), ground_rgb=rgb))["place"] == "plain yellow and navy"


def test_a_place_wins_over_a_plain_background():
    scene = settled(found(0, place=sure(23, 0), ground=np.float32(0.9)))
    assert (scene.place, scene.ground) == (0, None)


def test_night_and_rain_are_open_only_out_of_doors():
    heard = found(0, place=sure(23, PLACES.index("meadow")))
    assert {settled(heard, seed=seed).light for seed in range(80)} == set(range(len(LIGHTS)))
    for place in (22, PLACES.index("kitchen")):
        heard = found(0, place=sure(23, place))
        assert {settled(heard, seed=seed).light for seed in range(40)} == {0}
        assert {settled(heard, seed=seed).weather for seed in range(40)} == {0}


def test_words_without_effect_are_told():
    text = "a cyberpunk penguin, 4k"
    words = facts.words_of(text, [(0, 0), (0, 1), (2, 11), (12, 19), (19, 20), (21, 23)])
    used = np.array([1, 0, 0, 1, 0, 0], np.float32)
    assert told(found(0, used=used), words)["unused"] == ["cyberpunk", "4k"]


def test_the_facts_are_json():
    heard = found(
        0, 4, relation=sure(8, 7), light=sure(5, 3), weather=sure(5, 2), size=np.stack([sure(3, 1)] * 3)
    )
    reading_ = json.loads(json.dumps(told(heard)))
    assert reading_["things"] == ["penguin, tiny", "castle, tiny"]
    assert reading_["traits"] == ["the first behind the second", "at night", "rain"]
    assert reading_["place"] == "outdoors"


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("two 🐧 in the snow", "two penguin in the snow"),
        ("🐧🐧🐧", "three penguin"),
        ("🐧🍎🐧" + "🍎" * 30, "penguin red apple penguin five red apple"),
        ("a ❤️", "a red heart"),
        ("👍🏽 good", "👍 good"),
        ("a\x00b\ud800c\u200dd\r\n e", "a b c d e"),
        ("...", "..."),
        ("Ein Pinguin im Schnee", "Ein Pinguin im Schnee"),
    ],
)
def test_prompts_are_made_plain(prompt, text):
    assert reading.plain(prompt, VOCABULARY) == text


def test_words_keep_their_tokens():
    words = facts.words_of(
        "a T-rex's egg", [(0, 0), (0, 1), (2, 3), (3, 4), (4, 7), (7, 9), (10, 13), (0, 0)]
    )
    assert [(word.text, word.tokens) for word in words] == [
        ("a", (1,)),
        ("T-rex's", (2, 3, 4, 5)),
        ("egg", (6,)),
    ]


@pytest.mark.parametrize("name", ["red", "light blue", "grey", "black", "gold"])
def test_a_colour_is_called_by_its_name(name):
    assert colours.name_of(colours.NAMED[name]) == name


def test_weathers_and_lights_have_words():
    assert set(facts.LIGHT_WORDS) == set(LIGHTS)
    assert set(facts.WEATHER_WORDS) == set(WEATHERS)


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("a blue apple", "blue"),
        ("two Light Blue apples on a table", "light blue"),
        ("an apple that is green", "green"),
        ("a red apple", None),
        ("an apple on a blue background", None),
        ("a blue lion and a red apple", None),
    ],
)
def test_a_colour_that_is_said_wins_over_the_one_in_the_name(text, colour):
    """The thing is called "red apple"; whoever asks for a blue one gets a blue one."""
    scene = Scene(
        things=(Thing(drawing=NAMES.index("red apple"), features=np.zeros(384, np.float32)),), style=0
    )
    painted = reading.recoloured(scene, text, vocabulary=VOCABULARY).things[0].colour
    assert painted == (colours.NAMED[colour] if colour else None)
