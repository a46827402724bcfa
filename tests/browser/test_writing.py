"""A model that writes, in a browser: chosen in the studio, its text grows on the page, and can be read by everyone."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import studio
from tests.site import Site, running_site

TEXT = ".writing-text"


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("writing") / "data"
    with running_site(folder, models="safelight/echo,safelight/scribe") as site:
        yield site


def ask(page: Page, site: Site, prompt: str, *, words: int, pace: int) -> None:
    """From the first page of the site to the sent prompt, as a person goes."""
    page.goto(site.url)
    page.get_by_role("navigation", name="Models").get_by_role("link", name="Scribe").click()
    prompt_field = studio.prompt_of(page)
    prompt_field.fill(prompt)
    page.locator("[data-settings] summary").click()
    page.locator('input[name="words"]').last.fill(str(words))
    page.locator('input[name="pace"]').last.fill(str(pace))
    page.get_by_role("button", name="Write").click()


def length(page: Page) -> int:
    found = page.locator(TEXT)
    return len(found.first.inner_text()) if found.count() else 0


def test_the_studio_draws_unless_another_is_chosen(page: Page, writing: Site) -> None:
    page.goto(writing.url)
    models = page.get_by_role("navigation", name="Models")
    expect(models.locator("[aria-current]")).to_have_text("Echo")
    expect(page.locator("[data-go]")).to_contain_text("Create 1 image")


def test_the_text_grows(page: Page, writing: Site) -> None:
    """Longer at every look, in the place where it stands, until it is whole; the page is never loaded again."""
    ask(page, writing, "a fox by the river", words=60, pace=20)
    page.evaluate("window.stayed = true")
    made = page.locator(studio.NEWEST)
    expect(made.locator(TEXT)).to_be_visible()
    seen = [length(page)]
    while made.get_attribute("data-status") == "processing":
        page.wait_for_timeout(300)
        seen.append(length(page))
    assert seen == sorted(seen)
    assert len(set(seen)) > 3
    studio.expect_status(made, "succeeded")
    assert len(page.locator(TEXT).first.inner_text().split()) == 60
    assert page.evaluate("window.stayed")


def test_its_own_page_grows_too(page: Page, writing: Site) -> None:
    """With the log of its steps, which opens as it stands then; and everything on it can be read by everyone."""
    ask(page, writing, "an old lighthouse", words=80, pace=20)
    page.locator(f"{studio.NEWEST} h2 a").click()
    page.wait_for_url("**/predictions/*/")
    expect(page.locator(TEXT)).to_be_visible()
    early = length(page)
    expect(page.locator("[data-prediction]")).to_have_attribute("data-status", "succeeded")
    assert length(page) > early
    page.get_by_text("Log", exact=True).click()
    expect(page.locator("#log")).to_contain_text("80/80")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.reload()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_canceled_half_way(page: Page, writing: Site) -> None:
    """What was written stays."""
    ask(page, writing, "the sea", words=400, pace=10)
    made = page.locator(studio.NEWEST)
    expect(made.locator(TEXT)).to_be_visible()
    made.get_by_role("button", name="Cancel").click()
    studio.expect_status(made, "canceled")
    expect(made.locator(TEXT)).to_be_visible()
