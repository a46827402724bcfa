"""Too much of something: a sentence, a time to come back, and everything typed still there."""

import html
from typing import Any

import pytest
from django.conf import settings as site
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from generations.models import Prediction, Version
from tests.security.asking import Answer, ask

pytestmark = pytest.mark.django_db

LIMITS = {
    "too many waiting": ({"queued": 1}, 429, "You have 1 prompt waiting already"),
    "too many today": ({"per_day": 1}, 429, "You have sent 1 prompt within a day"),
    "the whole site is full": ({"queue": 1}, 503, "Too many prompts are waiting on this site."),
}
TOKEN = "a" * 32


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
@pytest.mark.parametrize(("numbers", "status", "sentence"), LIMITS.values(), ids=LIMITS)
def test_one_too_many(
    studio: Client,
    settings: Any,
    numbers: dict[str, int],
    status: int,
    sentence: str,
    headers: dict[str, str],
) -> None:
    """Over a limit nothing is made; the sentence stands by the button, the prompt in its box."""
    settings.LIMITS = {**settings.LIMITS, **numbers}
    studio.post("/", {"prompt": "the first"})
    answer = studio.post("/", {"prompt": "a <second> fox", "seed": "11"}, headers=headers)
    page = answer.content.decode()
    assert answer.status_code == status
    assert int(answer["Retry-After"]) > 0
    assert sentence in html.unescape(page)
    assert html.escape("a <second> fox") in page
    assert 'value="11"' in page
    assert Prediction.objects.count() == 1


def flood(address: str, version: Version, **headers: str) -> HttpResponse:
    return Client().post("/", {"prompt": "a fox"}, REMOTE_ADDR=address, headers=headers)


def test_flood_of_guests(settings: Any, version: Version) -> None:
    """An address that has made its guests is asked to wait, keeps its prompt, and leaves no row behind."""
    settings.LIMITS = {**settings.LIMITS, "guests_per_hour": 2}
    told = [flood("203.0.113.9", version) for _ in range(4)]
    assert [answer.status_code for answer in told] == [302, 302, 429, 429]
    assert int(told[-1]["Retry-After"]) > 0
    assert "a fox</textarea>" in told[-1].content.decode()
    assert User.objects.count() == 2


def test_tries_of_a_whole_household_are_counted_together(alice: User) -> None:
    """Whoever has a network of addresses has no more tries at a password than who has one."""
    door = {"login": alice.email, "password": "a wrong one"}
    told = [
        Client().post(
            "/account/login/", {**door, "login": f"x{n}@example.org"}, REMOTE_ADDR=f"2001:db8::{n:x}"
        )
        for n in range(12)
    ]
    assert [answer.status_code for answer in told].count(429) == 2


@pytest.mark.django_db(transaction=True)
async def test_forged_address_is_no_other_address(settings: Any, version: Version) -> None:
    """Without a trusted proxy nobody gets a new start by writing another address into a header."""
    settings.LIMITS = {**settings.LIMITS, "guests_per_hour": 1}
    told = [
        await post_as(name, address)
        for name, address in [
            (b"x-forwarded-for", b"198.51.100.1"),
            (b"x-forwarded-for", b"198.51.100.2"),
            (b"forwarded", b"for=198.51.100.3"),
            (b"x-real-ip", b"198.51.100.4"),
            (b"x_forwarded_for", b"198.51.100.5"),
            (b"remote-addr", b"198.51.100.6"),
            (b"remote_addr", b"198.51.100.7"),
        ]
    ]
    assert [answer.status for answer in told] == [302] + [429] * 6


async def post_as(name: bytes, address: bytes) -> Answer:
    headers = {
        name: address,
        b"content-type": b"application/x-www-form-urlencoded",
        b"cookie": f"{site.CSRF_COOKIE_NAME}={TOKEN}".encode(),
        b"x-csrftoken": TOKEN.encode(),
    }
    return await ask("POST", "/", *headers.items(), body=b"prompt=a+fox")
