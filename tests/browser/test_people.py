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


def test_sign_out_forgets_what_was_typed(page: Page) -> None:
    """Who comes after at the same browser does not find the prompts of the one who signed out."""
    _sign_up(page, "not-for-others@example.org")
    studio.make(page, "sent before I left")
    studio.prompt_of(page).fill("half written")
    page.goto("/account/")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(lambda url: "account" not in url)
    _expect_nothing_typed(page)


def test_deleting_forgets_what_was_typed(page: Page) -> None:
    """Everything deleted, the prompts are gone from the browser as well."""
    studio.make(page, "sent before I left")
    studio.prompt_of(page).fill("half written")
    page.goto("/account/delete/")
    page.get_by_label("Type").fill("delete")
    page.get_by_role("button", name="Delete for ever").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything is gone")
    _expect_nothing_typed(page)


def _expect_nothing_typed(page: Page) -> None:
    studio.open_studio(page)
    expect(studio.prompt_of(page)).to_have_value("")
    studio.prompt_of(page).press("ArrowUp")
    expect(studio.prompt_of(page)).to_have_value("")


def _sign_up(page: Page, email: str) -> None:
    page.goto("/account/signup/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url(lambda url: "signup" not in url)
