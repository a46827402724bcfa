"""The site as it ships, with its own model: faster than the page, and still nothing is missed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import studio
from tests.browser.studio import expect_picture, expect_status, frames_of
from tests.site import Site, running_site


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("shipped") / "data", models="safelight/picto") as site:
        yield site


def test_quick_picture(page: Page, shipped: Site) -> None:
    """A picture that takes a fraction of a second ends up on the page, with its time and how its words were read."""
    made = studio.ask(page, "a red fox in the snow", origin=shipped.url)
    expect_status(made, "succeeded")
    expect_picture(made)
    seqs = [frame["seq"] for frame in frames_of(made)]
    assert seqs == sorted(seqs)
    expect(made.get_by_text("read as:")).to_be_visible()


def test_example(page: Page, shipped: Site) -> None:
    """The first visit shows pictures made here; one click makes such a one, and the examples make room for it."""
    page.goto(shipped.url)
    expect(studio.prompt_of(page)).to_be_focused()
    example = page.locator("[data-example][data-send]").first
    words = str(example.get_attribute("data-fill"))
    example.click()
    made = page.locator(studio.NEWEST)
    expect(made).to_have_count(1)
    expect(made).to_contain_text(words)
    expect_picture(made)
    expect(example).to_be_hidden()


def test_example_is_the_same_picture(page: Page, shipped: Site) -> None:
    """What an example promises is kept: it is made again with its seed."""
    page.goto(shipped.url)
    example = page.locator("[data-example][data-send]").first
    seed = str(example.get_attribute("data-seed"))
    example.click()
    expect_picture(page.locator(studio.NEWEST))
    expect(page.locator(studio.NEWEST)).to_have_attribute("data-seed", seed)


def test_vary(page: Page, shipped: Site) -> None:
    """ "Use again" brings the recipe back with its seed; "Vary" makes it again at once with a new one."""
    made = studio.ask(page, "a lighthouse", origin=shipped.url, seed=7)
    expect_picture(made)
    made.hover()
    made.get_by_title("Use again").click()
    expect(studio.prompt_of(page)).to_have_value("a lighthouse")
    expect(page.locator("[name=seed]")).to_have_value("7")
    made.hover()
    made.get_by_title("Vary").click()
    expect(page.locator(studio.NEWEST)).to_have_count(2)
    varied = page.locator(studio.NEWEST).first
    expect_picture(varied)
    expect(varied).not_to_have_attribute("data-seed", "7")
    expect(varied).to_contain_text("a lighthouse")
