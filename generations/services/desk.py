"""What moderators do at the desk that is no decision: take the next case, ask to see, open what is private."""

from accounts import audit
from accounts.models import User
from generations import queries
from generations.errors import Conflict
from generations.models import Case
from generations.queries import Sought
from generations.services import cases

TRIES = 5


def take_next(user: User, sought: Sought, *, is_senior: bool, but: str = "") -> Case | None:
    """Claim the gravest that is free; None when nothing is left. Two who take at once get different ones."""
    for _ in range(TRIES):
        found = queries.next_case(user, sought, is_senior=is_senior, but=but)
        if found is None:
            return None
        try:
            return cases.claim(found, user, lock_version=found.lock_version)
        except Conflict:
            continue
    return None


def note_revealed(case: Case, user: User) -> None:
    """Somebody asked to see the pictures of a case."""
    audit.record(user, "case.reveal", kind="case", id=case.pk)


def note_opened(case: Case, user: User, *, reason: str) -> None:
    """Somebody opened what was neither shared nor reported, and said why."""
    audit.record(user, "private.open", kind="case", id=case.pk, reason=reason)
