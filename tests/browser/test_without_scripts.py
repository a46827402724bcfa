"""Without JavaScript: plain forms, plain pages, and a link to check again."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import studio
from tests.browser.conftest import Console
from tests.browser.test_gallery import PRINT
from tests.site import Site

pytestmark = pytest.mark.browser_context_args(java_script_enabled=False)


def _ask(page: Page, prompt: str, **settings: int) -> None:
    studio.open_studio(page, **settings)
    studio.prompt_of(page).fill(prompt)
    studio.go_button(page).click()
    page.wait_for_url("**/predictions/*/")


def test_prompt_to_picture(page: Page, site: Site) -> None:
    """A prompt leads to its own page, which is checked again by hand until the picture is there."""
    _ask(page, "by hand", steps=10, step_ms=100)
    made = page.locator("[data-prediction]")
    site.until_status(studio.id_of(made), "succeeded")
    page.get_by_role("link", name="Check again").click()
    studio.expect_status(made, "succeeded")
    expect(made.locator("img.tray-final")).to_be_visible()
    expect(page.get_by_role("link", name="Check again")).to_have_count(0)
    page.goto("/gallery/")
    expect(page.locator(PRINT)).to_have_count(1)


def test_cancel(page: Page, site: Site) -> None:
    """Cancel works as a plain button."""
    _ask(page, "by hand", **studio.SLOW)
    made = page.locator("[data-prediction]")
    made.get_by_role("button", name="Cancel").click()
    site.until_status(studio.id_of(made), "canceled")
    page.reload()
    expect(made.get_by_text("Canceled")).to_be_visible()


def test_wrong_setting(page: Page, console: Console) -> None:
    """A wrong setting comes back named, shown, and with everything as it was typed."""
    console.expects("422")
    studio.open_studio(page)
    studio.prompt_of(page).fill("kept as typed")
    page.get_by_text("Settings", exact=True).click()
    page.locator("[name=steps]").fill("9000")
    studio.go_button(page).click()
    expect(page.locator("#error-steps")).to_contain_text("Steps")
    expect(page.locator("#error-steps")).to_be_visible()
    expect(studio.prompt_of(page)).to_have_value("kept as typed")
    expect(page.locator("[name=steps]")).to_have_value("9000")


def test_favourite_and_bin(page: Page, site: Site) -> None:
    """The heart, the bin and its undo work as plain buttons."""
    _ask(page, "by hand", **studio.QUICK)
    site.until_status(studio.id_of(page.locator("[data-prediction]")), "succeeded")
    page.goto("/gallery/")
    page.locator(PRINT).get_by_role("button", name="Favourite").click()
    expect(page.locator(PRINT).get_by_role("button", name="Favourite")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.locator(PRINT).get_by_role("button", name="Delete").click()
    expect(page.locator(PRINT)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(PRINT)).to_have_count(1)
