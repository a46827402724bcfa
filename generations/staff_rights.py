"""The rights of staff, by their role (accounts/roles.py); asked for through access.py like all others.

That the session showed a second factor is asked before any view (accounts/second_factor.py).
"""

from django.contrib.auth.models import AnonymousUser

from accounts import roles
from accounts.errors import SignInNeeded
from accounts.models import Right, User
from generations.errors import NotAllowed, NotFound
from generations.ids import is_id
from generations.models import BlockedPicture, PolicyVersion, SealedEvidence

__all__ = [
    "appeal_decide",
    "audit_read",
    "blocked_read",
    "case_decide",
    "catalogue_keep",
    "desk_read",
    "evidence_by_id",
    "evidence_open",
    "numbers_read",
    "person_by_number",
    "policy_read",
    "private_read",
    "roles_give",
    "rules_activate",
    "rules_edit",
    "severe_decide",
    "staff_role",
    "statements_export",
    "switches_set",
]

BIG = 2**63 - 1  # more is no key of any database
Asker = User | AnonymousUser


def staff_role(user: Asker) -> roles.Role | None:
    """The role of this person, None for whoever is not staff."""
    return roles.role_of(user) if isinstance(user, User) else None


def desk_read(user: Asker) -> User:
    """To see the desk: cases, reports, and what is shared or reported."""
    return _staff_with(user, Right.READ_DESK)


def case_decide(user: Asker) -> User:
    """To claim a case and decide on it."""
    return _staff_with(user, Right.DECIDE)


def appeal_decide(user: Asker) -> User:
    """To decide on appeals; that it is another person than the one who decided first is for the service to hold."""
    return _staff_with(user, Right.DECIDE_APPEAL)


def severe_decide(user: Asker) -> User:
    """To propose what needs four eyes, and to be the second of them."""
    return _staff_with(user, Right.DECIDE_SEVERE)


def private_read(user: Asker) -> User:
    """To open what was neither shared nor reported; the verb demands a reason and leaves a line in the audit."""
    return _staff_with(user, Right.READ_PRIVATE)


def rules_edit(user: Asker) -> User:
    """To draft prompt rules and try them."""
    return _staff_with(user, Right.EDIT_RULES)


def rules_activate(user: Asker) -> User:
    """To activate a version of the rules that another drafted, and to revert what a version did."""
    return _staff_with(user, Right.ACTIVATE_RULES)


def policy_read(user: Asker, id: str) -> PolicyVersion:
    """One version of a rule, to whoever drafts rules."""
    rules_edit(user)
    rows = PolicyVersion.objects.select_related("edited_by", "activated_by")
    found = rows.filter(pk=id).first() if is_id(id) else None
    if found is None:
        raise NotFound("There is no such version of a rule.")
    return found


def blocked_read(user: Asker, id: str) -> BlockedPicture:
    """One entry of the block-list, to whoever decides what is severe."""
    severe_decide(user)
    found = BlockedPicture.objects.filter(pk=id).first() if is_id(id) else None
    if found is None:
        raise NotFound("There is no such entry.")
    return found


def evidence_open(user: Asker) -> User:
    """To see that there is sealed evidence, and to open it with the other named person; to all others there is none."""
    if not isinstance(user, User) or user.is_guest:
        raise SignInNeeded("Sign in as a member of the staff.")
    if not roles.is_named(user):
        raise NotFound("There is no such page.")
    return user


def evidence_by_id(user: Asker, id: str) -> SealedEvidence:
    evidence_open(user)
    found = SealedEvidence.objects.filter(pk=id).first() if is_id(id) else None
    if found is None:
        raise NotFound("There is no such evidence.")
    return found


def numbers_read(user: Asker) -> User:
    """To see the numbers of the staff's work."""
    return _staff_with(user, Right.READ_NUMBERS)


def statements_export(user: Asker) -> User:
    """To take statements of reasons out as a file."""
    return _staff_with(user, Right.EXPORT_STATEMENTS)


def audit_read(user: Asker) -> User:
    """To read the audit."""
    return _staff_with(user, Right.READ_AUDIT)


def roles_give(user: Asker) -> User:
    """To give roles and take them."""
    return _staff_with(user, Right.GIVE_ROLES)


def person_by_number(id: int) -> User:
    """Anybody at all: for verbs of staff, whose own right was asked first."""
    found = User.objects.filter(pk=min(id, BIG)).first()
    if found is None:
        raise NotFound("There is no such person.")
    return found


def switches_set(user: Asker) -> User:
    """To set the switches of the whole site."""
    return _staff_with(user, Right.SET_SWITCHES)


def catalogue_keep(user: Asker) -> User:
    """To keep the catalogue of models."""
    return _staff_with(user, Right.KEEP_CATALOGUE)


def _staff_with(user: Asker, right: Right) -> User:
    """This person, when their role has the right. To whoever is not staff there is no such page."""
    if not isinstance(user, User) or user.is_guest:
        raise SignInNeeded("Sign in as a member of the staff.")
    if roles.role_of(user) is None:
        raise NotFound("There is no such page.")
    if not roles.has_right(user, right):
        raise NotAllowed("Your role does not include this. An administrator can give you one that does.")
    return user
