"""The block-list by hand: a picture is asked for, agreed to by a second person, taken off; each a line in the audit."""

from django.db import transaction

from accounts import audit
from accounts.models import Right, User
from generations import queries
from generations.errors import FieldError, InvalidInput
from generations.fingerprint import Change
from generations.models import BlockedPicture
from generations.services import blocklist


def ask(changes: list[Change], *, category: str, reason: str, by: User) -> BlockedPicture:
    """It is matched once somebody else agrees. Raises InvalidInput."""
    if not reason.strip():
        raise InvalidInput([FieldError("reason", "Say why.")])
    with transaction.atomic():
        row = blocklist.enter(changes, category=category, reason=reason, by=by)
        audit.record(by, "block.ask", kind="blocked", id=row.pk, reason=reason)
    return row


def agree(row: BlockedPicture, *, by: User) -> BlockedPicture:
    """Raises NotAllowed, Conflict."""
    others = queries.others_with(Right.DECIDE_SEVERE, besides=row.asked_by_id)
    with transaction.atomic():
        row = blocklist.agree(row, by=by, others=others)
        alone = "one person alone, after a day" if row.is_single_operator else ""
        audit.record(by, "block.agree", kind="blocked", id=row.pk, reason=alone)
    return row


def lift(row: BlockedPicture, *, by: User) -> BlockedPicture:
    with transaction.atomic():
        row = blocklist.lift(row)
        audit.record(by, "block.lift", kind="blocked", id=row.pk)
    return row
