"""docs/settings.md and the settings are the same list."""

import re

from django.conf import settings

from tests.architecture.tree import ROOT
from webapp import env

HEADINGS = re.findall(
    r"^### (\S+)$", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8"), re.MULTILINE
)


def engine_settings() -> set[str]:
    """What the engine reads by itself; it may not import our reader."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "inference").glob("*.py"))
    return {name for source in sources for name in re.findall(r"SAFELIGHT_ENGINE_\w+", source)}


def without_files(names: set[str]) -> set[str]:
    """A secret and its _FILE share a heading."""
    return {
        name
        for name in names
        if name.removesuffix("_FILE") == name or name.removesuffix("_FILE") not in names
    }


def test_every_setting_is_described_and_exists() -> None:
    """Each variable that is read has a heading, and each heading is of a variable that is read."""
    assert settings.configured
    assert set(HEADINGS) == without_files(set(env.KNOWN) | engine_settings())


def test_no_setting_is_described_twice() -> None:
    """A heading stands once."""
    assert len(HEADINGS) == len(set(HEADINGS))


def test_defaults_are_the_ones_described() -> None:
    """Numbers and flags have the default that their section states."""
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    sections = dict(zip(HEADINGS, re.split(r"^### \S+$", text, flags=re.MULTILINE)[1:], strict=True))
    numbers = {name: default for name, default in env.KNOWN.items() if default.isdigit()}
    assert {name for name, default in numbers.items() if f"`{default}`" not in sections[name]} == set()
