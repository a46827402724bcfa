"""What follows from a decision: its actions, the strike, the notice, the words to reporters, the closed case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from generations import events
from generations.models import (
    WAITING,
    Action,
    ActionKind,
    Case,
    CaseState,
    Decision,
    Ground,
    Output,
    Prediction,
    Report,
    Review,
    Ruling,
    Share,
    SignalKind,
    SubjectKind,
    Upload,
)
from generations.services import actions, blocklist, holds, notices, strikes

# What begins at once where a decision waits for a second person
MEANWHILE = {Ruling.TERMINATE: "suspend", Ruling.BLOCK_HASH: "remove"}
LIGHT = (Ruling.LABEL, Ruling.BLUR, Ruling.UNLIST)  # nothing has to be done meanwhile
DONE: dict[str, tuple[str, ...]] = {Ruling.DIVERT: ("remove",)}
# After these others may see what waited for a person to look at it
SEEN = (Ruling.KEEP, Ruling.WARN, Ruling.LABEL, Ruling.BLUR, Ruling.AGE_GATE, Ruling.UNLIST)
SILENT = (Ruling.KEEP, Ruling.HOLD, Ruling.DIVERT)  # the person is not told, and it does not count


@dataclass(frozen=True, slots=True)
class Reasons:
    """What a statement of reasons says beside the outcome."""

    category: str = ""
    ground: str = Ground.TERMS
    rule: str = ""
    rule_text: str = ""
    legal_ground: str = ""
    reference_url: str = ""
    facts: str = ""
    user_text: str = ""
    internal_note: str = ""
    territorial_scope: Sequence[str] = ()
    days: int = 0  # how long it lasts; 0: without an end


def record(
    case: Case,
    outcome: str,
    reasons: Reasons,
    *,
    moderator: User | None = None,
    source: str = "",
    needs_second: bool = False,
) -> Decision:
    detected = case.signals.exclude(
        kind__in=(SignalKind.REPORT, SignalKind.STAFF, SignalKind.APPEAL)
    ).exists()
    is_reported = case.signals.filter(kind=SignalKind.REPORT).exists()
    return Decision.objects.create(
        case=case,
        moderator=moderator,
        person_id=case.person_id,
        outcome=outcome,
        ground=reasons.ground,
        category=reasons.category,
        rule=reasons.rule,
        rule_text=reasons.rule_text,
        legal_ground=reasons.legal_ground,
        reference_url=reasons.reference_url,
        facts=reasons.facts,
        user_text=reasons.user_text,
        internal_note=reasons.internal_note,
        source=source,
        source_type="notice" if is_reported else "own_initiative",
        automated_detection=detected,
        automated_decision=moderator is None,
        content_at=made_at(case),
        territorial_scope=list(reasons.territorial_scope),
        ends_at=timezone.now() + timedelta(days=reasons.days) if reasons.days else None,
        needs_second=needs_second,
        is_appealable=outcome not in (Ruling.KEEP, Ruling.DIVERT),
    )


def superseding(decision: Decision, outcome: str, *, moderator: User, user_text: str = "") -> Decision:
    return Decision.objects.create(
        case_id=decision.case_id,
        moderator=moderator,
        person_id=decision.person_id,
        outcome=outcome,
        category=decision.category,
        rule=decision.rule,
        rule_text=decision.rule_text,
        user_text=user_text,
        source_type="own_initiative",
        content_at=decision.content_at,
        supersedes=decision,
        is_appealable=False,
    )


def made_at(case: Case) -> datetime | None:
    model = {
        SubjectKind.OUTPUT: Output,
        SubjectKind.PREDICTION: Prediction,
        SubjectKind.SHARE: Share,
        SubjectKind.UPLOAD: Upload,
    }.get(SubjectKind(case.subject_kind))
    if model is None:
        return None
    return model._default_manager.filter(pk=case.subject_id).values_list("created_at", flat=True).first()


def follow(case: Case, decision: Decision, reasons: Reasons, *, family: list[Any]) -> None:
    is_alone = not decision.needs_second
    if is_alone:
        supersede(case, decision)
    act(case, decision, ends_at=decision.ends_at)
    if family:
        blocklist.enter(
            family,
            category=decision.category[:16],
            reason=decision.rule_text or decision.category,
            by=decision.moderator,
            source=case.subject_id,
            decision=decision.pk,
        )
    if decision.needs_second:
        Review.objects.create(decision=decision, kind="second", first_id=decision.moderator_id)
    close(case, decision)
    if case.person is not None and tells(decision):
        if is_alone:
            _strike(case, decision)
        notices.plan(decision, case.person)


def supersede(case: Case, decision: Decision) -> None:
    """What was decided on this case before holds no longer; where nothing is wrong, it never counted either."""
    if decision.outcome in SEEN:
        holds.release(case, decision)
    earlier = Action.objects.filter(decision__case=case, reversed_at__isnull=True).exclude(decision=decision)
    if decision.outcome == Ruling.KEEP:
        actions.reverse(earlier, by=decision)
        for each in Decision.objects.filter(case=case, strike__voided_at__isnull=True, strike__isnull=False):
            strikes.void(each, by=decision)
        return
    own = earlier.filter(subject_kind=case.subject_kind, subject_id=case.subject_id)
    actions.reverse(own, by=decision)


def strike_for(decision: Decision) -> None:
    """The strike of a decision that waited for a second person."""
    if tells(decision):
        _strike(decision.case, decision)


def _strike(case: Case, decision: Decision) -> None:
    """Not for what only soft signals said, nor twice for one case, nor on top of what was decided on the account."""
    is_soft = not case.signals.filter(is_soft=False).exists()
    has_one = Decision.objects.filter(
        case=case, strike__voided_at__isnull=True, strike__isnull=False
    ).exists()
    if is_soft or has_one or case.person is None or case.subject_kind == SubjectKind.USER:
        return
    strikes.add(case.person, decision)


def kinds_of(outcome: str) -> tuple[str, ...]:
    """The actions that an outcome comes to."""
    if outcome in DONE:
        return DONE[outcome]
    return (outcome,) if outcome in ActionKind.values else ()


def act(case: Case, decision: Decision, *, ends_at: datetime | None) -> None:
    subject = (case.subject_kind, case.subject_id)
    for kind in kinds_of(decision.outcome):
        actions.apply(decision, kind, subject=subject, ends_at=ends_at, needs_second=decision.needs_second)
    if decision.needs_second and kinds_of(decision.outcome) and decision.outcome not in LIGHT:
        actions.apply(decision, _meanwhile(case, decision), subject=subject)


def _meanwhile(case: Case, decision: Decision) -> str:
    if case.subject_kind == SubjectKind.USER:
        return "suspend"
    return MEANWHILE.get(Ruling(decision.outcome), "hide")


def close(case: Case, decision: Decision) -> None:
    is_diverted = decision.outcome == Ruling.DIVERT
    agrees = decision.outcome != Ruling.KEEP
    Report.objects.filter(signal__case=case, signal__verdict="").update(
        status="acted" if agrees else "kept", outcome_at=timezone.now() + notices.UNDO
    )
    case.signals.filter(verdict="").update(verdict="agreed" if agrees else "disagreed", decision=decision)
    Case.objects.filter(pk=case.pk).update(
        state=CaseState.DIVERTED if is_diverted else CaseState.DECIDED,
        decided_at=None if is_diverted else timezone.now(),
        claimed_by=None,
        claim_ends_at=None,
        lock_version=F("lock_version") + 1,
        is_head=False,
    )
    _next_head(case)
    events.nudge_desk_on_commit()


def _next_head(case: Case) -> None:
    """Another of the cluster stands for it from now on."""
    left = Case.objects.filter(cluster=case.cluster, state__in=WAITING)
    if left.filter(is_head=True).exists():
        return
    first = left.order_by("-score", "pk").first()
    if first is not None:
        Case.objects.filter(pk=first.pk).update(is_head=True)


def open_again(case: Case, *, state: str) -> None:
    Case.objects.filter(pk=case.pk).update(
        state=state, decided_at=None, is_head=True, lock_version=F("lock_version") + 1
    )
    case.refresh_from_db()
    events.nudge_desk_on_commit()


def reopen(case: Case) -> None:
    """A second person disagrees: somebody senior decides anew. Inside a transaction."""
    open_again(case, state=CaseState.ESCALATED)


def tells(decision: Decision) -> bool:
    """Is the person told, and does it count?"""
    return decision.outcome not in SILENT
