"""What a start does before the site answers, and what it leaves out the second time."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from webapp import startup


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> list[str]:
    """The names of the commands that a start runs; a "collectstatic" that is noted and not done."""
    names: list[str] = []
    monkeypatch.setattr(startup, "call_command", lambda name, **options: names.append(name))
    settings.STATIC_ROOT = tmp_path / "static"
    return names


@pytest.mark.django_db
def test_second_start_has_nothing_to_do(called: list[str]) -> None:
    """Static files are collected once; a database that is up to date is not migrated."""
    startup.bring_up_to_date()
    startup.bring_up_to_date()
    assert called == ["collectstatic"]


@pytest.mark.django_db
def test_changed_file_is_collected_again(called: list[str], settings: Any, tmp_path: Path) -> None:
    """A static file that changes, comes or goes makes the next start collect again."""
    folder = tmp_path / "source"
    folder.mkdir()
    settings.STATICFILES_DIRS = [folder]
    startup.bring_up_to_date()
    (folder / "new.css").write_text("p { color: red }")
    startup.bring_up_to_date()
    assert called == ["collectstatic", "collectstatic"]


@pytest.mark.django_db
def test_missing_migration_is_run(called: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that is in the tree but not in the database is run."""
    monkeypatch.setattr(startup.connection.introspection, "table_names", lambda cursor: [])
    startup.bring_up_to_date()
    assert called[0] == "migrate"


def test_folder_is_free_again_after_use(tmp_path: Path) -> None:
    """The lock ends with its block, and holds while it lasts."""
    with (
        startup.sole_use(tmp_path),
        pytest.raises(ImproperlyConfigured, match="running"),
        startup.sole_use(tmp_path),
    ):
        raise AssertionError
    with startup.sole_use(tmp_path):
        assert (tmp_path / "lock").exists()
