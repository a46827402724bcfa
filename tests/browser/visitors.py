"""Somebody with an account, and others who come by a link; for the tests of pages that more than one person sees."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from tests.site import PASSWORD


def sign_up(page: Page, email: str, *, name: str = "", handle: str = "") -> None:
    page.goto("/account/signup/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url(lambda url: "signup" not in url)
    if handle:
        page.goto("/account/")
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Handle").fill(handle)
        page.get_by_label("A public page of what I publish").check()
        page.get_by_role("button", name="Save profile").click()
        page.wait_for_load_state()


@contextmanager
def visitor(browser: Browser, base_url: str) -> Iterator[Page]:
    """Nobody that the site knows: no cookies."""
    context = browser.new_context(base_url=base_url)
    try:
        yield context.new_page()
    finally:
        context.close()


def token_in(address: str) -> str:
    return re.search(r"/s/([\w-]{48})/", address)[1]
