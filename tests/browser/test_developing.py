"""A prompt becomes a picture on the page where it was written, and every page that shows it agrees."""

import re

from playwright.sync_api import Page, Route, expect

from tests.browser import studio
from tests.browser.studio import QUICK, SLOW, ask, expect_beyond, expect_picture, expect_status, go_button


def test_develops_on_the_same_page(page: Page) -> None:
    """A prompt becomes a picture where it was written: steps and previews first, then the finished picture."""
    made = ask(page, "a lamp in the fog", steps=12, step_ms=120)
    expect_status(made, "succeeded")
    expect_picture(made)
    frames = studio.frames_of(made)
    seqs = [frame["seq"] for frame in frames]
    assert page.url.endswith("step_ms=120")
    assert seqs == sorted(seqs)
    assert len(set(seqs)) > 4
    first_final = next(i for i, frame in enumerate(frames) if frame["final"])
    assert any(frame["preview"] for frame in frames[:first_final])


def test_says_how_far_it_is(page: Page) -> None:
    """While it develops, the step is said in words and shown as a line, and a cancel stands by."""
    made = ask(page, "a lamp in the fog", **SLOW)
    expect(made.get_by_text("of 100")).to_be_visible()
    expect(made.get_by_role("progressbar")).to_have_attribute("max", "100")
    expect(made.get_by_role("button", name="Cancel")).to_be_visible()


def test_says_its_place_in_the_queue(page: Page) -> None:
    """What cannot start yet says its place, and a second prompt can be sent while the first one runs."""
    ask(page, "the first", **SLOW)
    second = ask(page, "the second", **SLOW)
    expect(second.get_by_text("Next in line")).to_be_visible()


def test_reload_in_the_middle(page: Page) -> None:
    """A reload shows at once how far it had come, and the picture goes on developing."""
    made = ask(page, "a lamp in the fog", steps=20, step_ms=100)
    expect_beyond(made, 3)
    before = studio.seq_of(made)
    page.reload()
    assert studio.seq_of(made) >= before
    expect_picture(made)
    assert min(frame["seq"] for frame in studio.frames_of(made)) >= before


def test_second_tab(page: Page) -> None:
    """A second tab shows the same prediction developing, one that is made there appears here, and both end alike."""
    other = page.context.new_page()
    made = ask(page, "a lamp in the fog", steps=15, step_ms=100)
    other.goto("/")
    same = studio.prediction(other, studio.id_of(made))
    expect_beyond(same, studio.seq_of(made))
    for shown in (made, same):
        expect_status(shown, "succeeded")
        expect_picture(shown)
    newer = ask(other, "made over there", **QUICK)
    expect_picture(studio.prediction(page, studio.id_of(newer)))


def test_prediction_page_develops(page: Page) -> None:
    """The page of one prediction develops as well, and its line is closed once the picture is there."""
    made = ask(page, "a lamp in the fog", steps=20, step_ms=100)
    with page.expect_websocket(lambda socket: "prediction=" in socket.url) as line:
        made.get_by_role("link", name="a lamp in the fog").click()
    expect_picture(made)
    studio.until(page, line.value.is_closed)


def test_several_at_once(page: Page) -> None:
    """Four pictures of one prompt stand side by side, and each develops in a tray of its own."""
    made = studio.make(page, "four lamps", num_outputs=4)
    expect_picture(made)
    expect(made.locator("img.tray-final")).to_have_count(4)


def test_double_click(page: Page) -> None:
    """A double click makes one prediction."""
    studio.open_studio(page, **QUICK)
    studio.prompt_of(page).fill("only once")
    go_button(page).dblclick()
    _expect_only_one(page)


def test_slow_double_click(page: Page) -> None:
    """The second click of a slow hand, which comes when the first was answered already, does nothing."""
    studio.open_studio(page, **QUICK)
    studio.prompt_of(page).fill("only once")
    go_button(page).click()
    expect(studio.prompt_of(page)).to_have_value("")
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    _expect_only_one(page)


def test_keyboard_twice(page: Page) -> None:
    """Ctrl+Enter twice before the first answer makes one prediction."""
    held: list[Route] = []
    studio.open_studio(page, **QUICK)
    page.route(re.compile(r"/$"), lambda route: held.append(route))
    studio.prompt_of(page).fill("only once")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    studio.until(page, lambda: held)
    for route in held:
        route.continue_()
    page.unroute_all()
    _expect_only_one(page)


def _expect_only_one(page: Page) -> None:
    """In the strip, and in the rows; and nobody was scolded."""
    expect(page.locator(studio.NEWEST)).to_have_count(1)
    expect_picture(page.locator(studio.NEWEST))
    expect(page.locator("#composer [data-error]:not(:empty)")).to_have_count(0)
    page.goto("/")
    expect(page.locator(studio.NEWEST)).to_have_count(1)


def test_cancel(page: Page) -> None:
    """Cancel ends it between two steps; its place says so and offers to use the prompt again."""
    made = ask(page, "changed my mind", **SLOW)
    expect_beyond(made, 2)
    made.get_by_role("button", name="Cancel").click()
    expect_status(made, "canceled")
    expect(made.get_by_text("Canceled")).to_be_visible()
    made.get_by_role("link", name="Use again").click()
    expect(studio.prompt_of(page)).to_have_value("changed my mind")


def test_failed(page: Page) -> None:
    """A picture that fails says why in a sentence, and "Try again" brings prompt and settings back."""
    made = ask(page, "this will fail", steps=4, step_ms=0, fault="error")
    expect_status(made, "failed")
    expect(made.locator(".tray-sentence")).not_to_be_empty()
    made.get_by_role("link", name="Try again").click()
    expect(studio.prompt_of(page)).to_have_value("this will fail")
    expect(page.locator("[name=steps]")).to_have_value("4")


def test_typing_is_kept(page: Page) -> None:
    """What was typed and not sent is there again after a visit to another page."""
    studio.open_studio(page)
    studio.prompt_of(page).fill("half a thought")
    page.goto("/gallery/")
    studio.open_studio(page)
    expect(studio.prompt_of(page)).to_have_value("half a thought")


def test_settings_are_kept_with_the_words(page: Page) -> None:
    """The settings chosen for words that were not sent come back with them, the kept seed among them."""
    studio.open_studio(page)
    studio.prompt_of(page).fill("half a thought")
    page.locator("[data-settings] summary").click()
    page.locator("[name=steps]").fill("7")
    page.locator("[name=seed]").fill("42")
    page.reload()
    expect(page.locator("[name=steps]")).to_have_value("7")
    expect(page.locator("[data-slider=steps]")).to_have_value("7")
    expect(page.locator("[name=seed]")).to_have_value("42")
    expect(page.locator("[data-chip=seed]")).to_have_text("seed 42")


def test_blank_draft_is_not_kept(page: Page) -> None:
    """Spaces alone are no words: neither they nor the settings are there after a visit to another page."""
    studio.open_studio(page)
    page.locator("[data-settings] summary").click()
    page.locator("[name=seed]").fill("42")
    studio.prompt_of(page).fill("   ")
    page.goto("/gallery/")
    studio.open_studio(page)
    expect(studio.prompt_of(page)).to_have_value("")
    expect(page.locator("[name=seed]")).to_have_value("")


def test_seed_says_what_is_on(page: Page) -> None:
    """Of "Keep" and "Shuffle" the one that is on is pressed."""
    studio.open_studio(page, seed=42)
    page.locator("[data-settings]").evaluate("settings => (settings.open = true)")
    keep = page.get_by_role("button", name="Keep", exact=True)
    shuffle = page.get_by_role("button", name="Shuffle", exact=True)
    expect(keep).to_have_attribute("aria-pressed", "true")
    shuffle.click()
    expect(shuffle).to_have_attribute("aria-pressed", "true")
    expect(keep).to_have_attribute("aria-pressed", "false")
