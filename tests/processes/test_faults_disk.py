"""A disk that fills up while pictures are stored: a real one, a small tmpfs under media/."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.site import Site, running_site

pytestmark = pytest.mark.processes

SIZE_KB = 400


@pytest.fixture
def small_site(tmp_path: Path) -> Iterator[Site]:
    """A site whose media/ is SIZE_KB large."""
    media = tmp_path / "media"
    media.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_KB}k", "tmpfs", str(media)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a small disk")
    try:
        with running_site(tmp_path / "data", prepare=lambda data: (data / "media").symlink_to(media)) as site:
            yield site
    finally:
        subprocess.run(["umount", "-l", str(media)], check=True)


def test_a_full_disk_fails_with_a_sentence(small_site: Site) -> None:
    """When the disk is full, the prediction fails with a sentence and leaves no file; the site serves on."""
    person = small_site.guest()
    id = person.create("too much", steps=2, step_ms=20, num_outputs=8, width=1024, height=1024)
    assert person.wait(id, within_s=60) == "failed"
    row = small_site.row(id)
    assert (row["error_code"], small_site.outputs(id)) == ("storage_full", [])
    assert "no room left" in row["error"]
    small_site.until(lambda: not small_site.files())
    small = person.create("little", steps=2, step_ms=20, width=64, height=64)
    assert person.wait(small) == "succeeded"
    small_site.check()
