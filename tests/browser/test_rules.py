"""Prompt rules in the composer: what is wrong is selected where it stands, a warning is passed by its button."""

from playwright.sync_api import Page, expect

from tests.browser import studio
from tests.browser.conftest import Console

SELECTED = "(field) => field.value.slice(field.selectionStart, field.selectionEnd)"


def test_what_is_refused_is_selected_and_mended_in_place(page: Page, console: Console) -> None:
    """The words are selected in the prompt, so that one types over them; then it is sent, and nothing of it stays."""
    console.expects("422")
    studio.open_studio(page, **studio.QUICK)
    studio.prompt_of(page).fill("a lamp and a l0licon poster")
    studio.go_button(page).click()
    expect(page.locator("#error-prompt")).to_contain_text("“l0licon” meets the rule")
    expect(page.locator("[data-marks] mark")).to_have_text("l0licon")
    expect(studio.prompt_of(page)).to_be_focused()
    assert studio.prompt_of(page).evaluate(SELECTED) == "l0licon"
    page.keyboard.type("blue")
    expect(studio.prompt_of(page)).to_have_value("a lamp and a blue poster")
    before = page.locator(studio.NEWEST).count()
    studio.go_button(page).click()
    expect(page.locator(studio.NEWEST)).to_have_count(before + 1)
    expect(page.locator("[data-marks]")).to_have_count(0)
    expect(page.locator("#error-prompt")).to_be_empty()


def test_the_words_are_found_again_by_their_button(page: Page, console: Console) -> None:
    """By keyboard alone, too."""
    console.expects("422")
    studio.open_studio(page)
    studio.prompt_of(page).fill("lolicon")
    studio.go_button(page).click()
    mark = page.locator("[data-mark]")
    expect(mark).to_be_visible()
    studio.prompt_of(page).press("End")
    mark.focus()
    page.keyboard.press("Enter")
    expect(studio.prompt_of(page)).to_be_focused()
    assert studio.prompt_of(page).evaluate(SELECTED) == "lolicon"


def test_a_warning_is_read_and_passed(page: Page) -> None:
    """One act at a time: the button that sends it all the same stands in place of the other; the prompt stays."""
    studio.open_studio(page, **studio.QUICK)
    studio.prompt_of(page).fill("a gory scene in a play")
    studio.go_button(page).click()
    warned = page.locator("#composer-warned")
    expect(warned).to_contain_text("“gory” meets the rule")
    expect(studio.go_button(page)).to_be_hidden()
    expect(studio.prompt_of(page)).to_have_value("a gory scene in a play")
    warned.get_by_role("button", name="Send it all the same").click()
    expect(page.locator(studio.NEWEST)).to_have_count(1)
    expect(warned).to_have_count(0)
    expect(studio.go_button(page)).to_be_visible()
