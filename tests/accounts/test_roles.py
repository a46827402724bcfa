"""Roles: who has which right, who may give them, and the second factor before every page of the staff."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser, Group
from django.core.management import call_command
from django.test import Client

from accounts import roles
from accounts.errors import RoleRefused, SignInNeeded
from accounts.models import Right, User
from generations import access
from generations.errors import NotAllowed, NotFound
from generations.models import RegisteredModel
from tests.conftest import sign_in

pytestmark = pytest.mark.django_db

DOORS = {
    Right.READ_DESK: access.desk_read,
    Right.DECIDE: access.case_decide,
    Right.DECIDE_APPEAL: access.appeal_decide,
    Right.READ_NUMBERS: access.numbers_read,
    Right.DECIDE_SEVERE: access.severe_decide,
    Right.READ_PRIVATE: access.private_read,
    Right.EDIT_RULES: access.rules_edit,
    Right.ACTIVATE_RULES: access.rules_activate,
    Right.EXPORT_STATEMENTS: access.statements_export,
    Right.READ_AUDIT: access.audit_read,
    Right.GIVE_ROLES: access.roles_give,
    Right.SET_SWITCHES: access.switches_set,
    Right.KEEP_CATALOGUE: access.catalogue_keep,
}


@pytest.mark.parametrize("right", DOORS)
def test_each_role_has_its_rights_and_no_other(
    right: Right, moderator: User, senior: User, administrator: User
) -> None:
    """Role by role: the door opens exactly where roles.py says so."""
    for person, role in ((moderator, "MODERATOR"), (senior, "SENIOR"), (administrator, "ADMINISTRATOR")):
        if right in roles.RIGHTS[roles.Role[role]]:
            assert DOORS[right](person) == person
        else:
            with pytest.raises(NotAllowed):
                DOORS[right](person)


@pytest.mark.parametrize("right", DOORS)
def test_nobody_else_learns_of_the_door(right: Right, alice: User, guest: User) -> None:
    """A stranger is sent to sign in; somebody without a role sees nothing there."""
    with pytest.raises(NotFound):
        DOORS[right](alice)
    for stranger in (guest, AnonymousUser()):
        with pytest.raises(SignInNeeded):
            DOORS[right](stranger)


def test_a_role_that_was_taken_is_gone_at_once(senior: User, administrator: User) -> None:
    roles.give(senior, None, by=administrator)
    found = User.objects.get(pk=senior.pk)
    assert (roles.role_of(found), found.is_staff) == (None, False)
    with pytest.raises(NotFound):
        access.desk_read(found)


def test_one_role_at_a_time(moderator: User, administrator: User) -> None:
    roles.give(moderator, roles.Role.SENIOR, by=administrator)
    assert list(moderator.groups.values_list("name", flat=True)) == ["senior moderator"]


def test_nobody_changes_their_own(administrator: User) -> None:
    with pytest.raises(RoleRefused, match="their own"):
        roles.give(administrator, None, by=administrator)


def test_a_guest_gets_none(guest: User, administrator: User) -> None:
    with pytest.raises(RoleRefused, match="sign up"):
        roles.give(guest, roles.Role.MODERATOR, by=administrator)


def test_groups_are_brought_back_by_a_migration(moderator: User) -> None:
    """What somebody changed in a group by hand is what roles.py says again."""
    Group.objects.get(name="moderator").permissions.clear()
    call_command("migrate", verbosity=0)
    assert access.desk_read(User.objects.get(pk=moderator.pk))


def test_an_administrator_of_the_first_hour_has_every_right(db: None) -> None:
    boss = User.objects.create_superuser("boss@example.org")
    assert {door(boss) for door in DOORS.values()} == {boss}
    assert roles.role_of(boss) == roles.Role.ADMINISTRATOR


def test_whoever_is_shut_out_has_no_role(moderator: User) -> None:
    moderator.is_active = False
    assert roles.role_of(moderator) is None


@pytest.mark.parametrize("address", ["/admin/", "/admin/accounts/user/"])
def test_staff_pages_lead_to_the_set_up(address: str, administrator: User, client: Client) -> None:
    """Without a second factor: to the page where one is set up, with a sentence."""
    client.force_login(administrator)
    answer = client.get(address, follow=True)
    assert answer.redirect_chain == [("/account/2fa/", 302)]
    assert "Staff pages need a second factor" in answer.content.decode()


def test_a_session_from_before_shows_it_first(administrator: User, client: Client) -> None:
    """A factor was set up, but this session never showed it: somebody may have begun it with the password alone."""
    client.force_login(administrator)
    Authenticator.objects.create(user=administrator, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    assert client.get("/admin/")["Location"] == "/account/2fa/reauthenticate/?next=%2Fadmin%2F"


def test_a_passkey_counts(administrator: User, client: Client) -> None:
    client.force_login(administrator)
    Authenticator.objects.create(user=administrator, type="webauthn", data={})
    assert client.get("/admin/")["Location"].startswith("/account/2fa/webauthn/reauthenticate/")


def test_recovery_codes_alone_are_no_factor(administrator: User, client: Client) -> None:
    sign_in(client, administrator)
    Authenticator.objects.filter(user=administrator).update(type="recovery_codes")
    assert client.get("/admin/")["Location"] == "/account/2fa/"


def test_with_it_the_pages_open(administrator: User, client_of: Callable[[User], Client]) -> None:
    assert client_of(administrator).get("/admin/").status_code == 200


def test_the_sites_own_models_are_kept_by_administrators(
    administrator: User, senior: User, alice: User
) -> None:
    """By their role, superuser or not; nobody below, and not what belongs to somebody else."""
    ours = RegisteredModel(owner="safelight", name="picto")
    theirs = RegisteredModel(owner="alice", name="mine", user=alice)
    assert [access.may_write_model(each, ours) for each in (administrator, senior, alice)] == [
        True,
        False,
        False,
    ]
    assert access.may_write_model(administrator, theirs) is False
