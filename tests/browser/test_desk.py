"""The desk of moderators by keyboard alone, and how it looks."""

import json
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.site import Site

PHONE = {"width": 390, "height": 844}
# A moderator whose session has shown a second factor, somebody with pictures that are shared, and reports of them.
GROUND = """
import json
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from accounts import roles
from accounts.models import User
from generations.models import Output, Share
from generations.services import cases
from generations.signing import token_of
person = User.objects.create_user("desk@example.org", "a quiet amber lamp")
roles.give(person, roles.Role.MODERATOR, by="site")
factor = Authenticator.objects.create(user=person, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
session = SessionStore()
session[SESSION_KEY] = str(person.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = person.get_session_auth_hash()
session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": 0.0, "type": "totp", "id": factor.pk}]
session.create()
call_command("seed_gallery", "shown@example.org", "8", verbosity=0)
rules = ["intimate", "violence", "hate", "deceit", "spam", "rights"]
for rule, output in zip(rules, Output.objects.filter(user__email="shown@example.org").order_by("pk")):
    Output.objects.filter(pk=output.pk).update(fingerprint="")
    output.refresh_from_db()
    Share.objects.create(user=output.user, output=output, cover=output)
    cases.file_signal(output, kind="report", category=rule, note="A report with some words.")
    cases.file_signal(
        output, kind="rule", category=rule, source="words/1", confidence=0.5,
        spans=[{"field": "prompt", "start": 0, "end": 4, "term": "word"}],
    )
last = Share.objects.create(user=output.user, output=Output.objects.filter(user=output.user).latest("pk"))
told = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "token": token_of("share", last)}
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def ground(site: Site) -> dict[str, str]:
    done = site.manage("shell", "-v", "0", "-c", GROUND)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture
def cookie(site: Site, ground: dict[str, str]) -> dict[str, str]:
    return {"name": ground["name"], "value": ground["value"], "url": site.url}


@pytest.fixture
def desk(page: Page, cookie: dict[str, str]) -> Page:
    page.context.add_cookies([cookie])
    page.goto("/moderation/")
    return page


@pytest.fixture
def phones_desk(browser: Browser, site: Site, cookie: dict[str, str]) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=site.url, viewport=PHONE)
    context.add_cookies([cookie])
    yield context
    context.close()


def test_a_shift_by_keyboard(desk: Page, site: Site) -> None:
    """N takes the next case, R shows it, 1 to 5 decide, U undoes, M opens the reasons, E hands on, Q lets go."""
    desk.keyboard.press("n")
    desk.wait_for_url("**/moderation/cases/*/")
    case = desk.locator("[data-case]")
    first = case.get_attribute("data-case")
    expect(desk.locator(".mod-veiled")).to_have_count(1)
    desk.keyboard.press("r")
    shown = desk.locator(f'img[src*="/moderation/cases/{first}/pictures/"]')
    expect(shown).to_be_visible()
    desk.wait_for_function("one => one.complete && one.naturalWidth > 0", arg=shown.element_handle())
    desk.keyboard.press("5")
    expect(case).not_to_have_attribute("data-case", first)
    assert site.rows("SELECT state FROM generations_case WHERE id = ?", first)[0]["state"] == "decided"
    expect(desk.get_by_text("Nobody has been told yet.")).to_be_visible()
    desk.keyboard.press("u")
    expect(case).to_have_attribute("data-case", first)
    expect(desk.get_by_text("Undone. Nobody was told.")).to_be_visible()
    assert site.rows("SELECT state FROM generations_case WHERE id = ?", first)[0]["state"] == "open"

    desk.keyboard.press("m")
    desk.get_by_label("What you saw").focus()
    desk.keyboard.type("5 herons, n of them, r")  # single keys are letters here
    expect(case).to_have_attribute("data-case", first)
    desk.keyboard.press("Escape")
    desk.evaluate("document.activeElement.blur()")
    desk.keyboard.press("2")
    expect(case).not_to_have_attribute("data-case", first)
    made = site.rows(
        "SELECT outcome, facts FROM generations_decision WHERE case_id = ? ORDER BY id DESC", first
    )[0]
    assert (made["outcome"], made["facts"]) == ("blur", "5 herons, n of them, r")

    second = case.get_attribute("data-case")
    desk.keyboard.press("e")
    expect(case).not_to_have_attribute("data-case", second)
    assert site.rows("SELECT state FROM generations_case WHERE id = ?", second)[0]["state"] == "escalated"
    desk.keyboard.press("q")
    desk.wait_for_url("**/moderation/")


def test_the_numbers_move_by_themselves(desk: Page, site: Site, ground: dict[str, str]) -> None:
    """A report that somebody sends is counted on the open page, without a reload."""
    place = desk.locator('[data-count="ordinary"]')
    before = int(place.inner_text())
    site.guest().post(f"/s/{ground['token']}/report/", rule="spam", words="", email="")
    expect(place).to_have_text(str(before + 1))


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_how_it_looks(desk: Page, scheme: str) -> None:
    """Readable by everyone, in the queue and on a case."""
    desk.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    desk.reload()
    assert Axe().run(desk).response["violations"] == []
    desk.keyboard.press("n")
    desk.wait_for_url("**/moderation/cases/*/")
    desk.keyboard.press("m")
    assert Axe().run(desk).response["violations"] == []


def test_on_a_phone(phones_desk: BrowserContext) -> None:
    """Nothing stands out sideways, and the verdicts are within reach of a thumb."""
    page = phones_desk.new_page()
    page.goto("/moderation/")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Take the next one").click()
    page.wait_for_url("**/moderation/cases/*/")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.get_by_role("button", name="Remove")).to_be_in_viewport()
