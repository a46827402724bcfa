"""The outbox of webhooks: what is planned, in which order it goes, what becomes of it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from replicate.webhook import Webhooks, WebhookSigningSecret

from accounts.models import User
from generations.errors import Conflict
from generations.models import Delivery, Output, Prediction, Status, WebhookEvent
from generations.services import claims, deliveries, predictions, running, signing_secrets
from generations.services.deliveries import Hook

URL = "https://receiver.example/hook"
ALL = tuple(WebhookEvent)
OK = 200


def shown(prediction: Prediction, *, origin: str) -> dict[str, Any]:
    """Stands for the API's object, which has tests of its own."""
    return {
        "id": prediction.pk,
        "status": prediction.status,
        "output": ["a"],
        "origin": origin,
        "word": "grün",
    }


@pytest.fixture
def run(version: Any, engine: Any) -> Callable[..., Prediction]:
    """run(user, *events): a claimed prediction whose receiver is told of these events."""

    def make(user: User, *events: WebhookEvent, url: str = URL) -> Prediction:
        hook = Hook(url, events, "https://site.example")
        predictions.create(user, version, {"prompt": "a fox"}, hook=hook)
        [row] = claims.claim("d", engine, outputs=9, predictions=1)
        return row

    return make


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """This file is no package that a dotted path could lead to."""
    monkeypatch.setattr(deliveries, "import_string", lambda path: shown)


def planned() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("event", flat=True))


def let_pass(seconds: float) -> None:
    """As if so much time had gone by."""
    for each in Delivery.objects.all():
        Delivery.objects.filter(pk=each.pk).update(due_at=each.due_at - timedelta(seconds=seconds))


def test_each_event_is_planned_with_its_change(alice, run, make_stored):
    """Start, logs, output and the end, each in the transaction of its change."""
    row = run(alice, *ALL)
    running.start(row, engine_seq=1)
    running.advance(row, engine_seq=2, log="step 1")
    assert planned() == ["start", "logs"]
    make_stored(row)
    running.finish(row, Status.SUCCEEDED)
    assert planned() == ["start", "completed"]  # what waited is in the last one


def test_only_what_was_asked_for_is_planned(alice, run, make_stored):
    """A filter names events; without one there are outputs and the end."""
    row = run(alice, WebhookEvent.COMPLETED)
    running.start(row, engine_seq=1)
    make_stored(row)
    running.finish(row, Status.FAILED, error="no")
    assert planned() == ["completed"]
    row = run(alice)
    running.start(row, engine_seq=1)
    make_stored(row)
    assert planned() == ["completed", "output"]


def test_nothing_is_planned_without_an_address(alice, run):
    """Who is not to be told is not told."""
    row = run(alice, url="")
    running.start(row, engine_seq=1)
    running.finish(row, Status.FAILED, error="no")
    assert planned() == []


def test_a_waiting_prediction_that_is_canceled_tells_it(alice, create):
    """The end is told wherever it comes from."""
    row = create(alice)
    Prediction.objects.filter(pk=row.pk).update(webhook=URL)
    predictions.cancel(row)
    assert planned() == ["completed"]


def test_what_changes_nothing_plans_nothing(alice, run):
    """A late event of an engine, and a second end, tell nobody anything."""
    row = run(alice, *ALL)
    running.start(row, engine_seq=5)
    assert running.advance(row, engine_seq=3, log="late") is None
    running.finish(row, Status.FAILED, error="no")
    assert running.finish(row, Status.CANCELED) is None
    assert planned() == ["start", "completed"]


def test_run_again_tells_its_start_once(alice, run, engine):
    """A prediction that was picked up again has begun once, as far as its receiver is concerned."""
    row = run(alice, *ALL)
    running.start(row, engine_seq=1)
    running.lose(row)
    [again] = claims.claim("d", engine, outputs=9, predictions=1)
    running.start(again, engine_seq=1)
    assert planned() == ["start"]


def test_progress_is_sent_at_most_twice_a_second(alice, run):
    """What waits is told by the one that waits; the next is due half a second after the one that went."""
    row = run(alice, WebhookEvent.LOGS, WebhookEvent.OUTPUT)
    running.start(row, engine_seq=1)
    for n in range(2, 6):
        running.advance(row, engine_seq=n, log="line")
    assert planned() == ["logs"]
    [first] = deliveries.claim("s", most=9)
    running.advance(row, engine_seq=9, log="line")
    second = Delivery.objects.exclude(pk=first.pk).get()
    assert second.due_at >= first.due_at + deliveries.THROTTLE
    deliveries.settle(first, answered=OK)
    assert deliveries.claim("s", most=9) == []
    assert 0 < deliveries.next_due_s() <= 0.5
    let_pass(0.6)
    assert [each.pk for each in deliveries.claim("s", most=9)] == [second.pk]


def test_logs_and_outputs_share_the_half_second(alice, run, make_stored):
    """Both kinds together come at most every half second."""
    row = run(alice, WebhookEvent.LOGS, WebhookEvent.OUTPUT)
    running.start(row, engine_seq=1)
    running.advance(row, engine_seq=2, log="line")
    make_stored(row)
    Delivery.objects.update(due_at=timezone.now())
    [first] = deliveries.claim("s", most=9)
    deliveries.settle(first, answered=OK)
    assert deliveries.claim("s", most=9) == []


def test_one_of_a_prediction_is_sent_at_a_time(alice, bob, run):
    """The end waits until the start has arrived; another prediction does not wait for it."""
    row, other = run(alice, *ALL), run(bob, *ALL)
    running.start(row, engine_seq=1)
    running.finish(row, Status.FAILED, error="no")
    running.start(other, engine_seq=1)
    first = deliveries.claim("s", most=9)
    assert {(each.prediction_id, each.event) for each in first} == {(row.pk, "start"), (other.pk, "start")}
    assert deliveries.claim("s", most=9) == []
    for each in first:
        deliveries.settle(each, answered=OK)
    assert [each.event for each in deliveries.claim("s", most=9)] == ["completed"]


def test_two_senders_never_send_the_same(alice, run):
    """What one has taken the other does not get."""
    running.start(run(alice, *ALL), engine_seq=1)
    assert len(deliveries.claim("north", most=9)) == 1
    assert deliveries.claim("south", most=9) == []


def test_slow_receiver_of_one_person_leaves_room(alice, bob, run, settings):
    """However many webhooks of one person are under way, those of others go."""
    settings.LIMITS = {**settings.LIMITS, "running": 16}
    for _ in range(deliveries.OF_ONE_PERSON + 2):
        running.start(run(alice, *ALL), engine_seq=1)
    assert len(deliveries.claim("s", most=99)) == deliveries.OF_ONE_PERSON
    running.start(run(bob, *ALL), engine_seq=1)
    assert len(deliveries.claim("s", most=99)) == 1


def test_backlog_of_one_person_hides_nobody(alice, bob, run, settings, monkeypatch):
    """However much waits for a receiver that answers slowly, others are seen behind it."""
    settings.LIMITS = {**settings.LIMITS, "running": 16}
    monkeypatch.setattr(deliveries, "WINDOW", 5)
    for _ in range(10):
        running.start(run(alice, *ALL), engine_seq=1)
    deliveries.claim("s", most=99)
    running.start(run(bob, *ALL), engine_seq=1)
    assert [each.user_id for each in deliveries.claim("s", most=99)] == [bob.pk]


def ended(run: Callable[..., Prediction], user: User) -> Delivery:
    running.finish(run(user, WebhookEvent.COMPLETED), Status.FAILED, error="no")
    [delivery] = deliveries.claim("s", most=9)
    return delivery


def test_the_end_is_tried_for_a_minute(alice, run):
    """Longer and longer pauses, a minute in all; then it has failed, with its last error."""
    delivery, waited = ended(run, alice), 0.0
    for _ in deliveries.PAUSES_S:
        deliveries.settle(delivery, answered=500, error="The receiver answered 500.")
        pause = deliveries.next_due_s()
        waited += pause
        assert deliveries.claim("s", most=9) == []
        let_pass(pause + 0.1)
        [again] = deliveries.claim("s", most=9)
        assert again.pk == delivery.pk
        delivery = again
    deliveries.settle(delivery, answered=None, error="No answer.")
    delivery.refresh_from_db()
    assert (delivery.status, delivery.error, delivery.answered) == ("failed", "No answer.", None)
    assert 55 < waited < 65
    assert deliveries.next_due_s() is None


def test_progress_is_tried_once(alice, run):
    """A start that did not arrive is not sent again."""
    running.start(run(alice, *ALL), engine_seq=1)
    [delivery] = deliveries.claim("s", most=9)
    deliveries.settle(delivery, answered=503, error="The receiver answered 503.")
    assert Delivery.objects.get().status == "failed"


def test_refused_address_is_not_tried_again(alice, run):
    """What can never be called has failed at once."""
    deliveries.settle(ended(run, alice), answered=None, error="Not called.", is_final=True)
    assert Delivery.objects.get().status == "failed"


def test_killed_sender_loses_nothing(alice, run):
    """Another takes over what it held, under the same id; what the dead one still says changes nothing."""
    held = ended(run, alice)
    lost = deliveries.claimed_by_others("south")
    assert lost == {held.pk: ("s", 1)}
    [taken] = deliveries.take_over("south", lost.items())
    assert deliveries.take_over("east", lost.items()) == []
    deliveries.settle(held, answered=OK)
    assert Delivery.objects.get().status == "pending"
    deliveries.settle(taken, answered=OK)
    assert (Delivery.objects.get().pk, Delivery.objects.get().status) == (held.pk, "delivered")


def test_ordered_stop_gives_back(alice, run):
    """What was under way waits for whoever comes next, and its try does not count."""
    held = ended(run, alice)
    deliveries.give_back([held])
    [again] = deliveries.claim("next", most=9)
    assert (again.pk, again.tries) == (held.pk, 1)


def test_failed_end_is_sent_again_by_hand(alice, run):
    """Under the same id, with a minute of tries before it; what has not failed is not."""
    delivery = ended(run, alice)
    with pytest.raises(Conflict):
        deliveries.send_again(delivery)
    deliveries.settle(delivery, answered=None, error="Not called.", is_final=True)
    deliveries.send_again(delivery)
    [again] = deliveries.claim("s", most=9)
    assert (again.pk, again.tries, again.error) == (delivery.pk, 1, "")


def test_message_is_signed_as_clients_verify_it(alice, run):
    """The official verifier takes it with the account's secret; with another, or another body, it does not."""
    delivery = ended(run, alice)
    message = deliveries.message(delivery)
    assert message.headers["webhook-id"] == delivery.pk
    secret = WebhookSigningSecret(key=signing_secrets.current(alice).key)
    Webhooks.validate(headers=message.headers, body=message.body.decode(), secret=secret, tolerance=30)
    with pytest.raises(ValueError):
        Webhooks.validate(headers=message.headers, body=message.body.decode() + " ", secret=secret)


def test_both_secrets_sign_while_one_replaces_the_other(alice, run):
    """A receiver that has the old one, and one that has the new one, both verify; a third makes the oldest void."""
    oldest = signing_secrets.current(alice).key
    newest = signing_secrets.rotate(alice).key
    message = deliveries.message(ended(run, alice))
    for key in (oldest, newest):
        secret = WebhookSigningSecret(key=key)
        Webhooks.validate(headers=message.headers, body=message.body.decode(), secret=secret)
    signing_secrets.rotate(alice)
    assert oldest not in signing_secrets.keys_of(alice)
    assert len(signing_secrets.keys_of(alice)) == 2


def test_late_start_tells_of_the_start(alice, run):
    """When the prediction has ended before its start was sent, the start shows no end."""
    row = run(alice, *ALL)
    running.start(row, engine_seq=1)
    running.finish(row, Status.FAILED, error="no")
    [delivery] = deliveries.claim("s", most=9)
    body = deliveries.message(delivery).body.decode()
    assert delivery.event == "start"
    assert '"status":"processing","output":null' in body


def test_late_progress_shows_no_end(alice, run):
    """What was claimed before the end and is put together after it leaves the end to its own message."""
    row = run(alice, WebhookEvent.LOGS, WebhookEvent.COMPLETED)
    running.start(row, engine_seq=1)
    running.advance(row, engine_seq=2, log="line")
    [delivery] = deliveries.claim("s", most=9)
    running.finish(row, Status.FAILED, error="no")
    shown = json.loads(deliveries.message(delivery).body)
    assert (shown["status"], shown["output"], shown["completed_at"]) == ("processing", ["a"], None)
    deliveries.settle(delivery, answered=OK)
    [end] = deliveries.claim("s", most=9)
    assert json.loads(deliveries.message(end).body)["status"] == "failed"


def test_progress_alone_tells_the_end_too(alice, run):
    """Who asked for logs and not for the end learns from the last one that there is no more."""
    row = run(alice, WebhookEvent.LOGS)
    running.start(row, engine_seq=1)
    running.advance(row, engine_seq=2, log="line")
    running.finish(row, Status.FAILED, error="no")
    [delivery] = deliveries.claim("s", most=9)
    assert json.loads(deliveries.message(delivery).body)["status"] == "failed"


def test_clock_put_back_holds_up_nothing(alice, run):
    """What is due in an hour was planned before the clock was put back: it goes now."""
    running.start(run(alice, *ALL), engine_seq=1)
    Delivery.objects.update(due_at=timezone.now() + timedelta(hours=1))
    assert len(deliveries.claim("s", most=9)) == 1


def test_log_is_forgotten(alice, run):
    """After a month; and what waits never."""
    running.start(run(alice, *ALL), engine_seq=1)
    [delivery] = deliveries.claim("s", most=9)
    deliveries.settle(delivery, answered=OK)
    running.start(run(alice, *ALL), engine_seq=1)
    later = timezone.now() + timedelta(days=31)
    assert deliveries.forget_old(now=timezone.now() + timedelta(days=29)) == 0
    assert deliveries.forget_old(now=later) == 1
    assert Delivery.objects.get().status == "pending"


def test_deleted_prediction_takes_its_deliveries(alice, run):
    """Nothing is sent of what is gone."""
    row = run(alice, *ALL)
    running.start(row, engine_seq=1)
    row.delete()
    assert deliveries.claim("s", most=9) == []
    assert not Output.objects.exists()
