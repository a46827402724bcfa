"""The smoke model: `TRAIN=smoke make train`, end to end, from the packages to a model that draws."""

import io
import os
import subprocess
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.bare import run_all
from inference.inputs import settle
from inference.runners.picto import loading
from inference.runners.picto.schema import SCHEMA
from tests.architecture.tree import ROOT

PYTHON = Path(os.environ.get("SAFELIGHT_TRAINING_PYTHON") or ROOT / ".venv-train" / "bin" / "python")
CACHED = ROOT / "var" / "training" / "packages"
MINUTES = 10  # for three minutes of work, on a machine that others use too

pytestmark = [pytest.mark.processes, pytest.mark.training, pytest.mark.timeout(MINUTES * 60 + 60)]


@pytest.fixture(scope="module", autouse=True)
def _environment() -> None:
    if PYTHON.exists():
        return
    if os.environ.get("SAFELIGHT_REQUIRE_TRAINING") == "1":
        pytest.fail("There is no training environment: run scripts/training.")
    warnings.warn(
        "NO TRAINING ENVIRONMENT: the smoke model is not trained. scripts/training makes one.", stacklevel=1
    )
    pytest.skip("no training environment (scripts/training makes one)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A work folder, with the packages that are here already."""
    folder = tmp_path_factory.mktemp("training")
    if CACHED.is_dir():
        (folder / "packages").symlink_to(CACHED)
    return folder


def train(folder: Path, *arguments: str) -> subprocess.Popen:
    env = {**os.environ, "TRAIN": "smoke", "SAFELIGHT_TRAINING": str(folder)}
    command = [str(PYTHON), "-m", "inference.training", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_smoke_model_is_trained_survives_a_kill_and_draws(folder):
    """Killed on its way, it goes on where it was; what comes out loads, and draws what was asked for."""
    first = train(folder, "export")
    for line in first.stdout:
        if line.startswith("refiner"):
            break
    first.kill()
    first.wait()
    done = {path.name: path.stat().st_mtime_ns for path in (folder / "done").iterdir()}
    second = train(folder, "export")
    told, _ = second.communicate(timeout=MINUTES * 60)
    assert second.returncode == 0, told[-3000:]
    assert {"drawings", "dictionary"} <= {*done}
    assert {name: (folder / "done" / name).stat().st_mtime_ns for name in done} == done

    runner = loading.load(threads=1, folder=folder / "onnx")
    names = runner.reader.vocabulary.things
    [[file]] = [
        list(pictures.values())
        for pictures in run_all(runner, [settle(SCHEMA, {"prompt": f"a {names[0]}", "seed": 1})], max_slots=1)
    ]
    picture = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
    assert picture.shape == (256, 256, 3)
    assert picture.std() > 5


def test_again_there_is_nothing_to_do(folder):
    """A trained model is not trained again."""
    began = time.monotonic()
    again = train(folder, "export")
    told, _ = again.communicate(timeout=60)
    assert again.returncode == 0
    assert "is done" not in told
    assert time.monotonic() - began < 30
