"""Decisions on cases, by a person or by a rule: the actions, strikes, notices and words to reporters that follow.

A decision row never changes. What proves wrong is superseded: its actions are reversed, its strikes voided.
"""

import secrets
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from accounts.models import User
from generations import severity
from generations.errors import Conflict, FieldError, InvalidInput
from generations.models import (
    LIVE,
    SEVERE,
    Action,
    Case,
    CaseState,
    Decision,
    Ground,
    Output,
    Report,
    Review,
    Ruling,
    SubjectKind,
)
from generations.services import actions, blocklist, cases, holds, notices, outcomes, statements, strikes
from generations.services.outcomes import Reasons

BLIND_SHARE = 20  # of so many automatic decisions one is reviewed blind
ON_PEOPLE = (Ruling.WARN, Ruling.LIMIT, Ruling.MUTE, Ruling.SUSPEND, Ruling.TERMINATE)
ON_BOTH = (Ruling.KEEP, Ruling.WARN)


def decide(
    case: Case, moderator: User, outcome: str, *, lock_version: int, reasons: Reasons | None = None
) -> Decision:
    """A person's decision. `lock_version`: of the case as they saw it.

    Raises Conflict (it moved meanwhile), InvalidInput, NotAllowed (it is about themselves).
    """
    cases.check_not_own(case, moderator)
    reasons = _checked(case, outcome, reasons or Reasons())
    family = _family(case) if outcome == Ruling.BLOCK_HASH else []
    with transaction.atomic():
        row = _locked(case, moderator, lock_version)
        decision = outcomes.record(
            row,
            outcome,
            reasons,
            moderator=moderator,
            needs_second=_is_severe(row, outcome, reasons, moderator),
        )
        outcomes.follow(row, decision, reasons, family=family)
        audit.record(moderator, f"case.{outcome}", kind="case", id=case.pk, reason=reasons.internal_note)
    return decision


def decide_automatically(
    case: Case, outcome: str, *, source: str, reasons: Reasons | None = None, closes: bool = False
) -> Decision:
    """What a rule or a detector decides alone; `source` names it with its version. Where it does not close the case,
    a person still looks. One of BLIND_SHARE is reviewed blind.
    """
    with transaction.atomic():
        row = Case.objects.select_for_update().get(pk=case.pk)
        decision = outcomes.record(row, outcome, _filled(row, reasons or Reasons()), source=source)
        outcomes.act(row, decision, ends_at=decision.ends_at)
        if closes:
            outcomes.close(row, decision)
        if outcomes.tells(decision) and row.person is not None:
            if closes:
                strikes.add(row.person, decision)
            notices.plan(decision, row.person)
        if secrets.randbelow(BLIND_SHARE) == 0:
            Review.objects.create(decision=decision, kind="blind")
        audit.record(audit.SITE, f"case.{outcome}", kind="case", id=case.pk, reason=source)
    return decision


def undo(decision: Decision, moderator: User) -> Decision:
    """Take one's own decision back before anybody is told. Raises Conflict when it is too late."""
    with transaction.atomic():
        row = Case.objects.select_for_update().get(pk=decision.case_id)
        is_last = not Decision.objects.filter(case=row, pk__gt=decision.pk).exists()
        if decision.moderator_id != moderator.pk or not is_last or not _is_fresh(decision):
            raise Conflict("This can no longer be undone: the notice has left.")
        if not notices.call_back(decision):
            raise Conflict("This can no longer be undone: the notice has left.")
        taken = outcomes.superseding(decision, Ruling.UNDO, moderator=moderator)
        actions.reverse(decision.actions.all(), by=taken)
        actions.put_back(decision)
        holds.hold_again(decision)
        strikes.void(decision, by=taken)
        strikes.put_back(decision)
        Review.objects.filter(decision=decision, reviewed_at__isnull=True).delete()
        Report.objects.filter(signal__decision=decision).update(status="open", outcome_at=None)
        row.signals.filter(decision=decision).update(verdict="", decision=None)
        outcomes.open_again(row, state=_state_of(row))
        cases.claim(row, moderator)
        audit.record(moderator, "case.undo", kind="case", id=row.pk)
    return taken


def overturn(
    decision: Decision,
    *,
    by: User,
    user_text: str = "",
    template: str = "overturned",
    verb: str = "case.overturn",
) -> Decision:
    """It was wrong: all that it did is reversed, and whoever was told of it is told so. Inside a transaction."""
    row = Case.objects.select_for_update().get(pk=decision.case_id)
    made = outcomes.superseding(decision, Ruling.OVERTURN, moderator=by, user_text=user_text)
    actions.reverse(decision.actions.all(), by=made)
    blocklist.lift_decided(decision.pk)
    strikes.void(decision, by=made)
    Report.objects.filter(signal__decision=decision).update(status="kept")
    row.signals.filter(decision=decision).update(verdict="disagreed")
    Review.objects.filter(decision=decision, reviewed_at__isnull=True).delete()
    if row.state in (CaseState.DECIDED, CaseState.DIVERTED):
        Case.objects.filter(pk=row.pk).update(
            state=CaseState.DECIDED, decided_at=timezone.now(), lock_version=F("lock_version") + 1
        )
    was_told = decision.notices.exists()
    if was_told and row.person is not None:
        notices.plan(made, row.person, template=template)
    audit.record(by, verb, kind="decision", id=decision.pk)
    return made


def revert_source(source: str, *, by: User) -> int:
    """Reverse all that one version of a rule, or one detector, has decided; how many decisions."""
    standing = Decision.objects.filter(source=source, automated_decision=True, superseded_by__isnull=True)
    count = 0
    for id in list(standing.values_list("pk", flat=True)):
        with transaction.atomic():
            decision = Decision.objects.select_related("case").get(pk=id)
            if not decision.superseded_by.exists():
                overturn(decision, by=by, verb="case.revert")
                count += 1
    return count


def decide_cluster(
    case: Case, moderator: User, outcome: str, *, versions: dict[str, int], reasons: Reasons | None = None
) -> list[Decision]:
    """The same on each of a cluster's waiting cases that the moderator has seen (id → lock_version).

    Each is decided alone: one that has moved on meanwhile is left as it is.
    """
    found = []
    for row in Case.objects.filter(cluster=case.cluster, state__in=LIVE, pk__in=versions).order_by("pk"):
        try:
            found.append(decide(row, moderator, outcome, lock_version=versions[row.pk], reasons=reasons))
        except Conflict:
            continue
    if not found:
        raise Conflict("All of these have moved on since you opened them. Read them again.")
    return found


def _is_fresh(decision: Decision) -> bool:
    return decision.decided_at > timezone.now() - notices.UNDO


def _state_of(case: Case) -> str:
    return CaseState.ESCALATED if case.category in severity.DIVERTED else CaseState.OPEN


# Before


def _checked(case: Case, outcome: str, reasons: Reasons) -> Reasons:
    wrong = []
    is_person = case.subject_kind == SubjectKind.USER
    if outcome not in Ruling.values or outcome in (Ruling.UNDO, Ruling.OVERTURN):
        wrong.append(FieldError("outcome", "Choose what to do."))
    elif outcome not in ON_BOTH and is_person != (outcome in ON_PEOPLE):
        wrong.append(FieldError("outcome", "That cannot be done to this."))
    elif outcome == Ruling.BLOCK_HASH and not case.fingerprint:
        wrong.append(
            FieldError("outcome", "There is too little in this picture to know it again. Remove it instead.")
        )
    if reasons.ground == Ground.LEGAL and not reasons.legal_ground:
        wrong.append(FieldError("legal_ground", "Name the law."))
    if not 0 <= reasons.days <= 3650:
        wrong.append(FieldError("days", "Days go from 0 (no end) to 3650."))
    if wrong:
        raise InvalidInput(wrong)
    return _filled(case, reasons)


def _filled(case: Case, reasons: Reasons) -> Reasons:
    category = reasons.category or case.category
    return replace(reasons, category=category, rule_text=reasons.rule_text or statements.rule_of(category))


def _locked(case: Case, moderator: User, lock_version: int) -> Case:
    row = Case.objects.select_for_update().get(pk=case.pk)
    now = timezone.now()
    is_taken = row.claimed_by_id not in (None, moderator.pk) and row.claim_ends_at and row.claim_ends_at > now
    if row.state not in LIVE or row.lock_version != lock_version:
        raise Conflict("This case has moved on since you opened it. Read it again, then decide.")
    if is_taken:
        raise Conflict("Somebody else is at this case now. Take the next one.")
    return row


def _is_severe(case: Case, outcome: str, reasons: Reasons, moderator: User) -> bool:
    """Does it take two? Also to undo what another moderator has done."""
    if outcome in (Ruling.KEEP, Ruling.WARN) and _is_of_others(case, moderator):
        return True
    return outcome in SEVERE or (reasons.ground == Ground.LEGAL and outcome != Ruling.KEEP)


def _is_of_others(case: Case, moderator: User) -> bool:
    rows = Action.objects.filter(decision__case=case, reversed_at__isnull=True, starts_at__isnull=False)
    return rows.filter(decision__moderator__isnull=False).exclude(decision__moderator=moderator).exists()


def _family(case: Case) -> list[Any]:
    """Hashes take time: they are made before the transaction."""
    output = Output.objects.filter(pk=case.subject_id).first()
    return blocklist.family_of(output) if output is not None else []
