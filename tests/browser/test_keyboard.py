"""Everything with the keyboard alone, and one always sees where one is."""

from playwright.sync_api import Page, expect

from tests.browser import studio

WHERE = """() => {
    const here = document.activeElement;
    const zone = ["#composer", "[data-strip]", ".rail"].find(each => here.closest(each));
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = "var(--accent)";
    const accent = getComputedStyle(probe).color;
    probe.remove();
    const isMarked = [here, here.closest(".composer-box"), here.nextElementSibling].filter(Boolean).some(each => {
        const { outlineStyle, outlineWidth, borderTopColor } = getComputedStyle(each);
        return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || borderTopColor === accent;
    });
    return { tag: here.tagName, words: (here.ariaLabel ?? here.innerText ?? "").trim(), zone, isMarked };
}"""


def test_prompt_to_picture(page: Page) -> None:
    """Type, Ctrl+Enter, Tab to the picture, Enter: it opens; and the next prompt could be typed at once."""
    studio.open_studio(page, **studio.QUICK)
    expect(studio.prompt_of(page)).to_be_focused()
    page.keyboard.type("without a mouse")
    page.keyboard.press("Control+Enter")
    studio.expect_picture(page.locator(studio.NEWEST))
    expect(studio.prompt_of(page)).to_be_focused()
    tray = page.locator(studio.NEWEST).locator(".tray-open")
    studio.until(
        page, lambda: (page.keyboard.press("Tab"), tray.evaluate("one => one === document.activeElement"))[1]
    )
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery/*/")
    page.keyboard.press("Escape")
    page.wait_for_url("**/gallery/")


def test_order_and_focus(page: Page) -> None:
    """Tab leads from the prompt over the settings and the button into the strip, and each stop is visibly marked."""
    page.emulate_media(reduced_motion="reduce")
    studio.make(page, "something to reach")
    studio.prompt_of(page).focus()
    stops = []
    while len(stops) < 25 and (not stops or stops[-1]["tag"] != "BODY"):
        stops.append(page.evaluate(WHERE))
        page.keyboard.press("Tab")
    zones = [stop["zone"] for stop in stops if stop["zone"] in ("#composer", "[data-strip]")]
    assert zones == sorted(zones)
    assert {"#composer", "[data-strip]"} <= set(zones)
    words = [stop["words"] for stop in stops]
    assert any(each.startswith("Create") for each in words)
    assert [stop for stop in stops if stop["zone"] and not stop["isMarked"]] == []


def test_recall(page: Page) -> None:
    """The arrow up in an empty composer brings the last prompt back."""
    studio.make(page, "once more")
    expect(studio.prompt_of(page)).to_have_value("")
    studio.prompt_of(page).press("ArrowUp")
    expect(studio.prompt_of(page)).to_have_value("once more")


def test_letters_are_letters(page: Page) -> None:
    """Single-key shortcuts mark the picture one looks at, and never act while somebody types."""
    studio.make(page, "a favourite")
    studio.prompt_of(page).press_sequentially("fff")
    expect(page.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "false")
    page.locator(".tray-open").click()
    page.wait_for_url("**/gallery/*/")
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")


def test_skip_link(page: Page) -> None:
    """The first Tab of a page offers to skip its navigation."""
    page.goto("/gallery/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
