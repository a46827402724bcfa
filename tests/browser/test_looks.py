"""Every page, in dark and light and on a phone: readable by everyone, nothing sideways, nothing that jumps."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser import studio
from tests.browser.conftest import Console
from tests.site import PASSWORD, Site

PHONE = {"width": 390, "height": 844}
SHIFT_MAX = 0.02


@pytest.fixture(scope="module")
def residents(browser: Browser, site: Site) -> Iterator[dict[str, list[dict]]]:
    """Cookies of somebody with an account, three pictures, a canceled one, and one picture in the bin."""
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    page.goto("/account/signup/")
    page.get_by_label("E-mail").fill("resident@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url(lambda url: "signup" not in url)
    studio.expect_picture(studio.make(page, "in the gallery", num_outputs=4))
    page.goto("/gallery/")
    page.locator(".print[data-output]").first.hover()
    page.locator(".print[data-output]").first.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    yield {"resident": context.cookies()}
    context.close()


def _running(page: Page) -> None:
    studio.expect_beyond(studio.ask(page, "developing", **studio.SLOW), 1)


def _finished(page: Page) -> None:
    studio.expect_picture(studio.make(page, "done"))


def _failed(page: Page) -> None:
    studio.expect_status(studio.ask(page, "not done", steps=2, step_ms=0, fault="error"), "failed")


def _prediction(page: Page) -> None:
    _finished(page)
    page.locator("[data-prediction] h2 a").click()
    page.wait_for_url("**/predictions/*/")


def _detail(page: Page) -> None:
    page.goto("/gallery/")
    page.locator(".print-link").first.click()
    page.wait_for_url("**/gallery/*/")


def _settings_open(page: Page) -> None:
    studio.open_studio(page)
    page.get_by_text("Settings", exact=True).click()


def _at(address: str) -> Callable[[Page], None]:
    def visit(page: Page) -> None:
        page.goto(address)

    return visit


VISITS: dict[str, Callable[[Page], None]] = {
    "studio, empty": _at("/"),
    "studio, settings open": _settings_open,
    "studio, running": _running,
    "studio, finished": _finished,
    "studio, failed": _failed,
    "prediction": _prediction,
    "gallery, empty": _at("/gallery/"),
    "sign in": _at("/account/login/"),
    "sign up": _at("/account/signup/"),
    "404": _at("/gallery/nothing-here/"),
    "models": _at("/models/"),
    "playground": _at("/models/safelight/echo/"),
    "a model's programs": _at("/models/safelight/echo/api/?prompt=a+fox"),
    "versions": _at("/models/safelight/echo/versions/"),
    "API reference": _at("/docs/"),
    "gallery, resident": _at("/gallery/"),
    "favourites, resident": _at("/gallery/?favourites=1"),
    "picture, resident": _detail,
    "bin, resident": _at("/gallery/bin/"),
    "account, resident": _at("/account/"),
    "e-mail, resident": _at("/account/email/"),
    "password, resident": _at("/account/password/change/"),
    "delete account, resident": _at("/account/delete/"),
    "webhooks, resident": _at("/account/webhooks/"),
    "404, resident": _at("/gallery/01m857r0vxevgsgxdrfqqcas43/"),
}


@pytest.mark.parametrize("visit", VISITS)
def test_page(page: Page, residents: dict[str, list[dict]], console: Console, visit: str) -> None:
    """axe finds nothing in dark and in light, and on a phone nothing stands out sideways."""
    console.expects("404")
    page.context.add_cookies(residents.get(visit.partition(", ")[2], []))
    VISITS[visit](page)
    found = [f"{scheme}: {each}" for scheme in ("dark", "light") for each in _axe(page, scheme)]
    assert found == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def _axe(page: Page, scheme: str) -> list[str]:
    """What axe complains of, one line for each rule and element."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    violations = Axe().run(page).response["violations"]
    return [f"{each['id']} at {node['target']}" for each in violations for node in each["nodes"]]


@pytest.mark.parametrize("size", [PHONE, {"width": 1440, "height": 900}], ids=["phone", "desk"])
def test_nothing_jumps(page: Page, size: dict[str, int]) -> None:
    """From the prompt to the picture, and in the gallery, nothing moves that nobody touched."""
    page.set_viewport_size(size)
    studio.make(page, "what was there before")
    made = studio.ask(page, "stays where it is", steps=12, step_ms=120)
    studio.expect_picture(made)
    assert page.evaluate("seen.shift") < SHIFT_MAX
    page.goto("/gallery/")
    studio.until(page, lambda: page.evaluate("[...document.images].every(image => image.complete)"))
    assert page.evaluate("seen.shift") < SHIFT_MAX
