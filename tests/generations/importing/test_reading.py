"""Recipes in files: of this site, of AUTOMATIC1111, ComfyUI and InvokeAI; and what hostile files come to."""

import json
import random
import time
import zlib

import pytest

from generations import imaging, importing
from generations.errors import BadPicture
from generations.importing import automatic1111
from inference.runners import echo
from tests.generations import pictures
from tests.generations.importing import samples
from tests.generations.pictures import FORMATS, gradient, saved
from tests.generations.test_imaging_fuzz import CASES, mutant


def read(data: bytes) -> importing.Found:
    found = importing.read(data)
    assert found is not None
    return found


FROM_A1111 = {
    "prompt": "a lighthouse in a storm, (oil painting:1.2)\ndramatic light",
    "negative_prompt": "blurry, text",
    "steps": 30,
    "sampler": "DPM++ 2M",
    "scheduler": "Karras",
    "guidance": 6.5,
    "seed": 3141592653,
    "width": 512,
    "height": 768,
    "strength": 0.7,
    "loras": "add, detail: 7c6bad76eb54",
}


@pytest.mark.parametrize(
    "data",
    [
        samples.png(parameters=samples.A1111),
        samples.png(parameters=samples.A1111, packed=True),
        samples.png(parameters=samples.A1111, international=True),
        samples.png(parameters=samples.A1111, international=True, packed=True),
        samples.comment(samples.A1111),
        samples.comment(samples.A1111, format="JPEG"),
        samples.comment(samples.A1111, order="le"),
    ],
    ids=["tEXt", "zTXt", "iTXt", "packed iTXt", "WebP", "JPEG", "other order"],
)
def test_automatic1111(data: bytes) -> None:
    found = read(data)
    assert (found.program, found.model, found.values) == ("AUTOMATIC1111", "sd_xl_base_1.0", FROM_A1111)


def test_a_prompt_alone_is_a_recipe_too() -> None:
    assert read(samples.png(parameters="a cat: on a mat, red")).values == {"prompt": "a cat: on a mat, red"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            samples.png(prompt=json.dumps(samples.COMFY), workflow="{}"),
            ["a glass bottle", "watermark", 156680208700286, 20, 8, "euler", 640, 512],
        ),
        (
            samples.comfy_webp(samples.COMFY, {}),
            ["a glass bottle", "watermark", 156680208700286, 20, 8, "euler", 640, 512],
        ),
        (
            samples.png(workflow=json.dumps(samples.COMFY_DRAWN)),
            ["a harbour", "fog", 42, 25, 7, "dpmpp_2m", 768, 512],
        ),
    ],
    ids=["as run", "WebP", "as drawn"],
)
def test_comfyui(data: bytes, expected: list[object]) -> None:
    found = read(data)
    names = ["prompt", "negative_prompt", "seed", "steps", "guidance", "sampler", "width", "height"]
    assert (found.program, found.model) == ("ComfyUI", "dreamshaper_8")
    assert [found.values.get(name) for name in names] == expected


def test_invokeai() -> None:
    found = read(samples.png(invokeai_metadata=json.dumps(samples.INVOKE)))
    assert (found.program, found.model) == ("InvokeAI", "Juggernaut XL")
    assert found.values == {
        "prompt": "a tram in the rain",
        "width": 1024,
        "height": 576,
        "seed": 99,
        "guidance": 5.5,
        "steps": 28,
        "sampler": "euler_a",
    }
    older = read(samples.png(**{"sd-metadata": json.dumps(samples.INVOKE_OLD)}))
    assert older.values == {"prompt": "an old mill", "seed": 5, "steps": 50, "guidance": 7.5}


@pytest.mark.parametrize("format", ["png", "webp", "avif"])
def test_what_was_downloaded_here_comes_back_whole(format: str) -> None:
    recipe = {
        "prompt": "a fox & <b>friends</b> 🦊",
        "seed": 7,
        "steps": 12,
        "guidance": 2.5,
        "model": "safelight/echo",
    }
    master = imaging.develop(saved(gradient(), "PNG")).master
    found = read(imaging.export(master, format=format, recipe=recipe))
    assert (found.program, found.model) == ("Safelight", "safelight/echo")
    assert found.values == {name: value for name, value in recipe.items() if name != "model"}


# Fitting


def fitted(**values: object) -> importing.Fitted:
    found = importing.Found("ComfyUI", model="dreamshaper_8")
    for name, value in values.items():
        found.put(name, value)
    return importing.fit(found, echo.SCHEMA, title="Echo", is_model=False)


def test_it_is_said_what_was_taken_over_and_what_was_not() -> None:
    result = fitted(prompt="a fox", steps=500, width=500, seed=2**40, sampler="euler", strength=0.5)
    assert result.values == {"prompt": "a fox", "steps": 200, "width": 512}
    assert result.notes == (
        "Taken over from a picture made with ComfyUI: prompt, steps and width.",
        "Brought into what Echo can do: steps 500 became 200 and width 500 became 512.",
        "Left out, because Echo has no such setting: seed (1099511627776), sampler (euler) and strength (0.5).",
        "It was made with the model “dreamshaper_8”, which is not here. Echo draws it differently.",
        "It began with another picture, which is not in the file. Add it as the start image.",
    )


def test_a_picture_of_ours_is_never_taken_from_a_file() -> None:
    assert fitted(prompt="x", start_image="output:01k00000000000000000000000").values == {"prompt": "x"}


@pytest.mark.parametrize(
    "prompt", ["a\0b", "\ud800x", "x" * 30_000, "a" + "\u0301" * 90, "\u202eabc", "<b>{{ x }}"]
)
def test_any_prompt_becomes_one_that_may_be_typed(prompt: str) -> None:
    found = fitted(prompt=prompt).values.get("prompt", "")
    assert len(found) <= 2000
    assert not any(ord(char) < 9 or "\ud800" <= char <= "\udfff" for char in found)


# Hostile files


@pytest.mark.parametrize(
    "data",
    [
        samples.png(prompt="[" * 100_000),
        samples.png(prompt=json.dumps({"1": {"inputs": {"positive": ["1", 0], "steps": ["1", 0]}}})),
        samples.png(prompt='{"1": {"inputs": []}, "2": 5, "3": {"inputs": {"positive": [[]], "steps": {}}}}'),
        samples.png(workflow='{"nodes": [1, {"inputs": 5}, {"id": [], "type": {}}], "links": [[], [[]], 3]}'),
        samples.png(invokeai_metadata='{"seed": 1e999, "width": [], "model": 5, "steps": true}'),
        samples.png(**{"sd-metadata": '{"image": {"prompt": [{}]}}'}),
        samples.png(parameters="Steps: " + "9" * 5000 + ", Seed: 1e400, Size: 1x2x3"),
        samples.png(parameters="\0\0\0"),
        samples.png(comment="nothing of interest"),
        *(saved(gradient(), format) for format in FORMATS),
    ],
    ids=range(13),
)
def test_nonsense_is_no_recipe_or_a_harmless_one(data: bytes) -> None:
    found = importing.read(data)
    if found is not None:
        importing.fit(found, echo.SCHEMA, title="Echo", is_model=False)
        assert all(isinstance(value, str | int | float) for value in found.values.values())


def test_a_text_that_unpacks_to_gigabytes_is_not_unpacked() -> None:
    bomb = pictures.chunk(b"zTXt", b"parameters\0\0" + zlib.compress(bytes(200 * 2**20), 9))
    began = time.monotonic()
    assert importing.read(pictures.png(1, 1, rows=bytes(2), extra=bomb)) is None
    assert time.monotonic() - began < 2


def test_a_long_line_of_settings_takes_no_time() -> None:
    began = time.monotonic()
    automatic1111.read({"parameters": "a\n" + "a " * 2_000_000})
    automatic1111.read({"parameters": "a\n" + '"\\' * 2000 + "x: " * 2000})
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("data", [b"", b"GIF89a", saved(gradient(), "PNG")[:-20], b"<svg/>"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(BadPicture):
        importing.read(data)


SEEDS = [
    samples.png(parameters=samples.A1111),
    samples.png(prompt=json.dumps(samples.COMFY), packed=True),
    samples.png(workflow=json.dumps(samples.COMFY_DRAWN), international=True),
    samples.png(invokeai_metadata=json.dumps(samples.INVOKE)),
    samples.comment(samples.A1111),
    samples.comment(samples.A1111, format="JPEG"),
    samples.comfy_webp(samples.COMFY, samples.COMFY_DRAWN),
]


def outcome(data: bytes) -> str:
    try:
        found = importing.read(data)
    except BadPicture as refused:
        return "refused" if refused.sentence.endswith(".") else "refused without a sentence"
    if found is None:
        return "no recipe"
    result = importing.fit(found, echo.SCHEMA, title="Echo", is_model=False)
    return "read" if all(len(note) < 4000 for note in result.notes) else "endless"


def test_no_wounded_file_does_harm() -> None:
    """Refused with a sentence, no recipe, or a recipe that fits: as many files as SAFELIGHT_FUZZ_CASES says."""
    dice = random.Random(5)
    outcomes = {outcome(mutant(bytearray(dice.choice(SEEDS)), dice)) for _ in range(CASES)}
    assert {"refused", "read"} <= outcomes <= {"refused", "no recipe", "read"}
