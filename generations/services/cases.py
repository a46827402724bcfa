"""Cases: signals come in and find the live case of their subject, or open one; moderators claim it and let it go."""

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q, QuerySet, Sum
from django.utils import timezone

from accounts import audit
from accounts.models import User
from generations import events, fingerprint, severity
from generations.errors import Conflict, NotAllowed
from generations.models import (
    LIVE,
    NOTE_MAX,
    WAITING,
    Case,
    CaseState,
    Hold,
    Output,
    Prediction,
    Report,
    Share,
    Signal,
    SignalKind,
    SubjectKind,
    Upload,
)

CLAIM = timedelta(minutes=15)
CLUSTERED_MOST = 20_000  # the newest live cases that a new one is compared with
OPENING = (SignalKind.REPORT, SignalKind.APPEAL)  # with them somebody has shown it to the desk
CONFIDENT_MOST = 10.0  # what many signals come to, however many

Subject = Output | Prediction | Share | Upload | User


def file_signal(
    subject: Subject,
    *,
    kind: str,
    category: str,
    confidence: float = 1.0,
    weight: float = 1.0,
    spans: Sequence[dict[str, Any]] = (),
    source: str = "",
    note: str = "",
    reporter: User | None = None,
    report: Report | None = None,
    is_soft: bool = False,
) -> Case:
    """Somebody or something says that `subject` breaks a rule: its live case gathers it, or one is opened.

    `kind`: one of SignalKind. `category`: one of Rule, or a word of a detector's own. `source`: the rule or detector
    with its version ("prompt:minors@3"): what came of it can be reverted by that name. `is_soft`: it says perhaps,
    and never counts as a strike. Safe from any number of processes at once.
    """
    with transaction.atomic():
        case = _live_case(subject, category)
        Signal.objects.create(
            case=case,
            kind=SignalKind(kind),
            category=category,
            source=source,
            confidence=min(1.0, max(0.0, confidence)),
            weight=max(0.0, weight),
            spans=list(spans),
            note=note[:NOTE_MAX],
            is_soft=is_soft,
            reporter=reporter,
            report=report,
        )
        _weigh(case, subject)
    return case


def kind_of(subject: Subject) -> SubjectKind:
    return SubjectKind(str(subject._meta.model_name))


def owner_of(subject: Subject) -> int | None:
    """Whose it is."""
    return subject.pk if isinstance(subject, User) else subject.user_id


def _live_case(subject: Subject, category: str) -> Case:
    """Locked until the transaction ends; a decided one is opened again."""
    named = {"subject_kind": kind_of(subject), "subject_id": str(subject.pk)}
    for _ in range(3):
        case = Case.objects.select_for_update().filter(**named).order_by("-id").first()
        if case is not None:
            return _reopened(case) if case.state == CaseState.DECIDED else case
        try:
            with transaction.atomic():
                return _opened(subject, category, named)
        except IntegrityError:
            continue  # another process has opened it at this moment
    raise Conflict("This is being reported by many at once. Try again.")


def _opened(subject: Subject, category: str, named: dict[str, str]) -> Case:
    found = getattr(subject, "fingerprint", "")
    head = _like(found) if found else None
    grave = severity.severity_of(category)
    case = Case(
        **named,
        person_id=owner_of(subject),
        category=category,
        severity=grave,
        state=CaseState.ESCALATED if category in severity.DIVERTED else CaseState.OPEN,
        due_at=timezone.now() + timedelta(hours=severity.DUE_HOURS[grave]),
        fingerprint=found,
        cluster=head or "",
        is_head=head is None,
    )
    case.cluster = case.cluster or case.pk
    case.save(force_insert=True)
    return case


def _like(found: str) -> str | None:
    """The head of the cluster of live cases that this one looks like."""
    rows = Case.objects.filter(state__in=LIVE).exclude(fingerprint="").order_by("-id")
    known = list(rows.values_list("fingerprint", "cluster")[:CLUSTERED_MOST])
    place = fingerprint.nearest(found, [each for each, _ in known])
    return None if place is None else known[place][1]


def _reopened(case: Case) -> Case:
    case.state, case.decided_at = CaseState.OPEN, None
    case.cluster, case.is_head = case.pk, True
    case.reopened += 1
    case.lock_version += 1
    case.save(
        update_fields=["state", "decided_at", "cluster", "is_head", "reopened", "lock_version"],
    )
    return case


# What a case weighs


def _weigh(case: Case, subject: Subject) -> None:
    """Severity × confidence × reach; the record of reporters is in the weight of their signals."""
    rows = case.signals.filter(verdict="")
    grave = max((severity.severity_of(each) for each in rows.values_list("category", flat=True)), default=1)
    sure = rows.aggregate(sum=Sum(F("confidence") * F("weight")))["sum"] or 0.0
    gravest = next(
        each for each in rows.values_list("category", flat=True) if severity.severity_of(each) == grave
    )
    case.category, case.severity, case.queue = gravest, grave, severity.QUEUES[grave]
    case.score = grave * min(CONFIDENT_MOST, sure) * reach_of(subject)
    case.signals_count = case.signals.count()
    case.signaled_at = timezone.now()
    case.is_private = is_private(case, subject)
    case.due_at = min(case.due_at, case.signaled_at + timedelta(hours=severity.DUE_HOURS[grave]))
    is_diverted = gravest in severity.DIVERTED and case.state == CaseState.OPEN
    case.state = CaseState.ESCALATED if is_diverted else case.state
    case.lock_version += 1
    case.save(
        update_fields=[
            "category",
            "severity",
            "queue",
            "score",
            "signals_count",
            "signaled_at",
            "due_at",
            "state",
            "is_private",
            "lock_version",
        ]
    )
    _lift_head(case)
    events.nudge_desk_on_commit()


def _lift_head(case: Case) -> None:
    """The one that stands for a cluster weighs as much as its gravest."""
    if case.is_head:
        return
    most = Case.objects.filter(cluster=case.cluster, state__in=WAITING).aggregate(most=Max("score"))["most"]
    Case.objects.filter(pk=case.cluster, is_head=True, score__lt=most or 0).update(score=most or 0)


def is_private(case: Case, subject: Subject) -> bool:
    """Has nobody reported it, and was it never shared? Then it is not for the desk to see."""
    if isinstance(subject, User | Share) or case.signals.filter(kind__in=OPENING).exists():
        return False
    if _is_held(subject):
        return False  # its person wants to share it, and has asked for this look
    return not links_of(subject).exists()


def _is_held(subject: Subject) -> bool:
    if isinstance(subject, Output):
        return subject.hold != Hold.NONE
    return isinstance(subject, Prediction) and subject.is_held


def links_of(subject: Subject) -> QuerySet[Share]:
    """The links that lead to it, or to what it is part of, and were not taken back."""
    rows = Share.objects.filter(revoked_at__isnull=True)
    if isinstance(subject, Output):
        alone = Q(output=subject) | Q(prediction=subject.prediction_id)
        return rows.filter(alone | Q(album__placements__output=subject)).distinct()
    if isinstance(subject, Prediction):
        return rows.filter(Q(prediction=subject) | Q(output__prediction=subject))
    if isinstance(subject, Share):
        return rows.filter(pk=subject.pk)
    return rows.filter(user=subject) if isinstance(subject, User) else rows.none()


def reach_of(subject: Subject) -> float:
    """1 for what nobody else sees; more for what is public and often seen."""
    seen = links_of(subject).aggregate(
        views=Sum("views"), public=Max("published_at", filter=Q(is_public=True))
    )
    return 1.0 + math.log2(1 + (seen["views"] or 0)) + (2.0 if seen["public"] else 0.0)


def weight_of_reporter(user: User | None) -> float:
    """Of a report: 0.5 without an account, 1 with one, and more or less by how often moderators agreed.

    No record counts before the sixth report that was decided on.
    """
    if user is None or user.is_guest:
        return 0.5
    judged = Signal.objects.filter(reporter=user, kind=SignalKind.REPORT).exclude(verdict="")
    total = judged.count()
    if total <= 5:
        return 1.0
    agreed = judged.filter(verdict="agreed").count() / total
    bonus = (agreed - 0.7) * (1 + math.log(total, 4))
    return max(0.1, 1.0 + bonus)


# Who is at it


def claim(case: Case, user: User, *, lock_version: int | None = None) -> Case:
    """Take it for CLAIM; one's own claim is renewed. Raises Conflict when another has it, or it moved meanwhile."""
    now = timezone.now()
    free = Q(claimed_by__isnull=True) | Q(claimed_by=user) | Q(claim_ends_at__lte=now)
    rows = Case.objects.filter(free, pk=case.pk, state__in=LIVE)
    if lock_version is not None:
        rows = rows.filter(lock_version=lock_version)
    if not rows.update(claimed_by=user, claim_ends_at=now + CLAIM):
        raise Conflict("Somebody else is at this case now. Take the next one.")
    case.refresh_from_db()
    return case


def release(case: Case, user: User) -> None:
    """Give a claim back."""
    Case.objects.filter(pk=case.pk, claimed_by=user).update(claimed_by=None, claim_ends_at=None)


def escalate(case: Case, user: User, *, lock_version: int) -> Case:
    """To the senior moderators. Raises Conflict."""
    rows = Case.objects.filter(pk=case.pk, state=CaseState.OPEN, lock_version=lock_version)
    with transaction.atomic():
        changed = rows.update(
            state=CaseState.ESCALATED,
            claimed_by=None,
            claim_ends_at=None,
            lock_version=F("lock_version") + 1,
        )
        if not changed:
            raise Conflict("This case has moved on since you opened it. Read it again.")
        audit.record(user, "case.escalate", kind="case", id=case.pk)
    case.refresh_from_db()
    return case


def check_not_own(case: Case, user: User) -> None:
    """Raises NotAllowed: nobody decides on their own things."""
    if case.person_id == user.pk:
        raise NotAllowed("This is about you, so somebody else decides it.")
