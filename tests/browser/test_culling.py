"""The cull desk: everything by keyboard, and by touch, and by plain forms."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser import studio
from tests.browser.conftest import Console

FRAME = "[data-desk] [data-output]:not([hidden])"
THUMB = "[data-thumb]:visible"


@pytest.fixture
def desk(page: Page) -> Page:
    """A stack of three seeds, and below it two pictures of other prompts."""
    for prompt in ("the last", "the middle"):
        studio.expect_picture(studio.make(page, prompt))
    studio.expect_picture(studio.make(page, "one of three", num_outputs=3))
    page.goto("/gallery/cull/")
    expect(page.locator(THUMB)).to_have_count(3)
    return page


def shown(page: Page) -> str:
    return str(page.locator(FRAME).get_attribute("data-output"))


def expect_prompt(page: Page, prompt: str) -> None:
    expect(page.locator(FRAME).get_by_role("img", name=prompt)).to_be_visible()


def in_gallery(page: Page, query: str = "") -> list[str]:
    """The ids that the gallery shows, once nothing is on its way any more."""
    page.goto(f"/gallery/{query}")
    return page.locator(".print[data-output]").evaluate_all("all => all.map(one => one.dataset.output)")


def test_by_keyboard(desk: Page) -> None:
    """From the gallery to the last verdict and back, with nothing but keys."""
    desk.goto("/gallery/")
    link = desk.get_by_role("link", name="Cull")
    for _ in range(40):
        desk.keyboard.press("Tab")
        if link.evaluate("one => one === document.activeElement"):
            break
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/gallery/cull/**")
    expect_prompt(desk, "one of three")
    first = shown(desk)
    desk.keyboard.press("b")  # keeps it, rejects the two others of its stack
    expect_prompt(desk, "the middle")
    desk.keyboard.press("4")
    expect_prompt(desk, "the last")
    desk.keyboard.press("x")
    expect(desk.get_by_role("heading", name="That was the last one")).to_be_visible()
    expect(desk.locator("[data-sum]")).to_contain_text("1 kept, 3 rejected")
    desk.keyboard.press("Escape")
    desk.wait_for_url("**/gallery/")
    assert len(in_gallery(desk)) == 2
    assert in_gallery(desk, "?q=is:favourite") == [first]
    assert len(in_gallery(desk, "?q=rating:4")) == 1


def test_undo_goes_back_all_the_way(desk: Page) -> None:
    """Every verdict of this visit can be taken back, the newest first, also that of a whole stack."""
    ids = desk.locator("[data-output]").evaluate_all("all => all.map(one => one.dataset.output)")
    for key in ("b", "5", "x"):
        desk.keyboard.press(key)
    expect(desk.get_by_role("heading", name="That was the last one")).to_be_visible()
    for _ in range(3):
        desk.keyboard.press("u")
    expect_prompt(desk, "one of three")
    expect(desk.locator("[data-undo] button")).to_be_disabled()
    desk.keyboard.press("Escape")
    desk.wait_for_url("**/gallery/")
    assert sorted(in_gallery(desk)) == sorted(ids)
    assert in_gallery(desk, "?q=is:favourite") == []


def test_stack_opens_and_closes(desk: Page) -> None:
    """A closed stack is one picture to walk past; opened, each of its pictures is one."""
    desk.keyboard.press("ArrowRight")
    expect_prompt(desk, "the middle")
    desk.keyboard.press("ArrowLeft")
    first = shown(desk)
    desk.keyboard.press("ArrowDown")
    expect(desk.locator(FRAME)).not_to_have_attribute("data-output", first)
    desk.keyboard.press("ArrowUp")
    expect(desk.locator(FRAME)).to_have_attribute("data-output", first)
    desk.keyboard.press("o")
    expect(desk.locator(THUMB)).to_have_count(5)
    desk.keyboard.press("ArrowRight")
    expect_prompt(desk, "one of three")
    desk.keyboard.press("o")
    expect(desk.locator(THUMB)).to_have_count(3)


def test_rejecting_in_a_closed_stack_shows_its_next(desk: Page) -> None:
    """What is rejected makes room for the next of its stack, until one is left."""
    desk.keyboard.press("x")
    expect_prompt(desk, "one of three")
    expect(desk.locator("[data-said]")).to_contain_text("A stack of 2")
    desk.keyboard.press("x")
    expect_prompt(desk, "one of three")
    expect(desk.get_by_role("button", name="Best of stack")).to_be_disabled()
    desk.keyboard.press("x")
    expect_prompt(desk, "the middle")


def test_address_holds_the_place(desk: Page) -> None:
    """A reload shows the picture that one was at."""
    desk.keyboard.press("s")
    at = shown(desk)
    desk.reload()
    expect(desk.locator(FRAME)).to_have_attribute("data-output", at)


def test_next_picture_is_there_before_one_gets_to_it(desk: Page) -> None:
    """While one looks at a picture the next is loaded."""
    loaded = "one => one.complete && one.naturalWidth > 0"
    following = desk.locator('[data-output][hidden] img[alt="the middle"]')
    studio.until(desk, lambda: following.evaluate(loaded))


def test_compare(desk: Page) -> None:
    """Two stand beside each other or one over the other, with what differs; the better one is kept by one key."""
    left = shown(desk)
    desk.keyboard.press("c")
    desk.wait_for_url("**/compare/**")
    expect(desk.get_by_role("region", name="What differs")).to_contain_text("seed")
    desk.keyboard.press("s")
    slider = desk.get_by_role("slider")
    expect(slider).to_have_value("50")
    desk.keyboard.press("ArrowRight")
    expect(slider).to_have_value("55")
    slider.focus()
    desk.keyboard.press("2")  # a field has the focus: no verdict
    desk.keyboard.press("End")
    expect(slider).to_have_value("100")
    slider.blur()
    desk.keyboard.press("s")
    expect(slider).to_be_hidden()
    desk.keyboard.press("2")
    desk.wait_for_url(re.compile(r"/gallery/cull/\?"))
    expect(desk.locator(FRAME)).to_have_attribute("data-kept", "")
    assert shown(desk) != left
    desk.keyboard.press("u")
    expect(desk.locator(FRAME)).not_to_have_attribute("data-kept", "")
    assert left in in_gallery(desk)


def test_keys_of_one_letter_can_be_switched_off(desk: Page) -> None:
    """With the switch off no letter judges, and the arrows still walk."""
    desk.get_by_text("Keys", exact=True).click()
    desk.get_by_role("switch", name="Keys of one letter").uncheck()
    desk.keyboard.press("Escape")
    first = shown(desk)
    desk.keyboard.press("x")
    desk.keyboard.press("3")
    expect(desk.locator(FRAME)).to_have_attribute("data-output", first)
    desk.keyboard.press("ArrowRight")
    expect_prompt(desk, "the middle")
    assert len(in_gallery(desk)) == 5


def test_refused_verdict_is_taken_back(desk: Page, console: Console) -> None:
    """What the server did not take is not shown as done: the picture is there again, and a sentence says why."""
    console.expects("Failed to load resource")
    desk.route("**/gallery/cull/verdict/", lambda route: route.abort())
    first = shown(desk)
    desk.keyboard.press("x")
    expect(desk.locator("#toasts")).to_contain_text("did not reach the server")
    expect(desk.locator(FRAME)).to_have_attribute("data-output", first)


def test_from_the_selection(desk: Page) -> None:
    """Chosen pictures alone are gone through."""
    desk.goto("/gallery/")
    for place in (3, 4):
        desk.locator('.print input[name="id"]').nth(place).check(force=True)
    expect(desk.get_by_role("button", name="Compare")).to_be_visible()
    desk.get_by_role("button", name="Cull").click()
    desk.wait_for_url("**/gallery/cull/?ids=**")
    expect(desk.locator(THUMB)).to_have_count(2)


@pytest.mark.parametrize("address", ["desk", "compare", "end"])
def test_axe(desk: Page, address: str) -> None:
    """axe finds nothing on the desk, at its end and in the comparison, in dark and in light, on a phone."""
    desk.set_viewport_size({"width": 390, "height": 844})
    if address == "compare":
        desk.keyboard.press("c")
        desk.wait_for_url("**/compare/**")
        desk.keyboard.press("s")
        expect(desk.get_by_role("slider")).to_be_visible()
    elif address == "end":
        for _ in range(3):
            desk.keyboard.press("s")
    else:
        desk.keyboard.press("o")
    for scheme in ("dark", "light"):
        desk.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        violations = Axe().run(desk).response["violations"]
        assert [f"{each['id']} at {node['target']}" for each in violations for node in each["nodes"]] == []
    assert desk.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.fixture
def handheld(browser: Browser, base_url: str, console: Console) -> Iterator[Page]:
    context = browser.new_context(base_url=base_url, has_touch=True, viewport={"width": 390, "height": 844})
    context.on("console", console.hear)
    context.on("weberror", console.fail)
    yield context.new_page()
    context.close()


def test_by_touch(handheld: Page) -> None:
    """A finger judges by the buttons, opens a stack by its number and goes on by the picture strip."""
    page = handheld
    studio.expect_picture(studio.make(page, "two of a kind", num_outputs=2))
    studio.expect_picture(studio.make(page, "alone"))
    page.goto("/gallery/cull/")
    expect_prompt(page, "alone")
    page.get_by_role("button", name="Keep").tap()
    expect_prompt(page, "two of a kind")
    page.get_by_role("button", name="Open the stack of 2").tap()
    page.locator(THUMB).nth(2).tap()
    page.get_by_role("button", name="Best of stack").tap()
    expect(page.get_by_role("heading", name="That was the last one")).to_be_visible()
    page.get_by_role("link", name="To the gallery", exact=True).tap()
    page.wait_for_url("**/gallery/")
    expect(page.locator(".print[data-output]")).to_have_count(2)


def test_without_scripts(browser: Browser, base_url: str, page: Page) -> None:
    """Plain forms judge picture after picture, and take the last verdict back."""
    studio.expect_picture(studio.make(page, "the older"))
    studio.expect_picture(studio.make(page, "the newer"))
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    plain.goto("/gallery/cull/")
    plain.get_by_role("button", name="Reject").click()
    expect_prompt(plain, "the older")
    plain.get_by_role("button", name="3 stars").click()
    expect(plain.get_by_role("heading", name="That was the last one")).to_be_visible()
    plain.get_by_role("button", name="Undo").click()
    expect_prompt(plain, "the older")
    expect(plain.get_by_role("button", name="3 stars")).to_have_attribute("aria-pressed", "false")
    context.close()
