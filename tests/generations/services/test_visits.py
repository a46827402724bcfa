"""Which visits count as views."""

import time

import pytest
from django.core.cache.backends.locmem import LocMemCache

from accounts.models import User
from generations.models import Prediction, RegisteredModel, Share, Version
from generations.services import visits
from generations.services.visits import Visitor

pytestmark = pytest.mark.django_db

PROGRAMS = [
    "Twitterbot/1.0",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "WhatsApp/2.23.20.0",
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "Mozilla/5.0 AppleWebKit/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "http.rb/5.1.1 (Mastodon/4.2.0; +https://mastodon.example/)",
    "curl/8.5.0",
    "python-requests/2.31",
    "",
]
PEOPLE = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile Safari/604.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile Twitter for iPhone/10.60",
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36 DuckDuckGo/5",
]


@pytest.fixture
def share(alice: User) -> Share:
    model = RegisteredModel.objects.create(owner="safelight", name="test")
    version = Version.objects.create(pk="a" * 64, model=model, schema={"properties": {}})
    row = Prediction.objects.create(user=alice, version=version, input={}, prompt="x")
    return Share.objects.create(user=alice, prediction=row)


@pytest.mark.parametrize("agent", PROGRAMS)
def test_programs_do_not_count(share: Share, agent: str) -> None:
    """What fetches a link to preview it is no view."""
    assert not visits.count(share, Visitor("203.0.113.9", agent))


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_count(share: Share, agent: str) -> None:
    """Browsers of people count, those inside of apps included."""
    assert visits.count(share, Visitor("203.0.113.9", agent))


def test_repeats_count_once_in_a_minute(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same visitor counts again only after a minute; another at once."""
    now = [time.time()]
    monkeypatch.setattr(visits, "cache", LocMemCache("views of one test", {}))  # Redis has a clock of its own
    monkeypatch.setattr("django.core.cache.backends.locmem.time.time", lambda: now[0])
    monkeypatch.setattr("django.core.cache.backends.base.time.time", lambda: now[0])
    here, there = Visitor("203.0.113.9", PEOPLE[0]), Visitor("203.0.113.10", PEOPLE[0])
    assert [visits.count(share, each) for each in (here, here, there)] == [True, False, True]
    now[0] += visits.AGAIN_S - 1
    assert not visits.count(share, here)
    now[0] += 2
    assert visits.count(share, here)
    share.refresh_from_db()
    assert share.views == 3
