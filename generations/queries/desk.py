"""What moderators work through: the queue, its numbers, and everything about one case."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from generations.errors import NotFound
from generations.ids import is_id
from generations.models import (
    LIVE,
    Action,
    Appeal,
    AppealState,
    Case,
    CaseState,
    Decision,
    Output,
    Placement,
    Prediction,
    Queue,
    Review,
    Ruling,
    Share,
    Signal,
    Strike,
    SubjectKind,
    Upload,
)
from generations.queries.pages import Page

SHOWN = 12  # pictures of one case
PAST = 10  # decisions about one person


@dataclass(frozen=True, slots=True)
class Sought:
    """Which cases: of one queue, of one kind of subject, of one category, or of one state; "" for all."""

    queue: str = ""
    kind: str = ""
    category: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that a moderator reads before deciding. `pictures` are not shown until asked for."""

    case: Case
    signals: list[Signal]
    pictures: list[Output | Upload]
    prediction: Prediction | None
    share: Share | None
    parents: list[Output]
    alike: list[Case]
    past: list[Decision]
    strikes: list[Strike]
    points: float
    decisions: list[Decision]
    holding: list[Action]
    spans: list[dict[str, Any]] = field(default_factory=list)


def queue_page(
    viewer: User, sought: Sought | None = None, *, is_senior: bool, after: str = "", limit: int = 30
) -> Page[Case]:
    """The gravest first; what another moderator is at is left out. `after` is the `next` of the page before."""
    rows = _waiting(viewer, sought or Sought(), is_senior=is_senior)
    if after:
        rows = rows.filter(_beyond(after))
    items = list(rows.select_related("person", "claimed_by")[: limit + 1])
    last = items[limit - 1] if len(items) > limit else None
    return Page(items[:limit], next=f"{last.score!r}~{last.pk}" if last else None)


def next_case(viewer: User, sought: Sought | None = None, *, is_senior: bool, but: str = "") -> Case | None:
    """What should be decided next by this moderator: never what is about them."""
    rows = _waiting(viewer, sought or Sought(), is_senior=is_senior).exclude(pk=but)
    return rows.first()


def _waiting(viewer: User, sought: Sought, *, is_senior: bool) -> QuerySet[Case]:
    rows = Case.objects.filter(
        is_head=True
    )  # and in their order by index: no other filter may lead elsewhere
    if not is_senior:
        rows = rows.exclude(state=CaseState.ESCALATED).filter(is_private=False)
    free = Q(claimed_by=None) | Q(claimed_by=viewer) | Q(claim_ends_at__lte=timezone.now())
    rows = rows.filter(free).exclude(person=viewer)
    named = {
        "queue": sought.queue,
        "subject_kind": sought.kind,
        "category": sought.category,
        "state": sought.state,
    }
    return rows.filter(**{name: value for name, value in named.items() if value}).order_by("-score", "id")


def _beyond(after: str) -> Q:
    score, _, id = after.partition("~")
    try:
        number = float(score)
    except ValueError:
        number = -1.0
    if not (is_id(id) and 0 <= number < 1e9):
        raise NotFound("There is no such page.")
    return Q(score__lt=number) | Q(score=number, id__gt=id)


def desk_counts() -> dict[str, int]:
    """How much waits: cases by queue, escalated ones, appeals, reviews."""
    rows = Case.objects.filter(is_head=True)
    found = dict.fromkeys(Queue.values, 0)
    found["escalated"] = 0
    for queue, state, count in rows.order_by().values_list("queue", "state").annotate(count=Count("*")):
        found[queue] += count
        found["escalated"] += count if state == CaseState.ESCALATED else 0
    found["appeals"] = Appeal.objects.filter(state=AppealState.OPEN).count()
    found["reviews"] = Review.objects.filter(reviewed_at__isnull=True).count()
    return found


# One case


def record_of(case: Case) -> Record:
    """A constant number of queries."""
    signals = list(case.signals.select_related("reporter", "report").order_by("-pk")[:50])
    share, prediction, pictures = _subject(case)
    return Record(
        case=case,
        signals=signals,
        pictures=pictures,
        prediction=prediction,
        share=share,
        parents=_parents(prediction),
        alike=list(
            Case.objects.filter(cluster=case.cluster, state__in=LIVE).exclude(pk=case.pk).order_by("pk")[:50]
        ),
        past=_past(case),
        strikes=list(Strike.objects.filter(user=case.person_id).order_by("-pk")[:PAST])
        if case.person_id
        else [],
        points=_points(case),
        decisions=list(case.decisions.select_related("review").order_by("-pk")[:PAST]),
        holding=list(
            Action.objects.filter(
                decision__case=case, reversed_at__isnull=True, starts_at__isnull=False
            ).order_by("pk")
        ),
        spans=[span for signal in signals for span in signal.spans if isinstance(span, dict)],
    )


def pictures_of_case(case: Case) -> list[Output | Upload]:
    """The pictures that its page may show, those of its cluster among them."""
    found = _subject(case)[2]
    alike = Case.objects.filter(cluster=case.cluster, subject_kind=SubjectKind.OUTPUT, is_private=False)
    ids = list(alike.values_list("subject_id", flat=True)[:50])
    return [*found, *Output.objects.filter(pk__in=ids)]


def _subject(case: Case) -> tuple[Share | None, Prediction | None, list[Output | Upload]]:
    made = Prediction.objects.select_related("version__model")
    outputs = Output.objects.select_related("prediction__version__model")
    if case.subject_kind == SubjectKind.OUTPUT:
        output = outputs.filter(pk=case.subject_id).first()
        return None, output.prediction if output else None, [output] if output else []
    if case.subject_kind == SubjectKind.PREDICTION:
        rows = outputs.filter(prediction=case.subject_id).order_by("index")
        return None, made.filter(pk=case.subject_id).first(), list(rows[:SHOWN])
    if case.subject_kind == SubjectKind.UPLOAD:
        return None, None, list(Upload.objects.filter(pk=case.subject_id))
    if case.subject_kind == SubjectKind.SHARE:
        share = Share.objects.select_related("album", "grid").filter(pk=case.subject_id).first()
        return share, None, _of_share(share) if share else []
    links = Share.objects.filter(user=case.person_id, revoked_at__isnull=True, cover__isnull=False)
    return (
        None,
        None,
        [row.cover for row in links.select_related("cover").order_by("-pk")[:SHOWN] if row.cover],
    )


def _of_share(share: Share) -> list[Output | Upload]:
    """As the link shows them, and what decisions have taken out of it."""
    if share.album_id:
        placed = (
            Placement.objects.filter(album=share.album_id).select_related("output").order_by("position", "id")
        )
        return [each.output for each in placed[:SHOWN]]
    return list(Output.objects.filter(prediction__cells__grid=share.grid_id).order_by("pk")[:SHOWN])


def _parents(prediction: Prediction | None) -> list[Output]:
    """What it was made from, where that is its person's own and not withheld."""
    if prediction is None:
        return []
    rows = Output.objects.filter(descendants__prediction=prediction, user_id=prediction.user_id)
    return list(rows.distinct()[:SHOWN])


def _past(case: Case) -> list[Decision]:
    if case.person_id is None:
        return []
    rows = (
        Decision.objects.filter(case__person=case.person_id).exclude(case=case).exclude(outcome=Ruling.UNDO)
    )
    return list(rows.select_related("case").order_by("-pk")[:PAST])


def _points(case: Case) -> float:
    if case.person_id is None:
        return 0.0
    now = timezone.now()
    rows = Strike.objects.filter(user=case.person_id, voided_at__isnull=True, expires_at__gt=now)
    return sum(row.points / 2 if row.halves_at <= now else row.points for row in rows)


def fresh_decision(viewer: User, *, since: Any) -> Decision | None:
    """This moderator's last decision, as long as it can be undone."""
    rows = Decision.objects.filter(moderator=viewer, decided_at__gt=since, superseded_by__isnull=True)
    return (
        rows.exclude(outcome__in=(Ruling.UNDO, Ruling.OVERTURN))
        .select_related("case")
        .order_by("-pk")
        .first()
    )


# Appeals and reviews


def appeals_waiting() -> list[Appeal]:
    """By when they are due."""
    rows = Appeal.objects.filter(state=AppealState.OPEN)
    return list(rows.select_related("decision__case", "user").order_by("due_at", "pk")[:100])


def reviews_waiting() -> Sequence[Review]:
    """Those of severe decisions first, the oldest first."""
    rows = Review.objects.filter(reviewed_at__isnull=True).select_related("decision__case")
    return list(rows.order_by(F("kind").desc(), "pk")[:100])
