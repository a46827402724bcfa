"""axe on every page that a person can open: nothing to find in dark and in light, nothing sideways on a phone.

The list is held complete: a page that is new on the site and is neither here nor among what is no page fails.
"""

import re
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route

from tests.browser.conftest import Console
from tests.security.test_rights import TABLE
from tests.site import Person, Site

PHONE = {"width": 390, "height": 844}

# Names of addresses (those of urls.py) and where each is found in the house.
HERS = {
    "studio": "/",
    "prediction": "/predictions/{prediction}/",
    "prompts": "/prompts/",
    "snippets": "/snippets/",
    "snippet-new": "/snippets/new/",
    "snippet": "/snippets/{snippet}/",
    "grids": "/grids/",
    "grid-new": "/grids/new/",
    "grid": "/grids/{grid}/",
    "import": "/import/",
    "gallery": "/gallery/",
    "gallery, found": "/gallery/?q=fox+tag:blue",
    "gallery, nothing found": "/gallery/?q=nothing-like-that",
    "gallery-bin": "/gallery/bin/",
    "gallery-bin, asked": "/gallery/bin/?empty=1",
    "output": "/gallery/{output}/",
    "output-lineage": "/gallery/{output}/lineage/",
    "output-share": "/gallery/{output}/share/",
    "prediction-share": "/predictions/{prediction}/share/",
    "grid-share": "/grids/{grid}/share/",
    "cull": "/gallery/cull/",
    "cull-compare": "/gallery/cull/compare/?a={output}&b={other}",
    "albums": "/albums/",
    "album": "/albums/{album}/",
    "album, asked": "/albums/{album}/?delete=1",
    "tags": "/tags/",
    "searches": "/searches/",
    "bulk-state": "/bulk/{bulk}/",
    "album-share": "/albums/{album}/share/",
    "links": "/links/",
    "link": "/links/{share}/",
    "verify": "/verify/",
    "account": "/account/",
    "account-delete": "/account/delete/",
    "account-blocked": "/account/blocked/",
    "account-notices": "/account/notices/",
    "tokens": "/account/tokens/",
    "webhooks": "/account/webhooks/",
    "account_logout": "/account/logout/",
    "account_reauthenticate": "/account/reauthenticate/",
    "account_email": "/account/email/",
    "account_change_password": "/account/password/change/",
    "mfa_index": "/account/2fa/",
    "mfa_list_webauthn": "/account/2fa/webauthn/",
}
ANYBODYS = {
    "share": "/s/{token}/",
    "share, door": "/s/{door}/",
    "share, album": "/s/{album_token}/",
    "share, grid": "/s/{grid_token}/",
    "share, sensitive": "/s/{sensitive_token}/",
    "share-embed": "/s/{token}/embed/",
    "share-report": "/s/{token}/report/",
    "report": "/reports/{receipt}/",
    "explore": "/explore/",
    "explore, liked": "/explore/?sort=liked",
    "explore-model": "/explore/safelight/echo/",
    "profile": "/@house/",
    "models": "/models/",
    "model": "/models/safelight/echo/",
    "model-api": "/models/safelight/echo/api/",
    "model-examples": "/models/safelight/echo/examples/",
    "model-versions": "/models/safelight/echo/versions/",
    "model-readme": "/models/safelight/echo/readme/",
    "docs": "/docs/",
    "rules": "/rules/",
    "transparency": "/transparency/",
    "account-deleted": "/account/deleted/",
    "account_login": "/account/login/",
    "account_signup": "/account/signup/",
    "account_inactive": "/account/inactive/",
    "account_email_verification_sent": "/account/confirm-email/",
    "account_confirm_email": "/account/confirm-email/MQ:1abc:forged/",
    "account_reset_password": "/account/password/reset/",
    "account_reset_password_done": "/account/password/reset/done/",
    "account_reset_password_from_key": "/account/password/reset/key/1-abc-forged/",
    "account_reset_password_from_key_done": "/account/password/reset/key/done/",
    "404": "/nowhere/",
}
STAFFS = {
    "desk-queue": "/moderation/",
    "case": "/moderation/cases/{case}/",
    "appeals": "/moderation/appeals/",
    "reviews": "/moderation/reviews/",
    "staff-numbers": "/moderation/numbers/",
    "staff-people": "/moderation/people/",
    "staff-switches": "/moderation/switches/",
    "staff-audit": "/moderation/audit/",
    "staff-rules": "/moderation/rules/",
    "staff-rule-new": "/moderation/rules/new/",
    "staff-blocked": "/moderation/blocked/",
}
# Files, feeds, fragments and answers to programs; and what needs a decision against somebody (account-notice).
NO_PAGES = re.compile(
    "^(admin:.*|media.*|.*-feed|.*-download|share-card|output-download|prompts-recent|bulk-count|oembed|sitemap|robots"
    "|healthz|readyz|live-stream|openapi|transparency-json|staff-statements|collection|account-notice"
    "|mfa_reauthenticate)$"
)


@dataclass
class House:
    """Somebody who has one of everything; the words that stand for the ids of these things."""

    site: Site
    cookies: list[dict]
    staff: list[dict] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)

    def id_of(self, table: str, order: str = "rowid DESC") -> str:
        return str(self.site.rows(f"SELECT id FROM {table} ORDER BY {order} LIMIT 1")[0]["id"])


def cookies_of(person: Person) -> list[dict]:
    return [
        {"name": cookie.name, "value": str(cookie.value), "url": person.site.url} for cookie in person.cookies
    ]


def share_of(person: Person, kind: str, id: str, **options: str) -> str:
    """The token of a new link."""
    shows = dict.fromkeys(("shows_prompt", "shows_seed", "shows_recipe", "shows_name"), "on")
    options = {"visibility": "public", "expires": "never", **shows, **options}
    link = person.post(f"{kind}/{id}/share/", **options)
    return re.search(r"/s/([\w-]{48})/", person.get(link))[1]


def furnished(site: Site) -> House:
    person = site.sign_up("house@example.org")
    person.post("/account/profile/", name="House", handle="house", has_profile="on", sensitive="blur")
    made = person.create("a fox", steps=2, step_ms=0, num_outputs=4)
    assert person.wait(made) == "succeeded"
    output, other, binned, sensitive = (row["id"] for row in site.outputs(made))
    house = House(site, cookies_of(person))
    person.post(f"/gallery/{binned}/trash/")
    person.post(f"/gallery/{sensitive}/sensitive/", is_sensitive="1")
    person.post(f"/gallery/{output}/rate/", rating="4")
    person.post("/bulk/", verb="tag", tag="blue", ids=f"{output},{other}")
    person.post("/bulk/", verb="place", name="Winter", ids=f"{output},{other},{sensitive}")
    person.post("/searches/", words="fox", name="Foxes")
    person.post("/snippets/new/", kind="list", name="animal", text="cat\ndog")
    assert person.wait(person.post(f"/gallery/{output}/vary/").rstrip("/").rpartition("/")[2]) == "succeeded"
    lab = {"lab": "1", "prompt": "a fox", "columns-field": "seed", "columns-values": "1, 2", "steps": "2"}
    person.post("/grids/new/", **lab, **{"composer-plan": "2", "num_outputs": "1", "step_ms": "0"})
    words = {
        "prediction": made,
        "output": output,
        "other": other,
        "snippet": house.id_of("generations_snippet"),
        "album": house.id_of("generations_album"),
        "bulk": house.id_of("generations_bulkaction"),
        "grid": house.id_of("generations_grid"),
    }
    words |= {
        "token": share_of(person, "/gallery", output),
        "sensitive_token": share_of(person, "/gallery", sensitive),
        "door": share_of(person, "/gallery", other, visibility="unlisted", password="open sesame"),
        "album_token": share_of(person, "/albums", words["album"]),
        "grid_token": share_of(person, "/grids", words["grid"]),
    }
    report = site.guest().post(f"/s/{words['token']}/report/", rule="other", words="See for yourself.")
    words |= {"share": words["token"][:26], "receipt": report.split("/")[2]}
    words["case"] = house.id_of("generations_case")
    house.staff = staff_cookies(site)
    house.words = words
    return house


@pytest.fixture(scope="module")
def house(site: Site) -> House:
    return furnished(site)


SIGNED_IN = """
from django.conf import settings
from django.test import Client
from accounts.models import User
from tests.conftest import sign_in
client = Client()
sign_in(client, User.objects.create_superuser("staff-of-house@example.org", "a quiet amber lamp"))
print("cookie", client.cookies[settings.SESSION_COOKIE_NAME].key, client.cookies[settings.SESSION_COOKIE_NAME].value)
"""


def staff_cookies(site: Site) -> list[dict]:
    """Of a superuser with the second factor that their pages ask for."""
    told = site.manage("shell", "-c", SIGNED_IN)
    name, value = re.search(r"cookie (\S+) (\S+)", told.stdout + told.stderr).groups()
    return [{"name": name, "value": value, "url": site.url}]


def look(page: Page, address: str) -> list[str]:
    """What axe finds there in both schemes, and whether it stands out on a phone."""
    page.goto(address)
    found = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        violations = Axe().run(page).response["violations"]
        found += [f"{scheme}: {each['id']} at {n['target']}" for each in violations for n in each["nodes"]]
    page.set_viewport_size(PHONE)
    width = page.evaluate("document.documentElement.scrollWidth")
    return [*found, *([f"{width} px wide on a phone"] if width > PHONE["width"] else [])]


def without_sandbox(route: Route) -> None:
    """In a frame for others no script may run, axe's neither; so its page is looked at without its policy."""
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
    route.fulfill(response=answer, headers=headers)


def test_no_page_is_left_out() -> None:
    """Every address that answers a GET with a page is looked at."""
    answering = {name for name, (_, get, _) in TABLE.items() if "200" in get}
    ours = {name.partition(",")[0] for name in (*HERS, *ANYBODYS, *STAFFS)}
    assert {name for name in answering - ours if not NO_PAGES.match(name)} == set()


@pytest.mark.parametrize("name", HERS)
def test_page_of_somebody_at_home(page: Page, house: House, console: Console, name: str) -> None:
    """Their own pages, with something on each."""
    page.context.add_cookies(house.cookies)
    assert look(page, HERS[name].format(**house.words)) == []


@pytest.mark.parametrize("name", ANYBODYS)
def test_page_of_anybody(page: Page, house: House, console: Console, name: str) -> None:
    """What everybody may open, without an account."""
    console.expects("404")
    if name == "share-embed":
        page.route("**/embed/", without_sandbox)
    assert look(page, ANYBODYS[name].format(**house.words)) == []


@pytest.mark.parametrize("name", STAFFS)
def test_page_of_staff(page: Page, house: House, name: str) -> None:
    """The desk of moderators, and the pages of administrators."""
    page.context.add_cookies(house.staff)
    assert look(page, STAFFS[name].format(**house.words)) == []
