"""What was made is in the gallery, and a person keeps, looks through and clears it."""

import re

from playwright.sync_api import Page, expect

from tests.browser import studio

PRINT = ".print[data-output]"


def _three(page: Page) -> None:
    studio.expect_picture(studio.make(page, "one of three", num_outputs=3))
    page.goto("/gallery/")
    expect(page.locator(PRINT)).to_have_count(3)


def test_lands_in_the_gallery(page: Page) -> None:
    """What was made lies in the gallery, newest first, and opens large with its recipe."""
    studio.make(page, "the elder")
    studio.make(page, "the younger", seed=42)
    page.goto("/gallery/")
    expect(page.locator(PRINT)).to_have_count(2)
    page.locator(PRINT).first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("the younger")
    expect(page.get_by_role("definition").filter(has_text=re.compile(r"^\s*42\s*$"))).to_be_visible()


def test_comes_while_one_looks(page: Page) -> None:
    """A picture that is finished while the gallery is open comes on top of it."""
    studio.make(page, "the first")
    studio.ask(page, "the second", steps=10, step_ms=100)
    page.goto("/gallery/")
    expect(page.locator(PRINT)).to_have_count(2)
    expect(page.locator(PRINT).first.get_by_role("img")).to_have_attribute("alt", re.compile("the second"))


def test_arrows(page: Page) -> None:
    """Arrow keys go to the neighbours, Escape back to the gallery, which is one step back in the history."""
    _three(page)
    ids = page.locator(PRINT).evaluate_all("all => all.map(one => one.dataset.output)")
    page.locator(PRINT).first.get_by_role("link").click()
    page.wait_for_url(f"**/gallery/{ids[0]}/")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/gallery/{ids[1]}/")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/gallery/{ids[2]}/")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/gallery/{ids[1]}/")
    page.keyboard.press("Escape")
    page.wait_for_url("**/gallery/")
    expect(page.locator(PRINT)).to_have_count(3)


def test_small_picture_stays_sharp(page: Page) -> None:
    """A picture of 256 pixels is shown at no more than two and a half times its size."""
    page.set_viewport_size({"width": 1600, "height": 1200})
    studio.make(page, "a small one", width=256, height=256)
    page.goto("/gallery/")
    page.locator(PRINT).get_by_role("link").click()
    picture = page.locator("[data-stage] picture img").first
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("clientWidth", 640)


def test_favourite(page: Page) -> None:
    """A heart marks a picture, also after a reload, and the favourites show just that one."""
    _three(page)
    marked = page.locator(PRINT).nth(1)
    id = marked.get_attribute("data-output")
    marked.hover()
    marked.get_by_role("button", name="Favourite").click()
    heart = page.locator(f"#favourite-{id}")
    expect(heart).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(heart).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Favourites").click()
    expect(page.locator(PRINT)).to_have_count(1)
    expect(page.locator(PRINT)).to_have_attribute("data-output", str(id))


def test_delete_and_undo(page: Page) -> None:
    """Deleting asks nothing and offers an undo, which puts the picture back where it was."""
    _three(page)
    ids = page.locator(PRINT).evaluate_all("all => all.map(one => one.dataset.output)")
    page.locator(PRINT).nth(1).hover()
    page.locator(PRINT).nth(1).get_by_role("button", name="Delete").click()
    expect(page.locator(PRINT)).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(PRINT)).to_have_count(3)
    assert page.locator(PRINT).evaluate_all("all => all.map(one => one.dataset.output)") == ids
    page.reload()
    expect(page.locator(PRINT)).to_have_count(3)


def test_bin(page: Page) -> None:
    """What was deleted waits in the bin with its days, and can be restored from there."""
    _three(page)
    page.locator(PRINT).first.hover()
    page.locator(PRINT).first.get_by_role("button", name="Delete").click()
    expect(page.locator(PRINT)).to_have_count(2)
    page.goto("/gallery/bin/")
    expect(page.locator(PRINT)).to_have_count(1)
    expect(page.locator(".print-note")).to_contain_text("30 days")
    page.locator(PRINT).hover()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("The bin is empty")).to_be_visible()
    page.goto("/gallery/")
    expect(page.locator(PRINT)).to_have_count(3)


def test_download(page: Page) -> None:
    """A picture can be taken away, under a name that comes from its prompt."""
    studio.make(page, "a very fine lamp")
    page.goto("/gallery/")
    page.locator(PRINT).get_by_role("link").click()
    page.get_by_text("Download").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Original PNG").click()
    assert re.fullmatch(r"a-very-fine-lamp-\w{6}\.png", download.value.suggested_filename)
