"""Staff in a browser: the first administrator sets up a second factor, and every page of theirs is readable by all."""

import re
import time
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Console
from tests.site import PASSWORD, Site, running_site

PHONE = {"width": 390, "height": 844}
PAGES = [
    "/moderation/people/",
    "/moderation/people/?q=chief@example.org",
    "/moderation/switches/",
    "/moderation/audit/",
    "/moderation/numbers/",
    "/moderation/statements/",
]
PUBLIC = ["/rules/", "/transparency/"]
PERIOD_S = 30


def code(secret: str, *, ahead: int = 0) -> str:
    """What an authenticator app shows now, or a little later: a code is taken once only."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD_S + ahead)))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own, that nobody looks after yet."""
    with running_site(tmp_path_factory.mktemp("staff") / "data") as site:
        yield site


@pytest.fixture(scope="module")
def cookies(browser: Browser, house: Site) -> Iterator[list[dict]]:
    """Those of the first administrator, who came by the printed link and set up a factor on the way to a page."""
    context = browser.new_context(base_url=house.url)
    page = context.new_page()
    page.goto(house.until(lambda: re.search(r"/account/first-admin/[\w-]+/", house.log()))[0])
    page.get_by_label("E-mail").fill("chief@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url("**/account/")
    page.goto("/moderation/people/")
    expect(page.get_by_text("Staff pages need a second factor")).to_be_visible()
    page.get_by_role("link", name="Switch on").click()
    if "reauthenticate" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
    page.wait_for_url("**/totp/activate/**")
    secret = page.locator(".account-secret").inner_text()
    page.get_by_label("Code").fill(code(secret))
    page.get_by_role("button", name="Switch on").click()
    page.wait_for_url(lambda url: "activate" not in url)
    page.goto("/moderation/people/")
    page.get_by_label("Code").fill(code(secret, ahead=1))
    page.keyboard.press("Enter")
    page.wait_for_url("**/moderation/people/")
    yield context.cookies()
    context.close()


@pytest.mark.parametrize("address", [*PAGES, *PUBLIC])
def test_page(page: Page, house: Site, cookies: list[dict], address: str) -> None:
    """axe finds nothing in dark and in light, and on a phone nothing stands out sideways."""
    page.context.add_cookies(cookies if address in PAGES else [])
    page.goto(house.url + address)
    expect(page.locator("h1")).to_be_visible()
    found = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        violations = Axe().run(page).response["violations"]
        found += [
            f"{scheme}: {each['id']} at {node['target']}" for each in violations for node in each["nodes"]
        ]
    assert found == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_switch_is_obeyed_by_an_open_studio(
    page: Page, browser: Browser, house: Site, cookies: list[dict], console: Console
) -> None:
    """By keyboard alone the administrator closes new pictures; whoever has the studio open is told, words kept."""
    console.expects("503")
    page.goto(house.url)
    page.get_by_label("Prompt").first.fill("a lighthouse that waits")
    context = browser.new_context(base_url=house.url)
    context.add_cookies(cookies)
    desk = context.new_page()
    try:
        _switch_by_keyboard(desk, reason="Too many at once")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("New pictures are switched off on this site just now")).to_be_visible()
        expect(page.get_by_label("Prompt").first).to_have_value("a lighthouse that waits")
    finally:
        _switch_by_keyboard(desk, reason="Calm again")
        context.close()
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-prediction]").first).to_be_visible()


def _switch_by_keyboard(desk: Page, *, reason: str) -> None:
    """Turn "New pictures" the other way."""
    desk.goto("/moderation/switches/")
    desk.get_by_label("New pictures").focus()
    desk.keyboard.press("Space")
    desk.get_by_label("Why").focus()
    desk.keyboard.type(reason)
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("The switches are set")).to_be_visible()
