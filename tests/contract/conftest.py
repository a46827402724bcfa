"""The real site as a process, with a token, for clients that other people wrote."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import replicate

from tests.site import Site, running_site

HERE = Path(__file__).parent
MODELS = "safelight/echo,safelight/canary,safelight/scribe"
# What programs call the model that ships with the site, or one of a guide, is drawn by the quick one.
ALIASES = "safelight/picto=safelight/echo,black-forest-labs/flux-schnell=safelight/echo"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.processes)


@pytest.fixture(autouse=True)
def plain_site() -> None:
    """Nothing of these tests happens in this process, so its settings stay as they are."""


@dataclass(frozen=True)
class Api:
    """A site, and somebody's token for it."""

    site: Site
    token: str

    @property
    def url(self) -> str:
        """Without /v1: as one client wants it."""
        return self.site.url

    def token_of(self, name: str, *arguments: str) -> str:
        made = self.site.manage("create_token", name, *arguments)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    data, env = tmp_path_factory.mktemp("contract") / "data", {"SAFELIGHT_MODEL_ALIASES": ALIASES}
    with running_site(data, models=MODELS, env=env) as site:
        made = site.manage("create_token", "tester")
        assert made.returncode == 0, made.stderr
        yield Api(site, made.stdout.strip())


@pytest.fixture
def client(api: Api) -> replicate.Client:
    return replicate.Client(api_token=api.token, base_url=api.url)
