"""What staff see of the staff: who they are, and what the audit holds."""

import re
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q

from accounts import roles, second_factor
from accounts.models import AuditEvent, User
from generations.queries.pages import Page

STAFF_MOST, LINES = 200, 50
PERSON = re.compile(r"^user:(\d{1,18})$")


@dataclass(frozen=True, slots=True)
class Member:
    """One of the staff, or somebody who may become one."""

    person: User
    role: roles.Role | None
    has_factor: bool
    is_named: bool  # for sealed evidence


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the audit with the name of who did it, while there is one."""

    event: AuditEvent
    who: str


def staff() -> list[Member]:
    """Everybody with a role, in the order of their names."""
    return _members(Q(is_staff=True))


def found_for_role(words: str) -> list[Member]:
    """Accounts of exactly this e-mail address or handle: nobody is found by guessing at half a name."""
    words = words.strip().lower().removeprefix("@")
    if not words or not words.isprintable():
        return []
    return _members(Q(email=words) | Q(handle=words), Q(is_guest=False))


def audit_page(*, before: int | None, actor: str = "", verb: str = "", subject: str = "") -> Page[Line]:
    """Lines, newest first. `subject`: "user:12" or "share:<id>"."""
    rows = AuditEvent.objects.order_by("-seq")
    if before is not None:
        rows = rows.filter(seq__lt=before)
    if actor:
        rows = rows.filter(actor=actor)
    if verb:
        rows = rows.filter(verb=verb)
    if subject:
        kind, _, id = subject.partition(":")
        rows = rows.filter(kind=kind, object_id=id)
    found = list(rows[: LINES + 1])
    names = _names_of(found[:LINES])
    lines = [Line(event, names.get(event.actor, event.actor)) for event in found[:LINES]]
    return Page(lines, str(found[LINES - 1].seq) if len(found) > LINES else None)


def _members(*conditions: Q) -> list[Member]:
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=second_factor.FACTORS)
    named = roles.named_persons().filter(pk=OuterRef("pk"))
    rows = User.objects.filter(*conditions).annotate(has_factor=Exists(factors), is_named=Exists(named))
    rows = rows.order_by("email").prefetch_related("groups")[:STAFF_MOST]
    return [
        Member(person, roles.role_among(person, person.groups.all()), person.has_factor, person.is_named)
        for person in rows
    ]


def _names_of(events: list[AuditEvent]) -> dict[str, str]:
    ids = {int(match[1]) for event in events if (match := PERSON.fullmatch(event.actor))}
    return (
        {f"user:{person.pk}": person.display_name for person in User.objects.filter(pk__in=ids)}
        if ids
        else {}
    )
