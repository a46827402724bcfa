"""Clients that are not in our environment: installed once into a folder of this machine, and used from there.

Where that is not possible the tests are skipped, loudly, unless SAFELIGHT_REQUIRE_CLIENTS=1 demands them.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

CLIENTS = Path(__file__).parent / "clients"
IS_REQUIRED = os.environ.get("SAFELIGHT_REQUIRE_CLIENTS") == "1"
INSTALL_S, RUN_S = 300, 90


def javascript() -> Path:
    """A folder from which node finds the npm client."""
    if shutil.which("npm") is None:
        _unavailable("there is no npm here. Install it: apt-get install npm")
    return _kept("javascript", ["package.json", "package-lock.json"], _install_npm)


def python_next() -> Path:
    """The interpreter of an environment with the pre-release of the Python client."""
    return _kept("python", ["requirements.txt"], _install_pip) / "bin" / "python"


def cog_environment() -> Path:
    """An environment in which a Cog server runs."""
    return _kept("cog", ["cog.txt"], partial(_install_pip, file="cog.txt"))


def run_javascript(program: str, **env: str) -> Any:
    """What a module prints as JSON; `import Replicate from "replicate"` works in it."""
    command = ["node", "--input-type=module", "-"]
    return _run(command, program, cwd=javascript(), env=env)


def run_python_next(program: str, **env: str) -> Any:
    return _run([str(python_next()), "-"], program, cwd=CLIENTS, env=env)


def _run(command: list[str], program: str, *, cwd: Path, env: dict[str, str]) -> Any:
    done = subprocess.run(
        command,
        input=program,
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=RUN_S,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout)


def _kept(name: str, files: list[str], install: Callable[[Path], None]) -> Path:
    """The folder for exactly these files, made when it is missing, by one process at a time."""
    told = b"".join((CLIENTS / file).read_bytes() for file in files) + sys.version.encode()
    folder = Path(tempfile.gettempdir()) / f"safelight-clients-{name}-{hashlib.sha256(told).hexdigest()[:12]}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            for file in files:
                shutil.copy(CLIENTS / file, folder)
            try:
                install(folder)
            except (subprocess.SubprocessError, OSError) as error:
                _unavailable(f"the client could not be installed: {getattr(error, 'stderr', error)}")
            (folder / "installed").touch()
    return folder


def _install_npm(folder: Path) -> None:
    _do(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)


def _install_pip(folder: Path, *, file: str = "requirements.txt") -> None:
    _do([sys.executable, "-m", "venv", "."], folder)
    pip = [
        "bin/python",
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--only-binary",
        ":all:",
    ]
    _do([*pip, "-r", file], folder)


def _do(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=INSTALL_S)


def _unavailable(why: str) -> None:
    sentence = f"THE TESTS WITH OTHER CLIENTS DID NOT RUN: {why}"
    if IS_REQUIRED:
        pytest.fail(sentence)
    pytest.skip(sentence)
