"""A data folder that cannot be used: the start refuses in one line that names the folder and the way out."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.site import TREE, environment, free_port

pytestmark = pytest.mark.processes


def _refusal(folder: Path) -> subprocess.CompletedProcess[str]:
    env = environment(folder, models="safelight/echo") | {"PORT": str(free_port())}
    command = [sys.executable, "manage.py", "up"]
    return subprocess.run(command, cwd=TREE, env=env, capture_output=True, text=True, timeout=30, check=False)


def _file(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("")
    return tmp_path / "file"


def _beneath_a_file(tmp_path: Path) -> Path:
    return _file(tmp_path) / "data"


def _read_only(tmp_path: Path) -> Path:
    return Path("/proc/safelight")  # nothing can be made there, not even by root


def _broken_database(tmp_path: Path) -> Path:
    (tmp_path / "db.sqlite3").write_text("This is no database, but it is long enough to be looked at." * 20)
    return tmp_path


FOLDERS = {
    "a file": _file,
    "beneath a file": _beneath_a_file,
    "read-only": _read_only,
    "a broken database": _broken_database,
}


@pytest.mark.parametrize("folder", FOLDERS.values(), ids=FOLDERS.keys())
def test_the_start_refuses_in_one_line(tmp_path: Path, folder) -> None:
    """Where the data cannot be kept, the start ends with one sentence for people and no traceback."""
    refused = _refusal(folder(tmp_path))
    said = (refused.stdout + refused.stderr).strip().splitlines()
    assert refused.returncode != 0
    assert len(said) == 1, said
    assert "folder" in said[0] or "database" in said[0]
