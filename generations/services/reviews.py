"""A second person's word: on what is severe, before it begins; and, blind, on what the site decided alone."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Right, User
from generations import queries
from generations.errors import Conflict, FieldError, InvalidInput
from generations.models import BlockedPicture, Decision, Review, Ruling
from generations.services import actions, blocklist, decisions, four_eyes, outcomes

RANK = {  # how much an outcome does: a blind reviewer agrees when theirs does as much
    **dict.fromkeys((Ruling.KEEP,), 0),
    **dict.fromkeys((Ruling.WARN, Ruling.LABEL), 1),
    **dict.fromkeys((Ruling.BLUR, Ruling.UNLIST, Ruling.AGE_GATE, Ruling.LIMIT), 2),
    **dict.fromkeys((Ruling.HOLD, Ruling.REVOKE_LINKS, Ruling.MUTE), 3),
}
GRAVEST = 4


def second(review: Review, reviewer: User, *, agrees: bool, note: str = "") -> Review:
    """Agree, and it begins; disagree, and all is as before and somebody decides anew.

    Raises NotAllowed (the same person, where another could or before a day has passed), Conflict.
    """
    decision = review.decision
    others = queries.others_with(Right.DECIDE_SEVERE, besides=decision.moderator_id)
    is_single = four_eyes.check(
        first=decision.moderator_id, at=decision.decided_at, second=reviewer, others=others
    )
    with transaction.atomic():
        row = _answered(review, reviewer, agrees=agrees, note=note, is_single=is_single)
        if agrees:
            _begin(decision, row, others=others)
        else:
            decisions.overturn(decision, by=reviewer, verb="case.refuse_second")
            outcomes.reopen(decision.case)
        audit.record(reviewer, f"case.{'second' if agrees else 'disagree'}", kind="decision", id=decision.pk)
    return row


def blind(review: Review, reviewer: User, *, outcome: str, note: str = "") -> Review:
    """What the reviewer would have decided, without seeing what was. It changes nothing but the numbers, unless they
    find that no rule was broken: then the case is opened again."""
    if outcome not in Ruling.values or outcome in (Ruling.UNDO, Ruling.OVERTURN):
        raise InvalidInput([FieldError("outcome", "Choose what you would have done.")])
    agrees = _rank(outcome) == _rank(review.decision.outcome)
    with transaction.atomic():
        row = _answered(review, reviewer, agrees=agrees, note=note, outcome=outcome)
        is_wrong = outcome == Ruling.KEEP and review.decision.outcome != Ruling.KEEP
        if is_wrong and not review.decision.superseded_by.exists():
            outcomes.reopen(review.decision.case)
        audit.record(reviewer, "case.review_blind", kind="decision", id=review.decision_id)
    return row


def _rank(outcome: str) -> int:
    return RANK.get(Ruling(outcome), GRAVEST)


def _answered(
    review: Review, reviewer: User, *, agrees: bool, note: str, outcome: str = "", is_single: bool = False
) -> Review:
    now = timezone.now()
    changed = Review.objects.filter(pk=review.pk, reviewed_at__isnull=True).update(
        reviewer=reviewer,
        reviewed_at=now,
        agrees=agrees,
        outcome=outcome,
        note=note,
        is_single_operator=is_single,
        waited_s=max(0, int((now - review.decision.decided_at).total_seconds())),
    )
    if not changed:
        raise Conflict("Somebody has reviewed this meanwhile.")
    review.refresh_from_db()
    return review


def _begin(decision: Decision, review: Review, *, others: int) -> None:
    outcomes.supersede(decision.case, decision)
    actions.begin(decision.actions.filter(needs_second=True, starts_at__isnull=True), review)
    if review.reviewer is not None:
        for row in BlockedPicture.objects.filter(decision=decision.pk, agreed_at=None, lifted_at=None):
            blocklist.agree(row, by=review.reviewer, others=others)
    outcomes.strike_for(decision)
