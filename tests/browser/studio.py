"""What a person does in the studio, and what there is to see of it; the browser tests call it."""

import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

QUICK = {"steps": 2, "step_ms": 0}
SLOW = {"steps": 100, "step_ms": 120}  # the test is over sooner
NEWEST = "[data-strip] > [data-prediction]"


def open_studio(page: Page, *, origin: str = "", **settings: Any) -> None:
    """The settings come with the address, as a link to a recipe brings them. `origin`: where the site is reached."""
    page.goto(f"{origin}/?{urlencode(settings)}" if settings else f"{origin}/")


def prompt_of(page: Page) -> Locator:
    return page.locator("[name=prompt]")


def go_button(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile(r"^Create \d"))


def ask(page: Page, prompt: str, *, origin: str = "", **settings: Any) -> Locator:
    """Open a studio with these settings, write a prompt and send it: its prediction, as soon as it is there."""
    open_studio(page, origin=origin, **settings)
    return send(page, prompt)


def send(page: Page, prompt: str) -> Locator:
    """The same in a studio that is open."""
    prompt_of(page).fill(prompt)
    before = page.locator(NEWEST).count()
    go_button(page).click()
    expect(page.locator(NEWEST)).to_have_count(before + 1)
    return prediction(page, str(page.locator(NEWEST).first.get_attribute("data-prediction")))


def make(page: Page, prompt: str, **settings: Any) -> Locator:
    """A finished prediction."""
    made = ask(page, prompt, **{**QUICK, **settings})
    expect_status(made, "succeeded")
    return made


def prediction(page: Page, id: str) -> Locator:
    return page.locator(f"#prediction-{id}")


def id_of(shown: Locator) -> str:
    return str(shown.get_attribute("data-prediction"))


def seq_of(shown: Locator) -> int:
    return int(str(shown.get_attribute("data-seq")))


def expect_status(shown: Locator, status: str) -> None:
    expect(shown).to_have_attribute("data-status", status)


def expect_beyond(shown: Locator, seq: int) -> None:
    """It got further than `seq`: a page may skip what comes too fast, so nothing waits for one number."""
    shown.page.wait_for_function(
        "([id, seq]) => Number(document.getElementById(id)?.dataset.seq) > seq",
        arg=[str(shown.get_attribute("id")), seq],
    )


def expect_picture(shown: Locator) -> None:
    """Its finished pictures have loaded, and nothing stands before them."""
    expect(shown.locator("img.tray-final").first).to_be_visible()
    shown.page.wait_for_function(
        """id => [...document.getElementById(id).querySelectorAll(".tray")].every(tray => {
            const picture = tray.querySelector("img.tray-final");
            return picture?.complete && picture.naturalWidth > 0 && getComputedStyle(picture).opacity === "1";
        })""",
        arg=str(shown.get_attribute("id")),
    )


def until(page: Page, what: Callable[[], Any], *, within_s: float = 20.0) -> Any:
    """What `what` gives as soon as it is true. The browser's events come in meanwhile."""
    deadline = time.monotonic() + within_s
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come true in time"
        page.wait_for_timeout(20)
    return found


def frames_of(shown: Locator) -> list[dict[str, Any]]:
    """What recorder.js saw of it since this page was loaded, in order: seq, status, preview, final."""
    return shown.page.evaluate("id => seen.frames.filter(frame => frame.id === id)", id_of(shown))
