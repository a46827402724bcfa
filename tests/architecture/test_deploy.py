"""deploy/ is true: what it starts exists, and what it sets is read."""

import re

import pytest
from django.core.management import get_commands

from tests.architecture.tree import ROOT
from webapp import env

UNITS = sorted((ROOT / "deploy").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_unit_starts_a_command_of_ours(unit) -> None:
    """The command in ExecStart is one of manage.py's."""
    command = re.search(r"^ExecStart=\S+ manage\.py (\w+)", unit.read_text(), re.MULTILINE)[1]
    assert command in get_commands()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_unit_sets_what_is_read(unit) -> None:
    """Each variable that the unit sets is a setting."""
    assert set(re.findall(r"^Environment=(\w+)=", unit.read_text(), re.MULTILINE)) <= set(env.KNOWN)


def test_proxy_leads_to_the_port_of_the_unit() -> None:
    """Caddy passes requests on to where the unit listens."""
    port = re.search(
        r"^Environment=PORT=(\d+)", (ROOT / "deploy" / "safelight.service").read_text(), re.MULTILINE
    )[1]
    assert f"reverse_proxy 127.0.0.1:{port}" in (ROOT / "deploy" / "Caddyfile").read_text()
