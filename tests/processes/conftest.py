"""A site for each module of fault tests: shared, because every test leaves it running and clean."""

import signal
from collections.abc import Iterator

import pytest

from tests.site import Person, Site, running_site


@pytest.fixture(autouse=True)
def plain_site() -> None:
    """Nothing of these tests happens in this process, so its settings stay as they are."""


@pytest.fixture(scope="session", autouse=True)
def no_site_is_left() -> Iterator[None]:
    """SIGTERM ends the tests as Ctrl+C does, so that the sites are taken down as well."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site") / "data") as site:
        yield site


@pytest.fixture
def person(site: Site) -> Person:
    """Somebody new, on a site that runs and whose engine draws."""
    site.until(site.answers)
    site.until_engine()
    return site.guest()
