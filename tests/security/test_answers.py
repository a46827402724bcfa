"""Headers and cookies of every kind of answer."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from generations.models import Version
from tests.security.conftest import Things

pytestmark = pytest.mark.django_db

Ask = Callable[[Client, Things], HttpResponse]
HTMX = {"HX-Request": "true"}

PAGES: dict[str, Ask] = {
    "page": lambda her, things: her.get("/"),
    "gallery": lambda her, things: her.get("/gallery/"),
    "picture": lambda her, things: her.get(things.fill("/gallery/{output}/")),
    "account": lambda her, things: her.get("/account/"),
    "sign-in": lambda her, things: Client().get("/account/login/"),
    "staff": lambda her, things: Client().get("/admin/"),
    "fragment": lambda her, things: her.get("/gallery/?after=", headers=HTMX),
    "verb": lambda her, things: her.post(
        things.fill("/gallery/{output}/favourite/"), {"is_favourite": "1"}, headers=HTMX
    ),
    "refused form": lambda her, things: her.post("/", {}),
    "refused fragment": lambda her, things: her.post("/", {}, headers=HTMX),
    "not there": lambda her, things: her.get("/nothing/"),
    "toast": lambda her, things: her.get("/predictions/x/", headers=HTMX),
    "not understood": lambda her, things: her.get("/?" + "a&" * 300),
    "no token": lambda her, things: Client(enforce_csrf_checks=True).post("/", {}),
    "wrong method": lambda her, things: her.post("/gallery/"),
    "wrong host": lambda her, things: her.get("/", headers={"Host": "elsewhere.example"}),
    "way": lambda her, things: her.post(things.fill("/gallery/{output}/trash/")),
    "file": lambda her, things: her.get(things.fill("{media}")),
    "missing file": lambda her, things: her.get(things.fill("{media}x")),
    "download": lambda her, things: her.get(things.fill("/gallery/{output}/download/png/")),
    "export": lambda her, things: her.post("/account/export/"),
    "stream": lambda her, things: her.get("/live/stream/?person=1"),
    "refused stream": lambda her, things: Client().get("/live/stream/?person=1"),
    "health": lambda her, things: her.get("/healthz"),
}


@pytest.fixture
def hers(alice: User, things_of: Callable[..., Things]) -> Things:
    return things_of(alice)


@pytest.mark.parametrize("ask", PAGES.values(), ids=PAGES)
def test_answer_is_guarded(studio: Client, hers: Things, ask: Ask) -> None:
    """Nothing is sniffed, framed, run inline, or kept by a cache between: pages, fragments, files and errors alike."""
    answer = ask(studio, hers)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["Content-Security-Policy"].startswith(
        ("default-src 'self'; ", "sandbox; default-src 'none'")
    )
    assert {"private", "no-store", "no-cache"} & set(answer["Cache-Control"].replace(" ", "").split(","))
    assert "public" not in answer["Cache-Control"]


def test_file_is_shut_in(client: Client, hers: Things) -> None:
    """A picture opened by itself may do nothing at all, and has a name that is ours."""
    answer = client.get(hers.fill("{media}"))
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == f'inline; filename="{hers.output.pk}-master.png"'


@pytest.mark.parametrize(
    "prompt", ['fox"; filename="evil.html', "fox\nSet-Cookie: a=b", "../../etc/passwd", "🦊"]
)
def test_download_has_a_harmless_name(
    alice: User, studio: Client, things_of: Callable[..., Things], prompt: str
) -> None:
    """However the prompt reads, the file's name is one word with the ending of its kind."""
    answer = studio.get(things_of(alice, prompt=prompt).fill("/gallery/{output}/download/png/"))
    name = answer["Content-Disposition"].removeprefix('attachment; filename="').partition('"')[0]
    assert name.removesuffix(".png").replace("-", "").isalnum()
    assert answer["Content-Disposition"].count('"') == 2


@pytest.mark.parametrize("address", ["/", "/gallery/", "/account/login/", "/nothing/", "/healthz", "{media}"])
def test_looking_gives_no_session(client: Client, version: Version, hers: Things, address: str) -> None:
    """Whoever only looks is given no session, and no cookie at all with a file or a word of health."""
    answer = client.get(hers.fill(address))
    assert set(answer.cookies) <= ({"safelight_csrf"} if "text/html" in answer["Content-Type"] else set())


def test_cookies_are_shut(client: Client, version: Version) -> None:
    """No script reads a cookie, and no other site's form sends one."""
    client.post("/", {"prompt": "a fox"})
    client.get("/")
    assert set(client.cookies) == {"safelight_csrf", "safelight_session"}
    assert all(each["httponly"] and each["samesite"] == "Lax" for each in client.cookies.values())


def test_fragment_and_page_are_told_apart(studio: Client) -> None:
    """A cache never gives a fragment to who wants the page."""
    assert "HX-Request" in studio.get("/gallery/")["Vary"]
