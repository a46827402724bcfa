"""The files of a model: only whole, unchanged ones of this version are taken, and the sentence says what is wrong."""

import json

import pytest

from inference.batcher import Batcher
from inference.errors import BrokenWeights
from inference.runners.picto import loading, weights
from inference.worker import Worker


@pytest.fixture
def folder(tmp_path):
    """A complete set of files, whatever is in them."""
    for name in weights.NEEDED:
        (tmp_path / name).write_bytes(name.encode() * 50)
    (tmp_path / "README.md").write_text("not a weight")
    weights.write_manifest(tmp_path, things=3)
    return tmp_path


def refusal(folder) -> str:
    with pytest.raises(BrokenWeights) as refused:
        weights.read(folder)
    return refused.value.sentence


def test_a_whole_set_is_read(folder):
    """Every listed file comes as bytes, and the digest follows any of them."""
    files = weights.read(folder)
    assert set(files) == set(weights.NEEDED)
    other = {**files, "denoiser.onnx": b"other"}
    assert weights.digest(files) == weights.digest(weights.read(folder)) != weights.digest(other)


def test_a_file_cut_short_is_refused(folder):
    whole = (folder / "denoiser.onnx").read_bytes()
    (folder / "denoiser.onnx").write_bytes(whole[:-1])
    assert "denoiser.onnx is 649 bytes long and should be 650" in refusal(folder)


def test_a_changed_file_is_refused(folder):
    """One bit is enough."""
    data = bytearray((folder / "places.npz").read_bytes())
    data[7] ^= 1
    (folder / "places.npz").write_bytes(data)
    assert "places.npz was changed" in refusal(folder)


def test_a_missing_file_is_refused(folder):
    (folder / "reader.onnx").unlink()
    assert "reader.onnx is missing" in refusal(folder)


def test_a_set_without_a_needed_file_is_refused(folder):
    """A list that leaves a file out is no way around the check."""
    (folder / "decoder.onnx").unlink()
    weights.write_manifest(folder)
    assert "does not name decoder.onnx" in refusal(folder)


def test_another_version_is_refused(folder):
    listed = json.loads((folder / weights.MANIFEST).read_text())
    (folder / weights.MANIFEST).write_text(json.dumps({**listed, "format": 1}))
    assert "are of version 1; this program reads 2" in refusal(folder)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 2}', '{"format": 2, "files": {"../x": {"bytes": 1, "sha256": ""}}}']
)
def test_a_damaged_list_is_refused(folder, text):
    (folder / weights.MANIFEST).write_text(text)
    assert "weights" in refusal(folder)


def test_missing_weights_are_refused(tmp_path):
    assert "cannot be read" in refusal(tmp_path / "nowhere")


def test_engine_comes_up_out_of_order(folder, caplog):
    """The engine lives on, says so by Cog's word, and its log has one sentence and no traceback."""
    (folder / "reader.onnx").unlink()
    worker = Worker(
        Batcher(max_slots=1),
        load=lambda: [loading.load(threads=1, folder=folder)],
        deliver=lambda told: None,
        plan=lambda runners, batcher: [],
    )
    worker.run()
    assert worker.state == "SETUP_FAILED"
    assert worker.setup["logs"] == "The model's file reader.onnx is missing or cannot be read."
    assert "reader.onnx is missing" in caplog.text
    assert "Traceback" not in caplog.text
