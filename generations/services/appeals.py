"""Appeals: free, one for each decision, answered by somebody who did not decide; what was wrong is reversed whole."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Right, User
from generations import events, queries
from generations.errors import Conflict, FieldError, InvalidInput, NotAllowed
from generations.models import APPEAL_MAX, Appeal, AppealState, Decision, Ruling
from generations.services import decisions, four_eyes, notices
from generations.text import clean_text, is_blank

TERM = timedelta(days=183)
DUE = timedelta(days=7)


def until(decision: Decision) -> datetime:
    """Until when it may be appealed."""
    return decision.decided_at + TERM


def may(decision: Decision) -> bool:
    """Is there still something to appeal against?"""
    return (
        decision.is_appealable
        and decision.outcome not in (Ruling.UNDO, Ruling.OVERTURN)
        and until(decision) > timezone.now()
        and not decision.superseded_by.exists()
    )


def open_appeal(decision: Decision, user: User, *, text: str) -> Appeal:
    """The person says that it is wrong. Raises InvalidInput, NotAllowed, Conflict."""
    if decision.case.person_id != user.pk or not may(decision):
        raise NotAllowed("This decision cannot be appealed any more.")
    text = clean_text(text, field="text", label="The text").strip()
    if is_blank(text):
        raise InvalidInput([FieldError("text", "Say why you think that the decision is wrong.")])
    if len(text) > APPEAL_MAX:
        raise InvalidInput([FieldError("text", f"An appeal has at most {APPEAL_MAX} characters.")])
    try:
        with transaction.atomic():
            events.nudge_desk_on_commit()
            return Appeal.objects.create(
                decision=decision,
                user=user,
                text=text,
                due_at=timezone.now() + DUE,
                first_id=decision.moderator_id,
            )
    except IntegrityError:
        raise Conflict("You have appealed against this already. We are reading it.") from None


def answer(appeal: Appeal, moderator: User, *, is_overturned: bool, text: str = "") -> Appeal:
    """Another person's answer. Where there is no other, the same one a day later, recorded so.

    Raises NotAllowed, Conflict.
    """
    decision = appeal.decision
    if appeal.user_id == moderator.pk:
        raise NotAllowed("This is about you, so somebody else decides it.")
    others = queries.others_with(Right.DECIDE_APPEAL, besides=appeal.first_id)
    is_single = four_eyes.check(
        first=appeal.first_id, at=decision.decided_at, second=moderator, others=others
    )
    now = timezone.now()
    with transaction.atomic():
        changed = Appeal.objects.filter(pk=appeal.pk, state=AppealState.OPEN).update(
            state=AppealState.OVERTURNED if is_overturned else AppealState.UPHELD,
            answer=text,
            decided_at=now,
            decided_by=moderator,
            is_single_operator=is_single,
            waited_s=max(0, int((now - decision.decided_at).total_seconds())),
        )
        if not changed:
            raise Conflict("Somebody has answered this meanwhile.")
        appeal.refresh_from_db()
        if is_overturned:
            decisions.overturn(decision, by=moderator, user_text=text, verb="appeal.overturn")
        else:
            notices.plan(decision, appeal.user, template="upheld", appeal=appeal)
            audit.record(moderator, "appeal.uphold", kind="decision", id=decision.pk)
    return appeal
