"""The model at work: shapes, sizes, start pictures, masks, what is left out; and never a bit of another's picture."""

from __future__ import annotations

import base64
import io
import random
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference import probe
from inference.bare import run_all
from inference.batcher import Batcher, Drawn, Prediction
from inference.errors import BrokenWeights, InvalidInput, RunnerError
from inference.inputs import settle
from inference.protocol import PREVIEW_MAX_BYTES, output_seed
from inference.runners.picto import loading, weights
from inference.runners.picto.runner import PictoRunner, PictoSample
from inference.runners.picto.scene import STYLES
from inference.runners.picto.schema import GRIDS, SCHEMA, SIZES
from inference.training import budget

ROOT = Path(__file__).parents[3]
FOLDERS = (loading.WEIGHTS, budget.folder() / "onnx")
WEIGHTS = next((folder for folder in FOLDERS if (folder / weights.MANIFEST).exists()), None)
pytestmark = pytest.mark.skipif(WEIGHTS is None, reason="there are no weights of this model yet: make train")


@pytest.fixture(scope="module")
def runner() -> PictoRunner:
    return loading.load(threads=1, folder=WEIGHTS)


def asked(prompt: str, **given: object) -> dict:
    return settle(SCHEMA, {"prompt": prompt, "steps": 2, "seed": 5, **given})


def uri(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def draw(runner: PictoRunner, input: dict) -> np.ndarray:
    [[file]] = [list(pictures.values()) for pictures in run_all(runner, [input], max_slots=1)]
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB")).astype(int)


@pytest.fixture(scope="module")
def meadow() -> Image.Image:
    """A green ground below a blue sky."""
    picture = Image.new("RGB", (256, 256), (120, 180, 240))
    picture.paste((90, 170, 80), (0, 150, 256, 256))
    return picture


def spot(box: tuple[int, int, int, int]) -> Image.Image:
    mask = Image.new("L", (256, 256), 0)
    mask.paste(255, box)
    return mask


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


def mixed(count: int, start: Image.Image) -> list[dict]:
    """Requests that differ in all that a request can."""
    dice = random.Random(20)
    words = [
        "a fox",
        "two penguins in the snow",
        "an owl above a book",
        "a huge strawberry, flat style",
        "🐧",
    ]
    begun = [
        {},
        {},
        {"start_image": uri(start)},
        {"start_image": uri(start), "mask": uri(spot((40, 90, 150, 220)))},
    ]
    return [
        asked(
            dice.choice(words),
            steps=dice.randint(1, 7),
            seed=dice.randrange(2**32),
            guidance=dice.choice([1, 1, 2.5]),
            aspect_ratio=dice.choice(["square", "square", "16:9"]),
            size=dice.choice(SIZES),
            negative_prompt=dice.choice(["", "3d, snow"]),
            **dice.choice(begun),
        )
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


def test_batched_equals_solo(runner, meadow):
    """Mixed steps, guidance, sizes, starts and masks, joining at random: each is to the bit what it is alone."""
    batched, solo, inputs = Latents(runner), Latents(runner), mixed(24, meadow)
    together = joined_at_random(batched, inputs, max_slots=8)
    alone = [pictures[0] for pictures in run_all(solo, inputs, max_slots=1)]
    assert [a == b for a, b in zip(together, alone, strict=True)] == [True] * 24
    assert max(batched.batches) >= 5
    assert solo.batches == {1}


def test_decoded_together_equals_alone(runner):
    """Two finished pictures, one of each size, are the same files whether they are decoded together or not."""
    samples = [stepped(runner, asked("a fox", size=size), seed=size) for size in SIZES]
    assert runner.decode(samples) == [runner.decode([sample])[0] for sample in samples]


def stepped(runner: PictoRunner, input: dict, *, seed: int) -> PictoSample:
    """A sample that has been stepped to its end."""
    sample = runner.begin(input, seed=seed)
    for _ in range(sample.steps):
        runner.step([sample])
        sample.step += 1
    return sample


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shape", GRIDS)
def test_sizes_are_those_that_the_schema_promises(runner, shape, size):
    """What the schema's table says an output measures is what comes out, and it is not one colour."""
    picture = draw(runner, asked("a fox in the forest", aspect_ratio=shape, size=size, steps=1))
    assert [picture.shape[1], picture.shape[0]] == SCHEMA["x-output-size"]["pixels"][f"{shape} {size}"]
    assert picture.std() > 10


def test_outputs_equal_single_runs(runner):
    """Output k of a prediction is what a prediction of one output draws with the seed that was told for it."""
    [together] = run_all(runner, [asked("a red fox", num_outputs=4)], max_slots=4)
    singles = run_all(runner, [asked("a red fox", seed=output_seed(5, k)) for k in range(4)], max_slots=1)
    assert [together[k] for k in range(4)] == [single[0] for single in singles]


def test_four_seeds_differ_visibly(runner):
    """Not in noise only: reduced to 16 pixels the four pictures of a bare name are still far apart."""
    pictures = [draw(runner, asked("a fox", seed=output_seed(5, k))) for k in range(4)]
    small = [
        np.asarray(Image.fromarray(p.astype(np.uint8)).resize((16, 16), Image.Resampling.BOX), int)
        for p in pictures
    ]
    apart = [np.abs(small[a] - small[b]).mean() for a in range(4) for b in range(a)]
    assert min(apart) > 8


def test_start_image_is_kept_as_strength_says(runner, meadow):
    """The weaker, the nearer to the start picture."""
    old = np.asarray(meadow, int)
    far = [
        np.abs(draw(runner, asked("a fox", start_image=uri(meadow), strength=strength, steps=6)) - old).mean()
        for strength in (0.0, 0.4, 1.0)
    ]
    assert far[0] < 8
    assert far[0] < far[1] < far[2]


def test_mask_protects_to_the_bit(runner, meadow):
    """Outside of the mask every pixel is the start picture's own; inside there is something new."""
    box = (40, 90, 150, 220)
    new = draw(runner, asked("a red apple", start_image=uri(meadow), mask=uri(spot(box)), steps=4))
    old = np.asarray(meadow, int)
    outside = np.ones((256, 256), bool)
    outside[70:240, 20:170] = False  # the box and its soft rim
    assert (new[outside] == old[outside]).all()
    assert np.abs(new - old)[100:210, 50:140].mean() > 15


def test_large_pictures_protect_the_large_start(runner):
    """At 512 pixels what is protected has all of the start picture's detail."""
    fine = Image.fromarray(np.random.default_rng(1).integers(0, 255, (512, 512, 3), np.uint8))
    mask = spot((100, 100, 140, 140)).resize((512, 512))
    new = draw(runner, asked("a star", start_image=uri(fine), mask=uri(mask), size=512, steps=1))
    assert (new[:150] == np.asarray(fine, int)[:150]).all()


def test_mask_without_start_image_is_refused(runner):
    with pytest.raises(InvalidInput, match="mask needs start_image"):
        asked("a fox", mask=uri(spot((0, 0, 9, 9))))


def test_empty_mask_is_refused_in_a_sentence(runner, meadow):
    with pytest.raises(RunnerError, match="no white part"):
        runner.begin(asked("a fox", start_image=uri(meadow), mask=uri(Image.new("L", (64, 64), 0))), seed=1)


@pytest.mark.parametrize(
    ("prompt", "negative", "missing"),
    [
        ("a cat next to a dog", "dog", ("things", "dog")),
        ("a fox in the snow", "snow", ("place", "snow")),
        ("a blue apple", "blue", ("things", "blue")),
    ],
)
def test_what_is_unwanted_is_left_out(runner, prompt, negative, missing):
    """It stands in what was read without the negative prompt, and not with it."""
    name, word = missing
    plain = runner.begin(asked(prompt), seed=3).facts["read_as"][name]
    without = runner.begin(asked(prompt, negative_prompt=negative), seed=3).facts["read_as"][name]
    assert word in str(plain)
    assert word not in str(without)


def test_unwanted_style_is_never_drawn(runner):
    """Of a bare name the dice choose the style, but not that one."""
    styles = {
        runner.begin(asked("a fox", negative_prompt="3d render"), seed=seed).facts["read_as"]["style"]
        for seed in range(12)
    }
    assert "3d" not in styles
    assert len(styles) > 1


def test_negative_prompt_steers_guidance(runner):
    """With guidance, and nothing to leave out of the scene, it still changes the picture."""
    [one, two] = [
        stepped(runner, asked("a fox, flat style", guidance=2, negative_prompt=negative), seed=1).x
        for negative in ("", "cartoon")
    ]
    assert not np.array_equal(one, two)


@pytest.mark.parametrize("style", STYLES)
def test_style_overrides_the_prompt(runner, style):
    """A style that was chosen wins over one in the words."""
    reading = runner.begin(asked("a cat, cartoon", style=style), seed=1).facts["read_as"]
    assert reading["style"] == style


@pytest.mark.parametrize(
    "prompt",
    [
        "x" * 2000,
        "\u202e\u200b",
        "🦊🦊",
        "a\x00b",
        "<script>",
        "שלום",
        "...",
        "ein roter Hund",
        "3d line art",
    ],
)
def test_any_words_draw_something(runner, prompt):
    """No words that the schema lets through can make it fail."""
    assert run_all(runner, [asked(prompt, steps=1)], max_slots=1)[0][0].startswith(b"\x89PNG")


def test_emoji_is_read_as_its_name(runner):
    assert "penguin" in runner.begin(asked("🐧"), seed=1).facts["read_as"]["things"][0]


def test_previews_fit_and_come_near(runner):
    """A preview is a JPEG within the wire's limit, and the last is near the finished picture."""
    sample = stepped(runner, asked("a unicorn in space", steps=6), seed=3)
    seen = runner.preview(sample)
    finished = Image.open(io.BytesIO(runner.decode([sample])[0])).resize((128, 128), Image.Resampling.BOX)
    away = np.asarray(Image.open(io.BytesIO(seen)), float) - np.asarray(finished, float)
    assert len(seen) <= PREVIEW_MAX_BYTES
    assert np.sqrt(np.square(away).mean()) < 14


def test_a_step_that_fails_changes_nothing(runner):
    """Latents are replaced, never written over, and only when all of the batch went well."""
    good = runner.begin(asked("a fox"), seed=3)
    bad = runner.begin(asked("a fox"), seed=4)
    bad.times = bad.times[:1]
    before = good.x
    with pytest.raises(IndexError):
        runner.step([good, bad])
    assert good.x is before


def test_probe(runner):
    """The probe times a step at each batch size, and from then on the engine has the slots that are worth having."""
    batcher = Batcher(max_slots=99)
    for chore in probe.chores(runner, batcher, set_cap=True):
        chore()
    assert set(batcher.step_ms["picto/16x16"]) == set(probe.BATCHES)
    assert 2 <= batcher.max_slots <= 9


def test_examples_are_read_without_doubt(runner):
    """What the home page offers, the model knows."""
    readings = [runner.begin(asked(words), seed=1).facts["read_as"] for words in runner.card.examples]
    assert [words for words, read in zip(runner.card.examples, readings, strict=True) if read["unsure"]] == []


@pytest.mark.parametrize(
    ("prompt", "things"),
    [
        ("a cat and a dog", ["cat", "dog"]),
        ("two cats and a dog in the garden", ["cat × 2", "dog"]),
        ("three cats next to two dogs", ["cat × 3", "dog × 2"]),
        ("a cat, a dog and a mouse in a kitchen", ["cat", "dog", "mouse"]),
        ("a blue horse and a red car", ["horse, blue", "automobile, red"]),
        ("a microphone and a banana, at night", ["microphone", "banana"]),
        ("a fox, cartoon, in the snow", ["fox"]),
        ("two black cats sleeping in a library", ["black cat × 2"]),
        ("a black dog", ["dog, black"]),
    ],
)
def test_clauses_are_heard_one_by_one(runner, prompt, things):
    """Things of a kind beside each other, and what only says when or how, are told apart whatever the joint."""
    assert runner.begin(asked(prompt), seed=1).facts["read_as"]["things"] == things


def test_a_name_with_a_joint_is_one_thing(runner):
    """What is called "fork and knife with plate" is not a fork and a knife."""
    name = next(each for each in runner.reader.vocabulary.things if " and " in each)
    assert runner.begin(asked(f"a {name}"), seed=1).facts["read_as"]["things"] == [name]


def test_memory_stays_in_its_bounds():
    """A process that has the model, and draws the largest pictures it can in a batch, holds less than 700 MB."""
    program = f"""
from pathlib import Path
from inference import device
from inference.bare import run_all
from inference.inputs import settle
from inference.runners.picto import loading, schema
runner = loading.load(threads=1, folder=Path({str(WEIGHTS)!r}))
large = {{"size": 512, "steps": 2, "num_outputs": 4, "seed": 5}}
asked = [settle(schema.SCHEMA, {{"prompt": f"a fox and {{n}} owls", **large}}) for n in ("two", "three")]
run_all(runner, asked, max_slots=8)
print(device.resident_mb() or 0)
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=True)
    assert float(done.stdout) < 700


def test_a_graph_of_another_kind_is_refused(tmp_path, runner):
    """Files that fit their list and are no model of ours end in the same sentence, not in a traceback."""
    for name in weights.NEEDED:
        (tmp_path / name).write_bytes(b"other")
    weights.write_manifest(tmp_path)
    with pytest.raises(BrokenWeights, match="of another version"):
        loading.load(threads=1, folder=tmp_path)


def test_weights_fit_the_repository():
    """At most 60 MB together, and no file over 40."""
    sizes = [
        path.stat().st_size for path in WEIGHTS.iterdir() if path.suffix in {".onnx", ".npz", ".npy", ".json"}
    ]
    assert sum(sizes) <= 60e6
    assert max(sizes) <= 40e6
