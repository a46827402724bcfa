"""Floods: what one network or one account may do within an hour, and the way out that each refusal names."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from accounts import throttle
from accounts.errors import TooMany
from accounts.models import User
from generations.errors import InvalidInput, OverLimit
from generations.models import Output, Prediction, RegisteredModel, Share, Version
from generations.services import doors, predictions, reports, shares
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

SCHEMA = {"type": "object", "properties": {"prompt": {"type": "string", "title": "Prompt"}}}


@pytest.fixture
def version(db: None) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name="picto", title="Picto")
    return Version.objects.create(id="a" * 64, model=model, schema=SCHEMA)


@pytest.fixture
def output(alice: User, version: Version) -> Output:
    made = Prediction.objects.create(user=alice, version=version, input={"prompt": "a fox"}, prompt="a fox")
    fields: dict[str, Any] = {"key": "outputs/te/x", "sha256": "5" * 64, "size": 1, "width": 8, "height": 8}
    return Output.objects.create(prediction=made, user=alice, index=0, is_published=True, **fields)


def test_many_guests_of_one_network_share_a_limit(version: Version, settings: Any) -> None:
    """A new guest for each prompt is no way around; another network, and an account, go on."""
    settings.LIMITS = {**settings.LIMITS, "guest_prompts_per_hour": 3}
    with throttle.asked_from("203.0.113.9"):
        for _ in range(3):
            predictions.create(User.objects.create_guest(), version, {"prompt": "a fox"})
        with pytest.raises(OverLimit, match="Sign in or sign up") as refused:
            predictions.create(User.objects.create_guest(), version, {"prompt": "a fox"})
        assert 0 < refused.value.retry_after_s <= 3600
        member = User.objects.create_user("carol@example.org")
        assert predictions.create(member, version, {"prompt": "a fox"}).pk
    with throttle.asked_from("203.0.113.10"):
        assert predictions.create(User.objects.create_guest(), version, {"prompt": "a fox"}).pk


def test_the_network_of_a_request_is_known_to_verbs(
    client: Client, version: Version, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is forgotten when the request ends."""
    seen: list[str] = []
    create = predictions.create

    def spied(*args: Any, **options: Any) -> Prediction:
        seen.append(throttle.here())
        return create(*args, **options)

    monkeypatch.setattr(predictions, "create", spied)
    client.post("/", {"prompt": "a fox"}, REMOTE_ADDR="203.0.113.7")
    assert (seen, throttle.here()) == (["203.0.113.7"], "")


def test_sign_ups_of_one_network(client: Client, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "sign_ups_per_hour": 2}
    for number in range(2):
        form = {"email": f"new{number}@example.org", "password1": PASSWORD}
        assert Client().post("/account/signup/", form).status_code == 302
    answer = Client().post("/account/signup/", {"email": "new2@example.org", "password1": PASSWORD})
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
    assert "Many new accounts came from your network" in answer.content.decode()
    assert not User.objects.filter(email="new2@example.org").exists()


def test_links_of_one_person(alice: User, output: Output, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "shares_per_hour": 2}
    for _ in range(2):
        shares.create(alice, output, shares.Options())
    with pytest.raises(OverLimit, match="many links within the hour"):
        shares.create(alice, output, shares.Options())


def test_likes_of_one_person(alice: User, bob: User, output: Output, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "likes_per_hour": 2}
    share = Share.objects.create(user=alice, output=output, is_public=True, published_at=timezone.now())
    shares.like(bob, share, is_liked=True)
    shares.like(bob, share, is_liked=False)
    with pytest.raises(OverLimit, match="liked many pictures"):
        shares.like(bob, share, is_liked=True)


def test_reports_of_one_account_from_many_networks(
    alice: User, bob: User, output: Output, settings: Any, make_share: Callable[[], Share]
) -> None:
    settings.LIMITS = {**settings.LIMITS, "reports_per_hour": 2}
    filed = {"rule": "other", "words": "", "email": "", "user": bob}
    for number in range(2):
        reports.file(make_share(), **filed, network=f"203.0.113.{number}")
    with pytest.raises(TooMany):
        reports.file(make_share(), **filed, network="203.0.113.9")


@pytest.fixture
def make_share(alice: User, output: Output) -> Callable[[], Share]:
    return lambda: Share.objects.create(user=alice, output=output)


def test_refused_reports_use_up_nothing_else(output: Output, make_share: Callable[[], Share]) -> None:
    """However often one link is reported too often, another one can be reported; hours are called hours."""
    one, other = make_share(), make_share()
    filed = {"rule": "other", "words": "", "email": "", "user": None, "network": "203.0.113.9"}
    for _ in range(reports.MOST_OF_ONE):
        reports.file(one, **filed)
    for _ in range(12):
        with pytest.raises(TooMany) as refused:
            reports.file(one, **filed)
    assert re.search(r"in (about \d+ hours|\d+ minutes|\d+ seconds?)\.$", refused.value.sentence)
    reports.file(other, **filed)


@pytest.mark.parametrize(
    ("wait_s", "words"),
    [
        (0.2, "1 second"),
        (45, "45 seconds"),
        (90, "2 minutes"),
        (3600, "60 minutes"),
        (788 * 60, "about 13 hours"),
    ],
)
def test_a_wait_in_words(wait_s: float, words: str) -> None:
    assert throttle.spoken(wait_s) == words


def test_one_network_shuts_no_door_for_others(
    alice: User, output: Output, make_share: Callable[[], Share]
) -> None:
    """Passwords that were refused untried do not count towards what all networks may try together."""
    share = make_share()
    share.password = make_password("right", hasher="md5")
    for _ in range(doors.TRIES):
        with pytest.raises(InvalidInput):
            doors.open_door({}, share, password="wrong", network="203.0.113.9")
    for _ in range(doors.TRIES_OF_ALL):
        with pytest.raises(TooMany):
            doors.open_door({}, share, password="wrong", network="203.0.113.9")
    doors.open_door({}, share, password="right", network="203.0.113.10")
