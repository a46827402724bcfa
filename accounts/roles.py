"""Staff: three roles, each a set of rights. Both are Django's own groups and permissions, written down here alone.

A person has one role or none. Groups are made, and brought back to what is written here, after every migration.
Whoever is a superuser (the first administrator, `createsuperuser`) has every right of an administrator.
"""

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission
from django.db import models, transaction

from accounts import audit
from accounts.errors import RoleRefused
from accounts.models import Right, User


class Role(models.TextChoices):
    MODERATOR = "moderator", "Moderator"
    SENIOR = "senior moderator", "Senior moderator"
    ADMINISTRATOR = "administrator", "Administrator"


MODERATES = {Right.READ_DESK, Right.DECIDE, Right.DECIDE_APPEAL, Right.READ_NUMBERS}
SUPERVISES = MODERATES | {
    *(Right.DECIDE_SEVERE, Right.READ_PRIVATE, Right.EDIT_RULES, Right.ACTIVATE_RULES),
    *(Right.EXPORT_STATEMENTS, Right.READ_AUDIT),
}
ADMINISTERS = SUPERVISES | {Right.GIVE_ROLES, Right.SET_SWITCHES, Right.KEEP_CATALOGUE}
RIGHTS: dict[Role, set[Right]] = {
    Role.MODERATOR: MODERATES,
    Role.SENIOR: SUPERVISES,
    Role.ADMINISTRATOR: ADMINISTERS,
}
NAMED_MOST = 2
ADMIN_PAGES = ("accounts", "account", "mfa", "generations")  # whose rows administrators see in /admin/


def ensure_groups() -> None:
    """Make the three groups and give each exactly its rights."""
    for role, rights in RIGHTS.items():
        group, _ = Group.objects.get_or_create(name=role.value)
        wanted = Permission.objects.filter(content_type__app_label="accounts", codename__in=rights)
        if role == Role.ADMINISTRATOR:
            wanted |= Permission.objects.filter(content_type__app_label__in=ADMIN_PAGES).exclude(
                content_type__app_label="accounts", codename__in=set(Right) - rights
            )
        group.permissions.set(wanted)


def role_of(person: User) -> Role | None:
    """The role of this person, None for everybody who is not staff."""
    return role_among(person, person.groups.all()) if person.is_active and person.is_staff else None


def role_among(person: User, groups: Iterable[Group]) -> Role | None:
    """The same, of groups that were fetched already."""
    if not person.is_active or not person.is_staff:
        return None
    if person.is_superuser:
        return Role.ADMINISTRATOR
    held = {group.name for group in groups}
    return next((role for role in reversed(list(Role)) if role.value in held), None)


def has_right(person: User, right: Right) -> bool:
    return person.is_staff and person.has_perm(f"accounts.{right.value}")


def administrators() -> models.QuerySet[User]:
    """Those who could give roles now."""
    is_one = models.Q(is_superuser=True) | models.Q(groups__name=Role.ADMINISTRATOR.value)
    return User.objects.filter(is_one, is_active=True, is_staff=True).distinct()


@transaction.atomic
def give(person: User, role: Role | None, *, by: User | str, reason: str = "") -> None:
    """Make `role` the one role of this person; None takes it away. Raises RoleRefused.

    Nobody changes their own, so that a site always keeps whoever did it last.
    """
    if isinstance(by, User) and by.pk == person.pk:
        raise RoleRefused("Nobody changes their own role. Ask another administrator.")
    if person.is_guest:
        raise RoleRefused("A guest has no role. They sign up first.")
    before = state_of(person)
    if role is None and is_named(person):
        set_named(person, False, by=by, reason=reason)
    person.is_staff = role is not None
    person.is_superuser = False
    person.save(update_fields=["is_staff", "is_superuser"])
    person.groups.remove(*Group.objects.filter(name__in=Role.values))
    if role is not None:
        person.groups.add(Group.objects.get(name=role.value))
    verb = "role.give" if role is not None else "role.take"
    audit.record(by, verb, kind="user", id=person.pk, before=before, after=state_of(person), reason=reason)


def named_persons() -> models.QuerySet[User]:
    """The two who may open sealed evidence together: named one by one, a right of no role and no superuser's."""
    named = {
        "user_permissions__codename": Right.OPEN_SEALED,
        "user_permissions__content_type__app_label": "accounts",
    }
    return User.objects.filter(is_active=True, is_staff=True, **named)


def is_named(person: User) -> bool:
    return named_persons().filter(pk=person.pk).exists()


@transaction.atomic
def set_named(person: User, is_wanted: bool, *, by: User | str, reason: str = "") -> None:
    """Name this person, or no longer. Raises RoleRefused: for oneself, without a role, or where two are named."""
    right = Permission.objects.select_for_update().get(
        content_type__app_label="accounts", codename=Right.OPEN_SEALED
    )
    if is_wanted:
        _check_named(person, by)
    change = person.user_permissions.add if is_wanted else person.user_permissions.remove
    change(right)
    audit.record(by, "named.give" if is_wanted else "named.take", kind="user", id=person.pk, reason=reason)


def _check_named(person: User, by: User | str) -> None:
    if isinstance(by, User) and by.pk == person.pk:
        raise RoleRefused("Nobody names themselves. Ask another administrator.")
    if role_of(person) is None:
        raise RoleRefused("Only somebody with a role can be named.")
    if named_persons().exclude(pk=person.pk).count() >= NAMED_MOST:
        raise RoleRefused("Two people are named already. Take the name from one of them first.")


def state_of(person: User) -> dict[str, object]:
    """What the audit hashes of a person's place in the staff."""
    groups = sorted(person.groups.values_list("name", flat=True))
    return {"staff": person.is_staff, "superuser": person.is_superuser, "groups": groups}
