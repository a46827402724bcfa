"""The shipped model: it draws, always the same for a seed, whatever shares the step."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field

import numpy as np
import pytest
from PIL import Image

from inference import probe
from inference.batcher import Batcher, Drawn, Prediction, run_all
from inference.errors import InvalidInput
from inference.inputs import settle
from inference.protocol import PREVIEW_MAX_BYTES, output_seed
from inference.runners import picto
from inference.runners.picto import PictoRunner


@pytest.fixture(scope="module")
def runner() -> PictoRunner:
    return picto.load(threads=1)


def asked(prompt: str, **given: object) -> dict:
    return settle(picto.SCHEMA, {"prompt": prompt, "steps": 2, "seed": 5, **given})


@dataclass
class Latents:
    """The runner, but for its decoder: its pictures are the latents' bits, before any rounding."""

    runner: PictoRunner
    batches: set[int] = field(default_factory=set)

    def __getattr__(self, name: str) -> object:
        return getattr(self.runner, name)

    def step(self, samples: list) -> None:
        self.batches.add(len(samples))
        self.runner.step(samples)

    def decode(self, samples: list) -> list[bytes]:
        return [sample.x.tobytes() for sample in samples]


def mixed(count: int) -> list[dict]:
    """Requests that differ in all that a request can."""
    dice = random.Random(20)
    words = [
        "a red fox",
        "two penguins in the snow",
        "an owl on top of a book",
        "a huge strawberry, flat style",
    ]
    return [
        {
            **asked(dice.choice(words), steps=dice.randint(1, 7), seed=dice.randrange(2**32)),
            "guidance": dice.choice([1.0, 1.0, 2.5]),
        }
        for _ in range(count)
    ]


def joined_at_random(runner: Latents, inputs: list[dict], *, max_slots: int) -> list[bytes]:
    """Draw them in one batcher; each arrives after a random number of turns."""
    dice, batcher, drawn = random.Random(21), Batcher(max_slots=max_slots), {}
    for n, input in enumerate(inputs):
        batcher.submit(
            Prediction(id=str(n), runner=runner, input=input, seed=input["seed"], tell=_into(drawn, n))
        )
        for _ in range(dice.randint(0, 2)):
            batcher.turn()
    while batcher.turn():
        pass
    return [drawn[n] for n in range(len(inputs))]


def _into(drawn: dict, n: int):
    return lambda told: drawn.update({n: told.data}) if isinstance(told, Drawn) else None


def test_batched_equals_solo(runner):
    """Mixed steps, guidance and seeds, joining at random: each is bit for bit what it is alone."""
    batched, solo, inputs = Latents(runner), Latents(runner), mixed(24)
    together = joined_at_random(batched, inputs, max_slots=8)
    alone = [pictures[0] for pictures in run_all(solo, inputs, max_slots=1)]
    assert [a == b for a, b in zip(together, alone, strict=True)] == [True] * 24
    assert max(batched.batches) >= 6
    assert solo.batches == {1}


def test_outputs_equal_single_runs(runner):
    """Output k of a prediction is what a prediction of one output draws with the seed that was told for it."""
    [together] = run_all(runner, [asked("a red fox", num_outputs=4)], max_slots=4)
    singles = run_all(runner, [asked("a red fox", seed=output_seed(5, k)) for k in range(4)], max_slots=1)
    assert [together[k] for k in range(4)] == [single[0] for single in singles]


def test_it_draws(runner):
    """A picture has the promised size and is not one colour; another seed and another prompt draw another."""
    inputs = [asked("a red fox"), asked("a red fox", seed=6), asked("a blue whale")]
    files = [pictures[0] for pictures in run_all(runner, inputs, max_slots=2)]
    picture = np.asarray(Image.open(io.BytesIO(files[0])))
    assert picture.shape == (256, 256, 3)
    assert picture.std() > 10
    assert len(set(files)) == 3


def test_a_green_thing_on_red_is_green_on_red(runner):
    """The words decide the colours: the corners are the background, the middle the thing."""
    [[file]] = [
        list(run.values())
        for run in run_all(runner, [asked("a huge green frog on a red background", steps=4)], max_slots=1)
    ]
    picture = np.asarray(Image.open(io.BytesIO(file))).astype(int)
    corner, middle = picture[2:10, 2:10].mean((0, 1)), picture[96:160, 96:160].mean((0, 1))
    assert corner[0] > corner[1] + 50
    assert middle[1] > middle[0] + 20


def test_previews_sharpen_and_fit(runner):
    """A preview is a JPEG of 128 pixels within the wire's limit, and the last is near the finished picture."""
    sample = runner.begin(asked("a unicorn in space", steps=6), seed=3)
    first = _stepped(runner, sample)
    last = [_stepped(runner, sample) for _ in range(5)][-1]
    finished = Image.open(io.BytesIO(runner.decode([sample])[0])).resize((128, 128), Image.Resampling.BOX)
    assert max(len(first), len(last)) <= PREVIEW_MAX_BYTES
    assert _distance(last, finished) < _distance(first, finished)
    assert _distance(last, finished) < 12


def _stepped(runner: PictoRunner, sample: picto.PictoSample) -> bytes:
    runner.step([sample])
    sample.step += 1
    return runner.preview(sample)


def _distance(preview: bytes, picture: Image.Image) -> float:
    """Root mean square, of 255."""
    seen = np.asarray(Image.open(io.BytesIO(preview)), dtype=float)
    return float(np.sqrt(np.square(seen - np.asarray(picture, dtype=float)).mean()))


def test_a_step_has_no_side_effect_when_it_fails(runner):
    """Latents are replaced, never written over: a copy made before a step still holds the old ones."""
    sample = runner.begin(asked("a red fox"), seed=3)
    before = sample.x
    bits = before.tobytes()
    runner.step([sample])
    assert before.tobytes() == bits
    assert sample.x is not before


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("two penguins in the snow", {"things": ["penguin"], "place": "snow", "traits": ["two of them"]}),
        ("three blue dogs", {"things": ["dog"], "traits": ["three of them", "recoloured"]}),
        ("a blue red apple", {"things": ["red apple"], "traits": []}),
        ("a huge strawberry", {"things": ["strawberry"], "traits": ["large"]}),
        ("a unicorn in space, cartoon", {"things": ["unicorn"], "place": "space", "style": "cartoon"}),
        (
            "a robot in front of a castle at night",
            {"layout": "robot in front of castle", "traits": [], "place": "night"},
        ),
        ("a green dog on a yellow background", {"place": "plain yellow", "unsure": False, "near": []}),
        ("a fish in the sea", {"place": "under water"}),
    ],
)
def test_read_as(runner, prompt, expected):
    """What it read in the prompt is told in words that a person would use."""
    reading = runner.begin(asked(prompt), seed=1).facts["read_as"]
    assert {name: reading[name] for name in expected} == expected


def test_unsure(runner):
    """For words it does not know it says so, and names two things that it does know."""
    reading = runner.begin(asked("quantum physics"), seed=1).facts["read_as"]
    assert reading["unsure"]
    assert reading["confidence"] < 0.5
    assert len(set(reading["near"]) - set(reading["things"])) == 2


def test_style_overrides_the_prompt(runner):
    """A style that was chosen wins over one in the words."""
    reading = runner.begin(asked("a cat, cartoon", style="line art"), seed=1).facts["read_as"]
    assert reading["style"] == "line art"


@pytest.mark.parametrize("prompt", ["x" * 2000, "\u202e\u200b", "🦊🦊", "a\x00b", "<script>", "שלום"])
def test_any_words_draw_something(runner, prompt):
    """No words that the schema lets through can make it fail."""
    assert run_all(runner, [asked(prompt, steps=1)], max_slots=1)[0][0].startswith(b"\x89PNG")


def test_probe(runner):
    """The probe times a step at each batch size, and from then on the engine has the slots that are worth having."""
    batcher = Batcher(max_slots=99)
    for chore in probe.chores(runner, batcher, set_cap=True):
        chore()
    assert set(batcher.step_ms["picto/256x256"]) == set(probe.BATCHES)
    assert 2 <= batcher.max_slots <= 9


def test_guidance_is_not_an_input():
    """The schema shows exactly what this model has."""
    with pytest.raises(InvalidInput):
        asked("a cat", guidance=2)


def test_version_follows_the_weights(runner):
    """The version id is the same for the same files, and names everything a picture depends on."""
    assert len(runner.card.version) == 64
    assert picto._version(["other"]) != picto._version(["weights"])


def test_defaults_and_examples(runner):
    """The card's defaults and examples are valid inputs."""
    assert [settle(picto.SCHEMA, {"prompt": words, **runner.card.defaults}) for words in runner.card.examples]
