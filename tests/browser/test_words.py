"""Whatever people type is kept, shown as text, and answered with a sentence."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import studio
from tests.browser.conftest import Console

STRANGE = {
    "HTML": '<img src=x onerror="document.title=1"><b>bold</b> {{ 7|add:7 }} {% now "Y" %}',
    "right to left": "قطة نائمة على كرسي أزرق",
    "emoji": "👩‍🚀🦊🏳️‍🌈",
    "a very long word": "l" + "o" * 400 + "ng",
}


def test_too_long(page: Page, console: Console) -> None:
    """2,001 characters are counted while one types, and sent anyway come back whole with a sentence by the field."""
    console.expects("422")
    studio.open_studio(page)
    text = "y" * 2001
    studio.prompt_of(page).fill(text)
    expect(page.locator("[data-counter]")).to_have_text("2,001 of 2,000 characters")
    studio.go_button(page).click()
    expect(page.locator("#error-prompt")).to_contain_text("Prompts hold at most 2,000 characters")
    expect(studio.prompt_of(page)).to_have_value(text)
    expect(studio.prompt_of(page)).to_be_focused()
    expect(studio.prompt_of(page)).to_have_attribute("aria-invalid", "true")


def test_empty(page: Page, console: Console) -> None:
    """An empty prompt is answered in words, and a good one afterwards takes the words away."""
    console.expects("422")
    studio.open_studio(page, **studio.QUICK)
    studio.go_button(page).click()
    expect(page.locator("#error-prompt")).to_contain_text("prompt is empty")
    studio.expect_picture(studio.send(page, "now with words"))
    expect(page.locator("#error-prompt")).to_be_empty()


def test_wrong_setting(page: Page, console: Console) -> None:
    """A setting out of range is named and shown, although settings are folded away; nothing typed is lost."""
    console.expects("422")
    studio.open_studio(page, steps=9000)
    studio.prompt_of(page).fill("kept as typed")
    studio.go_button(page).click()
    expect(page.locator("#error-steps")).to_be_visible()
    expect(page.locator("#error-steps")).to_contain_text("Steps")
    expect(studio.prompt_of(page)).to_have_value("kept as typed")


@pytest.mark.parametrize("kind", STRANGE)
def test_shown_as_text(page: Page, kind: str) -> None:
    """A prompt is text on every page that shows it, whatever it looks like, and no page grows wider by it."""
    text = STRANGE[kind]
    made = studio.make(page, text)
    expect(made.get_by_role("heading")).to_contain_text(text)
    made.get_by_role("heading").get_by_role("link").click()
    page.wait_for_url("**/predictions/*/")
    expect(page.locator(".recipe").get_by_text(text, exact=True)).to_be_visible()
    page.goto("/gallery/")
    page.locator(".print[data-output]").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    expect(page).not_to_have_title("1")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
