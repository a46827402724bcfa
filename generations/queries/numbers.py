"""The numbers of moderation, counted from the rows: for the public page, and for the staff's own.

A decision that was undone at once never was; one that was overturned counts, and counts as overturned too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from generations.models import (
    WAITING,
    Appeal,
    AppealState,
    Case,
    Decision,
    Ground,
    Queue,
    Report,
    Review,
    Rule,
    Ruling,
)

ABOUT_OTHERS = (Ruling.UNDO, Ruling.OVERTURN)
RULES = dict(Rule.choices)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of something, by the words that people read."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Rate:
    """A part of a whole; nothing of nothing is no rate."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        return round(100 * self.part / self.whole, 1) if self.whole else None


@dataclass(frozen=True, slots=True)
class Public:
    """What the public page tells of a time."""

    since: datetime
    until: datetime
    reports: list[Counted]
    decisions: int
    outcomes: list[Counted]
    grounds: list[Counted]
    rules: list[Counted]
    sources: list[Counted]
    detected: Rate  # by the site itself, of all
    automatic: Rate  # without a person, of all
    median_s: float | None  # from the first word to the decision
    appeals: Rate  # decisions that were appealed, of those that could be
    answered: int
    overturned: Rate  # of the answered appeals
    appeal_median_s: float | None
    agreement: Rate  # blind second looks at automatic decisions that agreed


@dataclass(frozen=True, slots=True)
class QueueAge:
    label: str
    waiting: int
    overdue: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    people: int
    automatic: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of one rule or detector: how often a blind reviewer would have done the same."""

    source: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class Work:
    """What the staff see of their own work."""

    queues: list[QueueAge]
    days: list[Day]
    overturned: Rate
    agreement: list[Agreement]
    appeals_open: int
    appeals_overdue: int
    reviews_waiting: int
    median_s: float | None


def transparency(since: datetime, until: datetime) -> Public:
    rows = _decisions(since, until)
    appeals = Appeal.objects.filter(created_at__gte=since, created_at__lt=until)
    answered = Appeal.objects.filter(decided_at__gte=since, decided_at__lt=until)
    totals = rows.aggregate(
        all=Count("pk"),
        detected=Count("pk", filter=Q(automated_detection=True)),
        automatic=Count("pk", filter=Q(automated_decision=True)),
        appealable=Count("pk", filter=Q(is_appealable=True)),
    )
    reports = Report.objects.filter(created_at__gte=since, created_at__lt=until)
    return Public(
        since=since,
        until=until,
        reports=_by(reports, "rule", RULES),
        decisions=totals["all"],
        outcomes=_by(rows, "outcome", dict(Ruling.choices)),
        grounds=_by(rows, "ground", dict(Ground.choices)),
        rules=_by(rows, "category", RULES),
        sources=_by(rows, "source_type", {"notice": "A report", "own_initiative": "Our own initiative"}),
        detected=Rate(totals["detected"], totals["all"]),
        automatic=Rate(totals["automatic"], totals["all"]),
        median_s=_median_s(rows.filter(automated_decision=False), "case__created_at", "decided_at"),
        appeals=Rate(appeals.count(), totals["appealable"]),
        answered=answered.count(),
        overturned=_overturned(answered),
        appeal_median_s=_median_s(answered, "created_at", "decided_at"),
        agreement=_agreement(_looked(since, until)),
    )


def work(*, days: int = 30) -> Work:
    """Of the last `days`, but for what waits now."""
    now = timezone.now()
    since = now - timedelta(days=days)
    rows = _decisions(since, now)
    appeals = Appeal.objects.filter(state=AppealState.OPEN)
    return Work(
        queues=_queues(now),
        days=_days(rows, now, days),
        overturned=_overturned(Appeal.objects.filter(decided_at__gte=since)),
        agreement=_agreements(since, now),
        appeals_open=appeals.count(),
        appeals_overdue=appeals.filter(due_at__lt=now).count(),
        reviews_waiting=Review.objects.filter(reviewed_at__isnull=True).count(),
        median_s=_median_s(rows.filter(automated_decision=False), "case__created_at", "decided_at"),
    )


def _decisions(since: datetime, until: datetime) -> QuerySet[Decision]:
    rows = Decision.objects.filter(decided_at__gte=since, decided_at__lt=until)
    undone = Decision.objects.filter(outcome=Ruling.UNDO).values("supersedes")
    return rows.exclude(outcome__in=ABOUT_OTHERS).exclude(pk__in=undone)


def _by(rows: QuerySet, field: str, labels: dict[str, str]) -> list[Counted]:
    """The most first."""
    counted = rows.order_by().values_list(field).annotate(count=Count("pk")).order_by("-count", field)
    return [Counted(str(labels.get(value, value.replace("_", " "))), count) for value, count in counted]


def _median_s(rows: QuerySet, begin: str, end: str) -> float | None:
    """The row in the middle, found by the database: no list of all of them is read."""
    spent = rows.annotate(spent=ExpressionWrapper(F(end) - F(begin), output_field=DurationField()))
    count = spent.count()
    if not count:
        return None
    middle = spent.order_by("spent").values_list("spent", flat=True)[(count - 1) // 2 : count // 2 + 1]
    found: Iterable[timedelta] = list(middle)
    seconds = [max(0.0, each.total_seconds()) for each in found]
    return sum(seconds) / len(seconds)


def _overturned(answered: QuerySet[Appeal]) -> Rate:
    counts = answered.aggregate(all=Count("pk"), over=Count("pk", filter=Q(state=AppealState.OVERTURNED)))
    return Rate(counts["over"], counts["all"])


def _looked(since: datetime, until: datetime) -> QuerySet[Review]:
    return Review.objects.filter(kind="blind", reviewed_at__gte=since, reviewed_at__lt=until)


def _agreement(looked: QuerySet[Review]) -> Rate:
    counts = looked.aggregate(all=Count("pk"), agreed=Count("pk", filter=Q(agrees=True)))
    return Rate(counts["agreed"], counts["all"])


def _agreements(since: datetime, until: datetime) -> list[Agreement]:
    rows = _looked(since, until).order_by().values_list("decision__source")
    counted = rows.annotate(all=Count("pk"), agreed=Count("pk", filter=Q(agrees=True)))
    return [
        Agreement(source or "site", Rate(agreed, all))
        for source, all, agreed in counted.order_by("decision__source")
    ]


def _queues(now: datetime) -> list[QueueAge]:
    rows = Case.objects.filter(state__in=WAITING)
    counted = {
        queue: (count, late)
        for queue, count, late in rows.order_by()
        .values_list("queue")
        .annotate(count=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    }
    oldest = {
        queue: rows.filter(queue=queue).order_by("created_at").values_list("created_at", flat=True).first()
        for queue in counted
    }
    return [QueueAge(label, *counted.get(queue, (0, 0)), oldest.get(queue)) for queue, label in Queue.choices]


def _days(rows: QuerySet[Decision], now: datetime, days: int) -> list[Day]:
    """Newest first, days without a decision too."""
    counted = {
        day: (people, automatic)
        for day, people, automatic in rows.order_by()
        .annotate(day=TruncDate("decided_at"))
        .values_list("day")
        .annotate(
            people=Count("pk", filter=Q(automated_decision=False)),
            automatic=Count("pk", filter=Q(automated_decision=True)),
        )
    }
    today = timezone.localdate(now)
    wanted = [today - timedelta(days=back) for back in range(days)]
    return [Day(day, *counted.get(day, (0, 0))) for day in wanted]
