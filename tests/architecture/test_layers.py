"""Who may import whom, and what an import may load."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT


def loaded_by(module: str) -> set[str]:
    """The top-level packages in memory after importing `module` in a fresh interpreter."""
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_contracts_are_kept(tmp_path: Path) -> None:
    """Every contract in pyproject.toml holds: layers point down, the engine and the site know only the wire."""
    lint = Path(sys.executable).with_name("lint-imports")
    command = [lint, "--cache-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("inference.protocol", {"numpy", "django", "onnxruntime", "aiohttp"}),
        ("webapp.asgi", {"numpy", "onnxruntime", "tokenizers", "torch", "uvicorn"}),
        ("webapp.server", {"numpy", "onnxruntime", "generations"}),
        ("inference.__main__", {"django", "channels", "generations", "webapp", "accounts", "twisted"}),
    ],
)
def test_import_stays_light(module: str, heavy: set[str]) -> None:
    """What one side has no use for is never loaded by it."""
    assert not loaded_by(module) & heavy
