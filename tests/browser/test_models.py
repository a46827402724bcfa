"""A model's page in a browser: its playground makes pictures, and its programs hold what was typed there."""

from playwright.sync_api import Page, expect

ECHO = "/models/safelight/echo/"


def test_playground_makes_a_picture_beside_the_prompt(page: Page) -> None:
    """The same composer as the studio's, on the model's own page, which stays where it is."""
    page.goto(ECHO)
    page.get_by_role("textbox", name="Prompt").fill("made in the playground")
    page.get_by_role("button", name="Create").click()
    made = page.locator("#strip [data-prediction]").first
    expect(made).to_have_attribute("data-status", "succeeded")
    expect(page).to_have_url(f"{page.url.partition('/models/')[0]}{ECHO}")
    page.reload()
    expect(page.locator("#strip [data-prediction]")).to_have_count(1)


def test_programs_hold_what_was_typed(page: Page) -> None:
    """From the playground to the API page, in the language that was chosen last; arrows go from one to the next."""
    page.goto(ECHO)
    page.get_by_role("textbox", name="Prompt").fill('a "red" fox')
    page.get_by_role("link", name="API", exact=True).click()
    page.wait_for_url("**/api/?**")
    tabs = page.get_by_role("tab")
    expect(tabs).to_have_count(6)
    python = page.get_by_role("tabpanel", name="Python")
    expect(python).to_contain_text(r'"prompt": "a \"red\" fox"')
    page.get_by_role("tab", name="Python").press("ArrowRight")
    expect(page.get_by_role("tab", name="Node")).to_be_focused()
    expect(page.get_by_role("tabpanel")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("tab", name="Node")).to_have_attribute("aria-selected", "true")
    page.get_by_label("Prompt", exact=True).fill("another fox")
    page.get_by_role("button", name="Show it in the program").click()
    expect(page.get_by_role("tabpanel", name="Node")).to_contain_text('"prompt": "another fox"')
