"""The restore drill: a backup made while pictures are drawn is a data folder that another site starts from."""

from pathlib import Path

import pytest

from tests.site import Person, Site, running_site

pytestmark = pytest.mark.processes


def test_a_backup_made_at_work_starts_as_a_site_of_its_own(
    site: Site, person: Person, tmp_path: Path
) -> None:
    """Every success in the copy has its files, what ran at that moment is drawn again, and every promise holds."""
    kept = person.create("kept", steps=2, step_ms=20)
    person.wait(kept, "succeeded")
    running = person.create("running", steps=40, step_ms=50)
    site.until_status(running, "processing")
    copied = site.manage("backup", str(tmp_path / "copy"))
    assert copied.returncode == 0, copied.stdout + copied.stderr
    with running_site(tmp_path / "copy") as restored:
        restored.check()
        assert [row["is_published"] for row in restored.outputs(kept)] == [1]
        restored.until_status(running, "succeeded")
        restored.check()


def test_a_backup_goes_to_a_new_folder_only(site: Site, tmp_path: Path) -> None:
    """A folder that holds something is refused in one line and left as it is."""
    (tmp_path / "mine").write_text("mine")
    refused = site.manage("backup", str(tmp_path))
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
