"""The lab in a browser: a table that fills while one looks, braces, the history by the up key, snippets, lineage."""

import re

from playwright.sync_api import Page, expect

from tests.browser import studio
from tests.browser.conftest import Console
from tests.site import Site

CELLS = "[data-cell] [data-prediction]"


def _grid(page: Page, prompt: str, **settings: int) -> None:
    """A prompt with braces, sent and confirmed."""
    studio.open_studio(page, **{**studio.QUICK, **settings})
    studio.prompt_of(page).fill(prompt)
    studio.go_button(page).click()
    page.get_by_role("button", name=re.compile(r"^Make \d+ pictures?$")).click()
    page.wait_for_url("**/grids/*/")


def test_a_grid_fills_while_one_looks(page: Page) -> None:
    """A guest's grid is larger than their queue: what waits comes to its cell by itself, and all of it ends."""
    _grid(page, "a {red|blue|green} {cat|dog|owl}", steps=10, step_ms=60)
    expect(page.locator("#grid-state")).to_contain_text("waiting for a place")
    expect(page.locator("#grid-state")).to_have_text("9 of 9 done.", timeout=60_000)
    expect(page.locator(f'{CELLS}[data-status="succeeded"]')).to_have_count(9)
    expect(page.locator("[data-cell='1-2'] img.tray-final")).to_have_attribute("alt", "a blue owl")


def test_braces_ask_first_and_keep_what_was_typed(page: Page) -> None:
    """The number is said before anything is made; a change of the prompt takes the question back."""
    studio.open_studio(page, **studio.QUICK)
    studio.prompt_of(page).fill("a {red|blue} fox")
    studio.go_button(page).click()
    expect(page.locator("#composer-plan")).to_contain_text("2 pictures")
    expect(studio.prompt_of(page)).to_have_value("a {red|blue} fox")
    studio.prompt_of(page).press_sequentially("es")
    expect(page.locator("#composer-plan")).to_have_count(0)
    expect(page.locator(studio.NEWEST)).to_have_count(0)


def test_a_cell_is_extended_and_a_column_added(page: Page) -> None:
    """One more of the same in its cell; a further value beside the others."""
    _grid(page, "a {red|blue} fox")
    expect(page.locator("#grid-state")).to_have_text("2 of 2 done.")
    page.locator("[data-cell='0-0']").get_by_role("button", name="One more").click()
    expect(page.locator("#grid-state")).to_have_text("3 of 3 done.")
    expect(page.locator("[data-cell='0-0'] [data-prediction]")).to_have_count(2)
    page.get_by_label(re.compile("More columns")).fill("green")
    page.get_by_label(re.compile("More columns")).press("Enter")
    expect(page.locator("#grid-state")).to_have_text("4 of 4 done.")
    expect(page.locator("[data-cell='0-2'] img.tray-final")).to_have_attribute("alt", "a green fox")


def test_cancel_all(page: Page) -> None:
    """What waits and what runs ends, and a cell can be tried again."""
    _grid(page, "a {red|blue|green|grey|pink|gold} fox", **studio.SLOW)
    page.get_by_role("button", name="Cancel all").click()
    expect(page.locator("[data-grid][data-open]")).to_have_count(0)
    expect(page.get_by_role("button", name="Cancel all")).to_be_hidden()
    expect(page.get_by_role("button", name="Try again")).to_have_count(6)


def test_the_lab_counts_as_one_fills_it_in(page: Page, console: Console) -> None:
    """The button says how many pictures; what is wrong is said instead of it."""
    console.expects("422")
    page.goto("/grids/new/?prompt=a+fox&steps=2")
    page.locator("[name=rows-field]").select_option("seed")
    page.locator("[name=rows-values]").fill("1, 2, 3")
    expect(page.get_by_role("button", name="Make 3 pictures")).to_be_visible()
    page.locator("[name=columns-field]").select_option("steps")
    page.locator("[name=columns-values]").fill("1, 2000")
    expect(page.locator("#lab-count")).to_contain_text("Steps must be")
    page.locator("[name=columns-values]").fill("1, 2")
    page.get_by_role("button", name="Make 6 pictures").click()
    page.wait_for_url("**/grids/*/")
    expect(page.locator("#grid-state")).to_have_text("6 of 6 done.", timeout=60_000)


def test_the_up_key_walks_back(page: Page) -> None:
    """Prompt after prompt, and down again; what is typed is one's own."""
    for prompt in ("the first", "the second", "the third"):
        studio.make(page, prompt)
    studio.open_studio(page)
    field = studio.prompt_of(page)
    for expected in ("the third", "the second", "the first"):
        field.press("ArrowUp")
        expect(field).to_have_value(expected)
    field.press("ArrowDown")
    expect(field).to_have_value("the second")


def test_a_snippet_is_kept_and_inserted(page: Page) -> None:
    """From the composer into a snippet, and from the menu back into it, settings and all."""
    studio.open_studio(page, steps=5)
    studio.prompt_of(page).fill("in oil, by candle light")
    page.get_by_role("button", name="Keep as snippet").click()
    expect(page.get_by_label("Words", exact=True)).to_have_value("in oil, by candle light")
    page.get_by_label("Name").fill("candle")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/snippets/")
    page.goto("/?prompt=a+fox")
    page.get_by_text("Snippets", exact=True).click()
    page.get_by_role("link", name="candle").click()
    expect(studio.prompt_of(page)).to_have_value("a fox, in oil, by candle light")
    expect(page.locator("[name=steps]")).to_have_value("5")


def test_vary_and_its_lineage(page: Page) -> None:
    """Varied at once on top of the strip; its page shows where it comes from, and the arrow keys go along."""
    made = studio.make(page, "a fox", seed=7)
    made.hover()
    made.get_by_title("Vary").click()
    expect(page.locator(studio.NEWEST)).to_have_count(2)
    varied = page.locator(studio.NEWEST).first
    studio.expect_status(varied, "succeeded")
    varied.locator("a.tray-open").click()
    page.get_by_role("link", name="Lineage").click()
    expect(page.locator(".kin")).to_have_count(2)
    expect(page.locator(".kin-edge")).to_contain_text("Varied: seed 7 →")
    page.locator("a[data-kin]").last.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("a[data-kin]").first).to_be_focused()


def test_forgetting_a_prompt(page: Page, site: Site) -> None:
    """It leaves the page at once, and the picture stays in the gallery."""
    studio.make(page, "to be forgotten")
    page.goto("/prompts/")
    page.get_by_role("button", name="Forget to be forgotten").click()
    expect(page.locator(".words-item")).to_have_count(0)
    page.goto("/gallery/")
    expect(page.locator(".print[data-output]")).to_have_count(1)
