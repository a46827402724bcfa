"""The account's page of webhooks: the secret, the log, the button that sends again."""

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from generations.models import Delivery, Output, SigningSecret
from generations.services import signing_secrets
from generations.services.export import export_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(alice: User, client_of) -> Client:
    return client_of(alice)


@pytest.fixture
def make_delivery(make_output) -> Callable[..., Delivery]:
    def make(user: User, *, event: str = "completed", status: str = "failed", **fields) -> Delivery:
        output: Output = make_output(user)
        ended_at = None if status == "pending" else timezone.now()
        told = {"url": "https://receiver.example/hook?a=<b>", "ended_at": ended_at, **fields}
        return Delivery.objects.create(
            user=user, prediction=output.prediction, event=event, status=status, **told
        )

    return make


def text(client: Client, address: str = "/account/webhooks/") -> str:
    return client.get(address).content.decode()


def test_log_says_what_became_of_each(account: Client, alice: User, make_delivery) -> None:
    """The address, the answer, the reason; the button only where there is something to send again."""
    make_delivery(alice, error="The receiver answered 500.", answered=500, tries=7)
    make_delivery(alice, event="start", error="The receiver answered 404.", answered=404, tries=1)
    make_delivery(alice, status="delivered", answered=200, tries=1)
    make_delivery(alice, status="pending")
    shown = text(account)
    assert shown.count("Send again") == 1
    for word in ("answered 500", "The receiver answered 404.", "7 tries", "1 try", "on its way"):
        assert word in shown
    assert "receiver.example/hook?a=&lt;b&gt;" in shown
    assert text(account, "/account/webhooks/?only=failed").count("data-delivery=") == 2


def test_log_is_ones_own_and_read_in_few_questions(
    account: Client, alice: User, bob: User, make_delivery, django_assert_max_num_queries
) -> None:
    """Pages of fifty, newest first."""
    make_delivery(bob, url="https://his.example/")
    signing_secrets.current(alice)
    for n in range(52):
        make_delivery(alice, url=f"https://{n}.example/")
    with django_assert_max_num_queries(12):
        shown = text(account)
    assert "his.example" not in shown
    assert "51.example" in shown
    assert shown.count("data-delivery=") == 50
    after = Delivery.objects.filter(user=alice).order_by("-pk")[49].pk
    assert f"?after={after}" in shown
    assert text(account, f"/account/webhooks/?after={after}").count("data-delivery=") == 2
    assert account.get("/account/webhooks/?after=%00nonsense'").status_code == 404


def test_button_sends_again(account: Client, alice: User, make_delivery) -> None:
    """The same webhook, from the beginning; what is on its way is not sent twice."""
    delivery = make_delivery(alice, tries=7)
    assert account.post(f"/account/webhooks/{delivery.pk}/again/").status_code == 302
    delivery.refresh_from_db()
    assert (delivery.status, delivery.tries) == ("pending", 0)
    assert account.post(f"/account/webhooks/{delivery.pk}/again/").status_code == 409


def test_new_secret_leaves_no_gap(account: Client, alice: User) -> None:
    """The page shows the new one, and until when the old one signs too."""
    first = signing_secrets.current(alice).key
    assert first in text(account)
    account.post("/account/webhooks/secret/")
    shown = text(account)
    assert first not in shown
    assert "signs too, until" in shown
    assert SigningSecret.objects.filter(user=alice).count() == 2


def test_export_tells_of_webhooks(alice: User, make_delivery) -> None:
    """What was sent in a person's name is theirs to know."""
    delivery = make_delivery(alice, tries=7, answered=500)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(export_of(alice))))
    [line] = map(json.loads, archive.read("webhooks.jsonl").splitlines())
    assert (line["id"], line["url"], line["tries"]) == (delivery.pk, delivery.url, 7)
