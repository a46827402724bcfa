"""The line between page and site breaks in every way it can, and the page catches up by itself."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import studio
from tests.browser.conftest import Console
from tests.browser.proxy import Proxy, network
from tests.browser.studio import ask, expect_beyond, expect_picture, expect_status, frames_of, seq_of
from tests.site import Site, running_site

BROKEN = r"WebSocket connection|htmx:ws:error|Failed to load resource: net::ERR_"

SHOW = """state => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    Object.defineProperty(document, "hidden", { value: state === "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def through(site: Site) -> Iterator[Proxy]:
    with network(site.port) as proxy:
        yield proxy


def test_killed_server(page: Page, tmp_path: Path, console: Console) -> None:
    """The server is killed in the middle and started again: the open page recovers and shows the picture."""
    console.expects(BROKEN)
    with running_site(tmp_path / "data") as site:
        made = ask(page, "outlives its server", origin=site.url, steps=20, step_ms=150)
        expect_beyond(made, 2)
        page.evaluate("window.isTheSamePage = true")
        site.kill_server()
        site.restart()
        expect_picture(made)
        assert page.evaluate("window.isTheSamePage")
        assert len(site.outputs(studio.id_of(made))) == 1


def test_sockets_blocked(page: Page, through: Proxy, console: Console) -> None:
    """Where the network lets no sockets through, server-sent events bring the picture, and nobody notices."""
    console.expects(BROKEN)
    through.lets_sockets_through = False
    with page.expect_request(re.compile("/live/stream/"), timeout=60_000):
        ask(page, "opens the line", origin=through.url, **studio.QUICK)
    made = ask(page, "by another line", origin=through.url, steps=12, step_ms=120)
    expect_status(made, "succeeded")
    expect_picture(made)
    expect(page.locator("[data-toast]")).to_have_count(0)
    assert through.refused >= 2
    assert any(frame["preview"] for frame in frames_of(made))


def test_network_lost(page: Page, site: Site, through: Proxy, console: Console) -> None:
    """A network that is gone for a while, as with a closed lid: what happened meanwhile is there when it is back."""
    console.expects(BROKEN)
    made = ask(page, "far away", origin=through.url, steps=12, step_ms=100)
    expect_beyond(made, 1)
    through.cut()
    site.until_status(studio.id_of(made), "succeeded")
    through.mend()
    expect_picture(made)


def test_says_that_the_line_is_lost(page: Page, through: Proxy, console: Console) -> None:
    """While a picture is awaited and nothing gets through, the page says so, and stops when the line is back."""
    console.expects(BROKEN)
    made = ask(page, "far away for longer", origin=through.url, **studio.SLOW)
    expect_beyond(made, 1)
    through.cut()
    expect(page.locator("[data-line]")).to_have_text("Reconnecting…")
    through.mend()
    expect(page.locator("[data-line]")).to_be_empty()


def test_hidden_tab(page: Page, site: Site) -> None:
    """A tab that is hidden gives up its socket; shown again it has the picture."""
    with page.expect_websocket() as line:
        made = ask(page, "behind another tab", steps=12, step_ms=100)
    expect_beyond(made, 1)
    page.evaluate(SHOW, "hidden")
    studio.until(page, line.value.is_closed)
    hidden_at = seq_of(made)
    site.until_status(studio.id_of(made), "succeeded")
    assert seq_of(made) <= hidden_at + 1
    page.evaluate(SHOW, "visible")
    expect_picture(made)


def test_hidden_gallery(page: Page, site: Site) -> None:
    """A gallery in a hidden tab shows, once it is looked at again, what was finished meanwhile."""
    studio.make(page, "there already")
    id = studio.id_of(ask(page, "finished unseen", steps=10, step_ms=100))
    with page.expect_websocket() as line:
        page.goto("/gallery/")
    expect(page.locator(".print[data-output]")).to_have_count(1)
    page.evaluate(SHOW, "hidden")
    studio.until(page, line.value.is_closed)
    site.until_status(id, "succeeded")
    page.evaluate(SHOW, "visible")
    expect(page.locator(".print[data-output]")).to_have_count(2)
