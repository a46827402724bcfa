"""A real Chromium before the real site: one site for the session, a fresh browser context (a new guest) for each test.

The page keeps an event loop in the main thread, so these tests touch rows only through the site, and run last.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, WebError, expect

from tests.site import Site, running_site

HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium")
IS_REQUIRED = os.environ.get("SAFELIGHT_REQUIRE_BROWSER") == "1"
NO_BROWSER = "THE BROWSER TESTS DID NOT RUN: there is no chromium here. Install it: apt-get install chromium"
WITHIN_MS = 20_000
ONE_AT_A_TIME = {"SAFELIGHT_LIMIT_RUNNING_GUEST": "1", "SAFELIGHT_LIMIT_QUEUED_GUEST": "6"}

# Chromium's own, out of reach of any script: a page was revealed before the picture of the page before it had come.
UNAVOIDABLE = [
    "^Transition was aborted because of invalid state. (Page already revealed|ViewTransition opt-in disabled)$"
]

expect.set_options(timeout=WITHIN_MS)


@pytest.hookimpl(trylast=True)  # after those that sort by database and by fixture
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Last of all: what comes after could not start an event loop of its own."""
    ours = [item for item in items if HERE in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.browser)
        if CHROMIUM is None and not IS_REQUIRED:
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))
    items[:] = [item for item in items if item not in set(ours)] + ours


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    assert CHROMIUM, NO_BROWSER
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With the drawing that takes as long as it is told to."""
    with running_site(tmp_path_factory.mktemp("browser") / "data", env=ONE_AT_A_TIME) as site:
        yield site


@pytest.fixture(scope="session")
def base_url(site: Site) -> str:
    return site.url


@dataclass
class Console:
    """What the pages complained of. A test says beforehand which complaints it provokes: `console.expects("422")`."""

    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=lambda: [*UNAVOIDABLE])

    def expects(self, pattern: str) -> None:
        self.expected.append(pattern)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location.get('url')})")

    def fail(self, error: WebError) -> None:
        self.complaints.append(str(error.error))

    @property
    def unexpected(self) -> list[str]:
        return [each for each in self.complaints if not any(re.search(some, each) for some in self.expected)]


@pytest.fixture(autouse=True)
def console(context: BrowserContext) -> Iterator[Console]:
    """No page may log an error, throw one, or break its own Content-Security-Policy."""
    heard = Console()
    context.on("console", heard.hear)
    context.on("weberror", heard.fail)
    context.add_init_script(path=HERE / "recorder.js")
    context.set_default_timeout(WITHIN_MS)
    yield heard
    assert heard.unexpected == []
