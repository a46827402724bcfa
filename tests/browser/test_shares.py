"""Links: each option is chosen in the form, and looked at by somebody who has nothing but the link."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from generations import imaging
from tests.browser import studio
from tests.browser.conftest import Console
from tests.browser.visitors import sign_up, visitor
from tests.site import Site

PROMPT = "a secret fox"
Make = Callable[..., str]


@pytest.fixture(scope="module")
def publisher(browser: Browser, site: Site) -> Iterator[Page]:
    """Ada, with one picture, at its page."""
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    sign_up(page, "ada@example.org", name="Ada Lovelace", handle="ada-shares")
    studio.expect_picture(studio.make(page, PROMPT, seed=42))
    page.goto("/gallery/")
    page.locator(".print-link").first.click()
    page.wait_for_url("**/gallery/*/")
    yield page
    context.close()


@pytest.fixture
def make(publisher: Page) -> Make:
    """make(untick=[…], tick=[…], fill={…}, select={…}): a link made by the form; its address."""
    home = publisher.url

    def made(*, untick: tuple = (), tick: tuple = (), fill: dict | None = None, ends: str = "") -> str:
        publisher.goto(home)
        publisher.get_by_role("link", name="Share").click()
        for label in untick:
            publisher.get_by_label(label, exact=True).uncheck()
        for label in tick:
            publisher.get_by_label(label).check()
        for label, value in (fill or {}).items():
            publisher.get_by_label(label, exact=True).fill(value)
        if ends:
            publisher.get_by_label("Ends").select_option(label=ends)
        publisher.get_by_role("button", name="Make a link").click()
        publisher.wait_for_url("**/links/*/")
        return publisher.get_by_label("Address").input_value()

    yield made
    publisher.goto(home)


@pytest.fixture
def stranger(browser: Browser, base_url: str, publisher: Page) -> Iterator[Page]:
    with visitor(browser, base_url) as page:
        yield page


def expect_gone(page: Page, address: str) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("body")).not_to_contain_text("secret")


@pytest.mark.parametrize(
    ("option", "words"),
    [("Prompt", PROMPT), ("Seed", "42"), ("Other settings", "Steps"), ("Your name", "Ada Lovelace")],
)
def test_what_is_unticked_is_not_shown(make: Make, stranger: Page, option: str, words: str) -> None:
    """Ticked it stands on the page, unticked nowhere in it, its head included."""
    stranger.goto(make())
    expect(stranger.locator(".label")).to_contain_text(words)
    stranger.goto(make(untick=(option,)))
    expect(stranger.locator("[data-output] img.tray-final")).to_be_visible()
    expect(stranger.locator(".label")).not_to_contain_text(words)
    if option in {"Prompt", "Your name"}:
        assert words not in stranger.content()


def test_changing_a_link_changes_what_it_shows(make: Make, publisher: Page, stranger: Page) -> None:
    """The same address shows less as soon as its maker says so."""
    address = make()
    publisher.get_by_label("Prompt", exact=True).uncheck()
    publisher.get_by_role("button", name="Save").click()
    expect(publisher.locator("body")).not_to_contain_text("Shows the prompt")
    stranger.goto(address)
    expect(stranger.locator("[data-output] img.tray-final")).to_be_visible()
    assert PROMPT not in stranger.content()


@pytest.mark.parametrize("strips", [False, True])
def test_downloaded_file(make: Make, stranger: Page, strips: bool) -> None:
    """A file that is taken away holds the recipe, or only that a model made it."""
    stranger.goto(make(tick=("Leave the recipe out of downloaded files",) if strips else ()))
    stranger.get_by_text("Download", exact=True).click()
    with stranger.expect_download() as download:
        stranger.get_by_role("link", name="Original PNG").click()
    data = download.value.path().read_bytes()
    recipe = imaging.read_recipe(data)
    assert b"trainedAlgorithmicMedia" in data
    assert recipe is None if strips else recipe["prompt"] == PROMPT


def test_password(make: Make, stranger: Page, console: Console) -> None:
    """Nothing is told before the right password, and the picture is there after it."""
    console.expects("422")
    stranger.goto(make(fill={"Password": "open sesame"}))
    assert "secret" not in stranger.content()
    stranger.get_by_label("Password").fill("wrong")
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_role("alert")).not_to_be_empty()
    assert "secret" not in stranger.content()
    stranger.get_by_label("Password").fill("open sesame")
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_role("heading", name=PROMPT)).to_be_visible()


def test_expiry(make: Make, stranger: Page, site: Site) -> None:
    """The list of links says when it ends; after that it leads nowhere."""
    address = make(ends="In an hour")
    stranger.goto(address)
    expect(stranger.get_by_role("heading", name=PROMPT)).to_be_visible()
    id = address.rstrip("/").rpartition("/")[2][:26]
    with closing(sqlite3.connect(site.data / "db.sqlite3", timeout=20)) as rows, rows:
        sql = "UPDATE generations_share SET expires_at = datetime('now', '-1 minute') WHERE id = ?"
        assert rows.execute(sql, [id]).rowcount == 1
    expect_gone(stranger, address)


def test_view_limit(make: Make, stranger: Page, browser: Browser, base_url: str) -> None:
    """The one view is used by pressing the button, not by looking at the door; the next visitor finds nothing."""
    address = make(fill={"View limit": "1"})
    stranger.goto(address)
    stranger.reload()
    assert "secret" not in stranger.content()
    stranger.get_by_role("button", name="Show it").click()
    expect(stranger.get_by_role("heading", name=PROMPT)).to_be_visible()
    with visitor(browser, base_url) as late:
        expect_gone(late, address)


def test_public_or_only_by_the_link(make: Make, stranger: Page) -> None:
    """What is public stands in Explore and may be indexed; what is not is found by its link alone, and says noindex."""
    unlisted, public = make(), make(tick=("Everyone, in Explore and search engines",))
    stranger.goto("/explore/")
    hrefs = stranger.locator("a.print-link").evaluate_all("all => all.map(one => one.href)")
    assert (public in hrefs, unlisted in hrefs) == (True, False)
    noindex = 'meta[name="robots"][content="noindex"]'
    for address, count in ((public, 0), (unlisted, 1)):
        stranger.goto(address)
        expect(stranger.locator(noindex)).to_have_count(count)


def test_revoke(make: Make, publisher: Page, stranger: Page) -> None:
    """Taken back in the list of all links, a link is gone at once, on pages and in Explore."""
    address = make(tick=("Everyone, in Explore and search engines",))
    stranger.goto(address)
    expect(stranger.get_by_role("heading", name=PROMPT)).to_be_visible()
    id = address.rstrip("/").rpartition("/")[2][:26]
    publisher.goto("/links/")
    publisher.locator(f"#link-{id}").get_by_role("button", name="Take back").click()
    expect(publisher.locator(f"#link-{id}")).to_have_count(0)
    expect_gone(stranger, address)
    stranger.goto("/explore/")
    assert address not in stranger.content()


def test_sensitive(make: Make, publisher: Page, stranger: Page) -> None:
    """A mark of the publisher veils it for a visitor, who lifts the veil, or chooses once for all."""
    address = make()
    stranger.goto(address)
    expect(stranger.locator(".veil")).to_have_count(0)
    stranger_picture = stranger.locator("[data-output]").first
    home = stranger_picture.get_attribute("data-output")
    publisher.goto(f"/gallery/{home}/share/")
    publisher.get_by_role("button", name="Mark it as sensitive").click()
    publisher.wait_for_load_state()
    try:
        stranger.reload()
        veil = stranger.locator(".veil")
        expect(veil).to_be_visible()
        stranger.get_by_role("checkbox", name="Show it").focus()
        stranger.keyboard.press("Space")
        expect(veil).to_be_hidden()
        stranger.reload()
        stranger.get_by_text("Sensitive: blur").click()
        stranger.get_by_role("button", name="Show them").click()
        expect(stranger.locator("main")).to_have_attribute("data-sees", "show")
        expect(veil).to_be_hidden()
    finally:
        publisher.goto(f"/gallery/{home}/share/")
        publisher.get_by_role("button", name="Take the mark away").click()
        publisher.wait_for_load_state()
