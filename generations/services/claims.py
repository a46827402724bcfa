"""Leases: which dispatcher runs which prediction. Every change is one conditional UPDATE, so nobody runs a row twice.

`claim` rises whenever a row changes hands and fences late writers; `renewals` rises while its owner lives.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, QuerySet

from accounts.models import User
from generations import queries
from generations.models import ACTIVE, Deployment, Engine, JournalEvent, Prediction, Status

WINDOW = 64  # candidates looked at in one claim


@dataclass(frozen=True, slots=True)
class Busy:
    """How many predictions of each person, and of each deployment, run now."""

    users: Counter[int]
    deployments: Counter[int]

    def full_users(self) -> list[int]:
        rows = User.objects.filter(pk__in=self.users) if self.users else []
        return [user.pk for user in rows if self.users[user.pk] >= queries.limits_for(user).running]

    def full_deployments(self) -> list[int]:
        rows = (
            Deployment.objects.filter(pk__in=self.deployments)
            if self.deployments
            else Deployment.objects.none()
        )
        return [
            row.pk for row in rows.select_related("current") if self.deployments[row.pk] >= _instances(row)
        ]

    def has_room(self, row: Prediction) -> bool:
        if self.users[row.user_id] >= queries.limits_for(row.user).running:
            return False
        return row.deployment is None or self.deployments[row.deployment.pk] < _instances(row.deployment)

    def take(self, row: Prediction) -> None:
        self.users[row.user_id] += 1
        if row.deployment_id is not None:
            self.deployments[row.deployment_id] += 1


def claim(owner: str, engine: Engine, *, outputs: int, predictions: int) -> list[Prediction]:
    """The next rows in fair order, taken for `owner`: at most `predictions`, as long as one of `outputs` slots is left.

    The last one taken may want more slots than are left: the engine gives them as they come free.
    """
    if predictions <= 0 or outputs <= 0:
        return []
    with transaction.atomic():
        leases = list(Prediction.objects.exclude(owner="").values_list("user_id", "deployment_id"))
        busy = Busy(Counter(user for user, _ in leases), Counter(pinned for _, pinned in leases if pinned))
        candidates = _candidates(engine, busy)
        chosen = _choose(candidates, busy, outputs=outputs, predictions=predictions)
        return _take([row.pk for row in chosen], owner=owner, engine=engine) if chosen else []


def renew(owner: str, ids: Collection[str]) -> None:
    """Still alive: one UPDATE for everything that this dispatcher runs."""
    if ids:
        Prediction.objects.filter(owner=owner, pk__in=ids).update(renewals=F("renewals") + 1)


def asked_to_cancel(owner: str) -> list[str]:
    """Of what this dispatcher runs, the ids that a person has asked to cancel."""
    rows = Prediction.objects.filter(owner=owner, cancel_asked_at__isnull=False)
    return list(rows.values_list("pk", flat=True))


def adopt(row: Prediction, *, owner: str) -> bool:
    """Take over a row whose owner is gone while its engine may run on: the new owner resumes the stream."""
    changed = held(row).update(owner=owner, claim=F("claim") + 1, renewals=0)
    if changed:
        row.refresh_from_db()
    return bool(changed)


def give_back(row: Prediction, *, fault: bool = False, suspect: bool = False) -> int | None:
    """Return a row to the queue: its new seq, or None when it is no longer ours. Called by running.lose.

    `fault` counts an infrastructure failure against it; a `suspect` runs alone next time.
    """
    with transaction.atomic():
        changed = held(row).update(
            status=Status.STARTING,
            owner="",
            engine=None,
            boot="",
            engine_seq=0,
            step=0,
            eta_s=None,
            started_at=None,
            metrics={},
            withheld=[],
            failures=F("failures") + int(fault),
            is_suspect=row.is_suspect or suspect,
            seq=F("seq") + 1,
        )
        if not changed:
            return None
        row.previews.all().delete()  # what was said stays: readers have it, and the next run goes on from there
        seq = Prediction.objects.values_list("seq", flat=True).get(pk=row.pk)
        kind = "picked_up_again" if fault or suspect else "returned"
        JournalEvent.objects.create(prediction=row, seq=seq, kind=kind)
        return seq


def stir(*, first: int) -> list[tuple[str, int, int]]:
    """The queue has moved: raise seq of its first rows, so that their pages show it; (id, user, seq) of each."""
    waiting = Prediction.objects.filter(status=Status.STARTING, owner="")
    ids = list(waiting.order_by("-priority", "vtime", "id").values_list("pk", flat=True)[:first])
    if not ids:
        return []
    rows = waiting.filter(pk__in=ids)
    rows.update(seq=F("seq") + 1)
    return list(rows.values_list("pk", "user_id", "seq"))


def leased() -> QuerySet[Prediction]:
    """Every row that some dispatcher holds, for the reaper."""
    return Prediction.objects.exclude(owner="").select_related("engine", "version__model")


def held(row: Prediction) -> QuerySet[Prediction]:
    """This row, as long as it is still under this very claim."""
    return Prediction.objects.filter(pk=row.pk, status__in=ACTIVE, owner=row.owner, claim=row.claim)


def _candidates(engine: Engine, busy: Busy) -> QuerySet[Prediction]:
    rows = Prediction.objects.filter(status=Status.STARTING, owner="")
    rows = rows.filter(version__in=list(engine.versions.values_list("pk", flat=True)))
    if full := busy.full_users():
        rows = rows.exclude(user_id__in=full)
    if full := busy.full_deployments():
        rows = rows.exclude(deployment_id__in=full)
    # Inputs and schemas are large, and most of what is looked at is not taken: only what the choice rests on.
    rows = rows.select_related("user", "deployment__current")
    rows = rows.only("outputs_asked", "user__is_guest", "deployment__current__max_instances")
    rows = rows.order_by("-priority", "vtime", "id")
    return rows.select_for_update(skip_locked=True, of=("self",))[:WINDOW]


def _instances(deployment: Deployment) -> int:
    """How many of its predictions run at once; of one that was switched off, what it took before ends one by one."""
    return max(1, deployment.current.max_instances if deployment.current else 0)


def _choose(rows: Iterable[Prediction], busy: Busy, *, outputs: int, predictions: int) -> list[Prediction]:
    chosen: list[Prediction] = []
    for row in rows:
        if outputs <= 0 or len(chosen) == predictions:
            break
        if busy.has_room(row):
            busy.take(row)
            outputs -= max(1, row.outputs_asked)  # a text takes a place too
            chosen.append(row)
    return chosen


def _take(ids: list[str], *, owner: str, engine: Engine) -> list[Prediction]:
    """Those of `ids` that nobody else took meanwhile, with all that running them needs, in the same order."""
    unclaimed = Prediction.objects.filter(pk__in=ids, status=Status.STARTING, owner="")
    unclaimed.update(
        owner=owner, engine=engine, boot=engine.boot, claim=F("claim") + 1, renewals=0, engine_seq=0
    )
    ours = Prediction.objects.filter(owner=owner).select_related("user", "version__model", "engine")
    rows = ours.in_bulk(ids)
    return [rows[id] for id in ids if id in rows]
