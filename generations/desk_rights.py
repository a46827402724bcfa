"""The rights of moderators to cases, decisions, appeals and reviews; asked for through access.py like all others.

The desk shows what was shared or reported; of the rest only seniors know that it is there, and it opens for a reason
(views/moderation.py).
"""

from accounts import roles
from accounts.models import Right, User
from generations import severity
from generations.errors import NotAllowed, NotFound
from generations.ids import is_id
from generations.models import Appeal, Case, CaseState, Decision, Review
from generations.staff_rights import Asker, appeal_decide, case_decide, desk_read, severe_decide

__all__ = [
    "appeal_write",
    "case_read",
    "case_write",
    "decision_undo",
    "is_senior",
    "review_write",
]

BIG = 2**63 - 1  # more is no key of any database


def case_read(user: Asker, id: str) -> Case:
    """A case as moderators see it; what is escalated or private for senior ones, what is diverted for nobody."""
    person = desk_read(user)
    found = Case.objects.select_related("person", "claimed_by").filter(pk=id).first() if is_id(id) else None
    if found is None or found.state == CaseState.DIVERTED:
        raise NotFound("There is no such case.")
    is_apart = found.state == CaseState.ESCALATED or found.is_private or found.category in severity.DIVERTED
    if is_apart and not is_senior(person):
        raise NotAllowed("This case is for senior moderators.")
    return found


def case_write(user: Asker, id: str) -> Case:
    """To claim, decide or escalate it."""
    case_decide(user)
    return case_read(user, id)


def decision_undo(user: Asker, id: str) -> Decision:
    """One's own, to take it back at once."""
    person = case_decide(user)
    rows = Decision.objects.select_related("case").filter(moderator=person)
    found = rows.filter(pk=id).first() if is_id(id) else None
    if found is None:
        raise NotFound("There is no such decision of yours.")
    return found


def appeal_write(user: Asker, id: str) -> Appeal:
    """To read and answer it."""
    appeal_decide(user)
    rows = Appeal.objects.select_related("decision__case", "user")
    found = rows.filter(pk=id).first() if is_id(id) else None
    if found is None:
        raise NotFound("There is no such appeal.")
    return found


def review_write(user: Asker, id: int) -> Review:
    """To be the second of two; the blind ones are for every moderator."""
    person = case_decide(user)
    found = Review.objects.select_related("decision__case").filter(pk=min(id, BIG)).first()
    if found is None:
        raise NotFound("There is no such review.")
    if found.kind == "second":
        severe_decide(person)
    return found


def is_senior(person: User) -> bool:
    """May they decide what is severe?"""
    return roles.has_right(person, Right.DECIDE_SEVERE)
