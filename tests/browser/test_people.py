"""A guest becomes somebody, and what they made stays theirs."""

from playwright.sync_api import Page, expect

from tests.browser import studio
from tests.browser.test_gallery import PRINT
from tests.site import PASSWORD


def test_sign_up_keeps_the_gallery(page: Page) -> None:
    """Signing up keeps what the guest made; signed out and in again, it is still there."""
    studio.make(page, "made as a guest")
    _sign_up(page, "guest-no-more@example.org")
    page.goto("/gallery/")
    expect(page.locator(PRINT)).to_have_count(1)
    page.context.clear_cookies()
    page.goto("/gallery/")
    expect(page.locator(PRINT)).to_have_count(0)
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill("guest-no-more@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "login" not in url)
    page.goto("/gallery/")
    expect(page.locator(PRINT)).to_have_count(1)


def test_signed_up_at_once(page: Page) -> None:
    """A person who has just signed up writes a prompt and sees it develop: no stale form stands in the way."""
    _sign_up(page, "straight-on@example.org")
    studio.expect_picture(studio.make(page, "my first picture"))


def _sign_up(page: Page, email: str) -> None:
    page.goto("/account/signup/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url(lambda url: "signup" not in url)
