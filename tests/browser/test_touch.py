"""On a phone a finger reaches whatever a mouse does."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import studio
from tests.browser.test_gallery import PRINT


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    phone = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
    return {**browser_context_args, **phone}


def test_set_of_four(page: Page) -> None:
    """Each picture of a set can be varied, and the icon is large enough to hit."""
    made = studio.make(page, "four of them", num_outputs=4)
    box = made.get_by_title("Vary").last.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 24
    made.get_by_title("Vary").last.tap()
    expect(page.locator(studio.NEWEST)).to_have_count(2)
    expect(page.locator(studio.NEWEST).first).to_contain_text("four of them")


def test_gallery(page: Page) -> None:
    """In the gallery a tap on the heart keeps a picture and a tap on the bin deletes it."""
    studio.make(page, "to keep and to lose")
    page.goto("/gallery/")
    heart = page.locator(PRINT).get_by_role("button", name="Favourite")
    heart.tap()
    expect(heart).to_have_attribute("aria-pressed", "true")
    page.locator(PRINT).get_by_role("button", name="Delete").tap()
    expect(page.locator(PRINT)).to_have_count(0)


def test_create_is_never_under_the_bar(page: Page) -> None:
    """With the settings open the button stands whole above the bar, wherever the page is scrolled to."""
    studio.open_studio(page)
    page.locator("[data-settings] summary").tap()
    button, bar = studio.go_button(page).bounding_box(), page.locator(".rail").bounding_box()
    assert button is not None
    assert bar is not None
    assert button["y"] + button["height"] <= bar["y"]
