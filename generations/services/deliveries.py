"""The outbox of webhooks: planned with the change that they tell of, sent by live/sender.py, kept as a log.

Every change is one conditional UPDATE, so a sender that was killed, or comes late, undoes nothing of another's.
"""

import json
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Min, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from generations import events, standard_webhooks
from generations.errors import Conflict
from generations.models import (
    PROGRESS_EVENTS,
    Delivery,
    DeliveryStatus,
    Prediction,
    Status,
    WebhookEvent,
)
from generations.services import signing_secrets

DEFAULT_EVENTS = (WebhookEvent.OUTPUT, WebhookEvent.COMPLETED)
THROTTLE = timedelta(milliseconds=500)  # between two progress events of one prediction
PAUSES_S = (
    1,
    2,
    4,
    8,
    15,
    30,
)  # after each try of `completed` that failed: the last is a minute after the first
OF_ONE_PERSON = 4  # sent at the same time: somebody's slow receiver does not hold up the webhooks of others
WINDOW = 200
LEAP = timedelta(minutes=5)  # nothing is planned so far ahead: then the clock was put back
PROGRESS_KEPT, KEPT = timedelta(hours=6), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Hook:
    """What a program asks for with its prediction. `origin`: as it reached us, for the addresses in what it is sent.

    `events`: which ones; () as if it had not said.
    """

    url: str = ""
    events: tuple[WebhookEvent, ...] = ()
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One webhook, ready to be sent."""

    url: str
    headers: dict[str, str]
    body: bytes


def hook_up(prediction: Prediction, hook: Hook | None) -> None:
    """On a prediction that is not saved yet."""
    if hook is not None:
        prediction.webhook, prediction.api_origin = hook.url, hook.origin
        prediction.webhook_events = [event.value for event in hook.events]


def plan(row: Prediction, event: WebhookEvent) -> None:
    """Its receiver is to hear of this. Called in the transaction that changes the row; `row.user_id` is up to date."""
    if not row.webhook or event not in (row.webhook_events or DEFAULT_EVENTS):
        return
    mine = Delivery.objects.filter(prediction_id=row.pk)
    due_at = timezone.now()
    if event in PROGRESS_EVENTS:
        last = mine.filter(event__in=PROGRESS_EVENTS).aggregate(at=Max("due_at"))["at"]
        due_at = max(due_at, min(last, due_at) + THROTTLE) if last else due_at
    elif event == WebhookEvent.COMPLETED:  # it holds all that those which wait would tell
        mine.filter(status=DeliveryStatus.PENDING, sender="", event__in=PROGRESS_EVENTS).delete()
    delivery = Delivery(
        prediction_id=row.pk, user_id=row.user_id, event=event, url=row.webhook, due_at=due_at
    )
    Delivery.objects.bulk_create([delivery], ignore_conflicts=True)
    events.deliver_on_commit()


def claim(sender: str, *, most: int) -> list[Delivery]:
    """The next that are due, taken for `sender`: of each prediction one at a time, in the order of its events."""
    if most <= 0:
        return []
    taken: list[Delivery] = []
    with transaction.atomic():
        sending = Delivery.objects.exclude(sender="")
        busy = Counter(sending.values_list("user_id", flat=True))
        closed = set(sending.values_list("prediction_id", flat=True))
        full = [user_id for user_id, count in busy.items() if count >= OF_ONE_PERSON]
        for each in _due().exclude(user_id__in=full).exclude(prediction_id__in=closed)[:WINDOW]:
            if len(taken) == most:
                break
            if each.prediction_id in closed or busy[each.user_id] >= OF_ONE_PERSON:
                continue
            closed.add(each.prediction_id)
            if _take(each, sender):
                busy[each.user_id] += 1
                taken.append(each)
    return taken


def next_due_s() -> float | None:
    """Seconds until the next one is due; None when none waits."""
    at = _waiting().aggregate(at=Min("due_at"))["at"]
    return None if at is None else max(0.0, (at - timezone.now()).total_seconds())


def message(delivery: Delivery) -> Message:
    """What to send now: the prediction as the API shows it, signed. Reads rows; never in the event loop."""
    row = Prediction.objects.select_related("version__model", "user").get(pk=delivery.prediction_id)
    shown = import_string(settings.PREDICTION_OBJECT)(row, origin=row.api_origin)
    if row.is_terminal and delivery.event == WebhookEvent.START:
        shown |= AT_START  # it was late; what it tells of is the start
    elif row.is_terminal and delivery.event in PROGRESS_EVENTS and _hears_the_end(row):
        shown |= UNENDED  # it was late, too: the end is told once, by its own
    body = json.dumps(shown, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    signed = standard_webhooks.headers(
        signing_secrets.keys_of(row.user), id=delivery.pk, at=int(time.time()), body=body
    )
    return Message(delivery.url, {"Content-Type": "application/json", **signed}, body)


def _hears_the_end(row: Prediction) -> bool:
    return WebhookEvent.COMPLETED in (row.webhook_events or DEFAULT_EVENTS)


UNENDED: dict[str, Any] = {"status": Status.PROCESSING.value, "error": None, "completed_at": None}
AT_START: dict[str, Any] = {
    **UNENDED,
    "output": None,
    "logs": "",
    "metrics": {},
}


def settle(delivery: Delivery, *, answered: int | None, error: str = "", is_final: bool = False) -> None:
    """What became of one try. Only the end of a prediction is tried again; `is_final`: nor is that."""
    mine = Delivery.objects.filter(
        pk=delivery.pk, sender=delivery.sender, tries=delivery.tries, status=DeliveryStatus.PENDING
    )
    now = timezone.now()
    told = {"sender": "", "answered": answered, "error": error}
    if answered is not None and 200 <= answered < 300:
        mine.update(**told, status=DeliveryStatus.DELIVERED, ended_at=now)
    elif delivery.event != WebhookEvent.COMPLETED or is_final or delivery.tries > len(PAUSES_S):
        mine.update(**told, status=DeliveryStatus.FAILED, ended_at=now)
    else:
        mine.update(**told, due_at=now + timedelta(seconds=PAUSES_S[delivery.tries - 1]))


def claimed_by_others(sender: str) -> dict[str, tuple[str, int]]:
    """What other senders are sending: (sender, tries) by id. What stays the same for long is sent by nobody."""
    rows = Delivery.objects.exclude(sender__in=("", sender))
    return {pk: (name, tries) for pk, name, tries in rows.values_list("pk", "sender", "tries")}


def take_over(sender: str, lost: Iterable[tuple[str, tuple[str, int]]]) -> list[Delivery]:
    """Those whose sender is gone, perhaps between sending and writing it down: sent again, with the same id."""
    taken = []
    for pk, (name, tries) in lost:
        theirs = Delivery.objects.filter(pk=pk, sender=name, tries=tries, status=DeliveryStatus.PENDING)
        if theirs.update(sender=sender, tries=F("tries") + 1):
            taken.append(Delivery.objects.get(pk=pk))
    return taken


def give_back(deliveries: Iterable[Delivery]) -> None:
    """An ordered stop in the middle of a try: whoever comes next sends them, and the try counts for nothing."""
    for each in deliveries:
        mine = Delivery.objects.filter(pk=each.pk, sender=each.sender, tries=each.tries)
        try:
            with transaction.atomic():
                mine.update(sender="", tries=F("tries") - 1)
        except IntegrityError:  # a newer one of the same kind waits: it tells more
            mine.delete()


def send_again(delivery: Delivery) -> None:
    """The person asks for one more round. Raises Conflict for what has not failed, or would come after the end."""
    failed = Delivery.objects.filter(
        pk=delivery.pk, status=DeliveryStatus.FAILED, event=WebhookEvent.COMPLETED
    )
    with transaction.atomic():
        if not failed.update(
            status=DeliveryStatus.PENDING, tries=0, due_at=timezone.now(), ended_at=None, error=""
        ):
            raise Conflict("This webhook has not failed, so there is nothing to send again.")
        events.deliver_on_commit()


def forget_old(*, now: datetime | None = None) -> int:
    """Delete what has ended long ago; how many. Of progress a log of hours is enough."""
    now = now or timezone.now()
    old = Delivery.objects.filter(ended_at__lt=now - KEPT)
    progress = Delivery.objects.filter(ended_at__lt=now - PROGRESS_KEPT, event__in=PROGRESS_EVENTS)
    return old.delete()[0] + progress.filter(status=DeliveryStatus.DELIVERED).delete()[0]


def _waiting() -> QuerySet[Delivery]:
    return Delivery.objects.filter(status=DeliveryStatus.PENDING, sender="")


def _due() -> QuerySet[Delivery]:
    now = timezone.now()
    due = _waiting().filter(due_at__lte=now) | _waiting().filter(due_at__gt=now + LEAP)
    return due.order_by("due_at", "pk").select_for_update(skip_locked=True)


def _take(delivery: Delivery, sender: str) -> bool:
    """False when it must wait for the one before it, or another sender was quicker."""
    now = timezone.now()
    if delivery.event in PROGRESS_EVENTS:
        gone = Delivery.objects.filter(prediction=delivery.prediction_id, event__in=PROGRESS_EVENTS)
        gone = gone.exclude(pk=delivery.pk).exclude(status=DeliveryStatus.PENDING, sender="")
        last = gone.filter(due_at__gt=now - THROTTLE, due_at__lte=now).aggregate(at=Max("due_at"))["at"]
        if last is not None:
            _waiting().filter(pk=delivery.pk).update(due_at=last + THROTTLE)
            return False
    try:
        with transaction.atomic():
            mine = _waiting().filter(pk=delivery.pk)
            changed = mine.update(sender=sender, tries=F("tries") + 1, due_at=now)
    except IntegrityError:  # another sender has one of the same prediction
        return False
    delivery.sender, delivery.tries, delivery.due_at = sender, delivery.tries + 1, now
    return bool(changed)
