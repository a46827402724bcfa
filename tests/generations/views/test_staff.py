"""Pages of administrators: roles, the switches that every face obeys, and the audit, to read."""

from collections.abc import Callable
from dataclasses import asdict

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from accounts import audit, roles, switches
from accounts.models import AuditEvent, Switches, User
from generations.errors import SwitchedOff
from generations.models import Output, Share
from generations.services import predictions, shares
from tests.conftest import PASSWORD, staff_of

pytestmark = pytest.mark.django_db

Opener = Callable[[User | None], Client]
CLOSED = dict.fromkeys(("registrations", "guests", "publishing", "generation"), False)


@pytest.fixture
def chief(administrator: User, client_of: Opener) -> Client:
    """An administrator's browser."""
    return client_of(administrator)


def close(*names: str, banner: str = "") -> None:
    switches.set_to(switches.State(**dict.fromkeys(names, False), banner=banner), by="site", reason="test")
    cache.delete(switches.KEY)  # as the commit does, which a test's own transaction never comes to


def last_line() -> AuditEvent:
    return AuditEvent.objects.order_by("-seq")[0]


# Roles


def test_a_role_is_given_and_taken(chief: Client, alice: User, administrator: User) -> None:
    """With the reason in the audit; the pages of the role open at once, and close at once."""
    chief.post(f"/moderation/people/{alice.pk}/", {"role": "senior moderator", "reason": "Knows the rules"})
    found = User.objects.get(pk=alice.pk)
    assert roles.role_of(found) == roles.Role.SENIOR
    line = last_line()
    assert (line.verb, line.actor, line.object_id) == ("role.give", f"user:{administrator.pk}", str(alice.pk))
    assert line.reason == "Knows the rules"
    assert line.address_hash
    chief.post(f"/moderation/people/{alice.pk}/", {"role": "none", "reason": "Has left"})
    assert roles.role_of(User.objects.get(pk=alice.pk)) is None
    assert last_line().verb == "role.take"


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"role": "moderator", "reason": ""}, "Say why."),
        ({"role": "emperor", "reason": "x"}, "Select a valid choice"),
        ({"reason": "x"}, "This field is required"),
        ({"role": "moderator", "reason": "x" * 201}, "at most 200"),
        ({"role": "moderator", "reason": "a\x00b"}, "Null characters"),
    ],
)
def test_a_form_that_is_wrong_changes_nothing(
    chief: Client, alice: User, form: dict[str, str], sentence: str
) -> None:
    chief.get(f"/moderation/people/?q={alice.email}")
    answer = chief.post(f"/moderation/people/{alice.pk}/", form)
    assert answer.status_code == 422
    assert not User.objects.get(pk=alice.pk).is_staff


def test_their_own_role_is_refused_with_the_reason(chief: Client, administrator: User) -> None:
    answer = chief.post(f"/moderation/people/{administrator.pk}/", {"role": "none", "reason": "x"})
    assert answer.status_code == 422
    assert "Nobody changes their own role" in answer.content.decode()
    assert roles.role_of(User.objects.get(pk=administrator.pk)) == roles.Role.ADMINISTRATOR


@pytest.mark.parametrize("number", [0, 10**17, 2**63, 10**30])
def test_nobody_has_this_number(chief: Client, number: int) -> None:
    assert chief.post(f"/moderation/people/{number}/", {"role": "none", "reason": "x"}).status_code == 404


def test_people_are_found_in_full_and_the_search_is_kept(chief: Client, alice: User) -> None:
    """Half an address finds nobody; what was searched is in the audit as a keyed hash."""
    assert "alice@example.org" in chief.get("/moderation/people/?q=Alice@example.org").content.decode()
    assert last_line().verb == "people.search"
    assert "alice" not in last_line().after
    page = chief.get("/moderation/people/?q=alice").content.decode()
    assert "No account has this address or handle." in page


@pytest.mark.parametrize("words", ["%00", "a" * 5000, "%F0%9F%A6%8A", "' or 1=1 --", "%"])
def test_any_words_are_searched_safely(chief: Client, words: str) -> None:
    assert chief.get(f"/moderation/people/?q={words}").status_code == 200


def test_the_staff_is_listed_in_few_queries(
    chief: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    """As many queries for thirty as for one."""
    for number in range(30):
        staff_of(roles.Role.MODERATOR, name=f"m{number}")
    chief.get("/moderation/people/")
    with django_assert_max_num_queries(12):
        page = chief.get("/moderation/people/").content.decode()
    assert page.count("no second factor yet") == 30


# Switches


@pytest.mark.django_db(transaction=True)
def test_switches_are_set_by_the_page(chief: Client, client: Client) -> None:
    """A box that is not ticked closes; the banner stands over every page, for everyone."""
    chief.post("/moderation/switches/", {"publishing": "on", "banner": "Back at <noon>.", "reason": "Flood"})
    assert asdict(switches.current()) == {**CLOSED, "publishing": True, "banner": "Back at <noon>."}
    page = client.get("/").content.decode()
    assert "Back at &lt;noon&gt;." in page
    assert "New pictures are switched off just now." in page
    assert (last_line().verb, last_line().reason) == ("switches.set", "Flood")


def test_switches_need_a_reason(chief: Client) -> None:
    assert chief.post("/moderation/switches/", {"banner": "x" * 301}).status_code == 422
    assert switches.current() == switches.State()


def test_switches_that_stay_leave_no_line() -> None:
    switches.set_to(switches.State(), by="site")
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_another_process_hears_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another process wrote is obeyed when the few seconds of the cache are over."""
    assert switches.current().generation is True
    Switches.objects.update_or_create(pk=1, defaults={"generation": False})
    assert switches.current().generation is True
    monkeypatch.setattr(switches, "KEPT_S", 0)
    cache.touch(switches.KEY, 0)
    assert switches.current().generation is False


def test_sign_up_is_closed(client: Client) -> None:
    """With the way out, and a status that a program understands."""
    close("registrations")
    answer = client.post("/account/signup/", {"email": "new@example.org", "password1": PASSWORD})
    assert (answer.status_code, "takes no new accounts" in answer.content.decode()) == (403, True)
    assert not User.objects.filter(email="new@example.org").exists()


def test_what_settings_close_stays_closed(client: Client, settings: object) -> None:
    settings.SIGN_UP = settings.GUESTS = False
    assert (switches.may_sign_up(), switches.may_be_guest()) == (False, False)


def test_no_new_pictures(version, alice: User) -> None:
    close("generation")
    with pytest.raises(SwitchedOff, match="what waits still runs"):
        predictions.create(alice, version, {"prompt": "a fox"})


def test_guests_wait_while_people_go_on(version, alice: User, guest: User) -> None:
    close("guests")
    with pytest.raises(SwitchedOff, match="Sign in or sign up"):
        predictions.create(guest, version, {"prompt": "a fox"})
    assert predictions.create(alice, version, {"prompt": "a fox"}).pk


def test_nothing_new_is_shared(make_output: Callable[..., Output], alice: User) -> None:
    """No new link, and no link becomes public; those that are there stay."""
    output = make_output(alice)
    share = shares.create(alice, output, shares.Options())
    User.objects.filter(pk=alice.pk).update(handle="alice")
    share.user.refresh_from_db()
    close("publishing")
    with pytest.raises(SwitchedOff):
        shares.create(alice, output, shares.Options())
    with pytest.raises(SwitchedOff):
        shares.change(share, shares.Options(is_public=True))
    assert shares.change(share, shares.Options(shows_seed=False)).pk
    assert Share.objects.get().is_public is False


def test_the_studio_says_so_and_keeps_the_words(client_of: Opener, alice: User, version) -> None:
    close("generation")
    answer = client_of(alice).post("/", {"prompt": "a fox in the snow"})
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "600")
    assert "a fox in the snow" in page
    assert "Keep your words and send them later." in page


# The audit


def test_the_audit_is_read_by_person_verb_and_thing(chief: Client, alice: User) -> None:
    audit.record(alice, "test.first", kind="share", id="abc", reason="One")
    audit.record("site", "test.second", kind="user", id=alice.pk, reason="Two")
    for query, seen, unseen in (
        (f"actor=user:{alice.pk}", "One", "Two"),
        ("verb=test.second", "Two", "One"),
        (f"subject=user:{alice.pk}", "Two", "One"),
    ):
        page = chief.get(f"/moderation/audit/?{query}").content.decode()
        assert f"<td>{seen}</td>" in page
        assert f"<td>{unseen}</td>" not in page


def test_the_audit_goes_back_a_stretch_at_a_time(
    chief: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(60):
        audit.record("site", "test.act", reason=f"line {number}")
    with django_assert_max_num_queries(12):
        page = chief.get("/moderation/audit/?verb=test.act").content.decode()
    assert page.count("<td>line") == 50
    older = page.partition('href="?verb=test.act&amp;before=')[2].partition('"')[0]
    page = chief.get(f"/moderation/audit/?verb=test.act&before={older}").content.decode()
    assert page.count("<td>line") == 10


@pytest.mark.parametrize(
    "query",
    ["before=-1", "before=x", f"before={10**40}", "before=%00", "subject=:", "subject=%00:1", "actor=%00"],
)
def test_any_question_to_the_audit_is_answered(chief: Client, query: str) -> None:
    assert chief.get(f"/moderation/audit/?{query}").status_code == 200


def test_commands_of_staff_leave_lines(settings, monkeypatch) -> None:
    """An engine that is added, a first administrator, a gallery that is filled."""
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("add_engine", "gpu-1", "http://gpu-1:5000", verbosity=0)
    call_command("createsuperuser", email="boss@example.org", interactive=False, verbosity=0)
    call_command("create_token", "carol@example.org", verbosity=0)
    found = list(AuditEvent.objects.order_by("seq").values_list("actor", "verb"))
    assert found == [
        ("command:add_engine", "engine.add"),
        ("command:createsuperuser", "role.first"),
        ("command:create_token", "token.create"),
    ]


def test_every_change_under_admin_leaves_a_line(chief: Client, alice: User, administrator: User) -> None:
    """And the rights of a person are not changed there."""
    form = {
        "email": "alice@example.org",
        "name": "Alice",
        "is_staff": "on",
        "is_superuser": "on",
        "is_active": "on",
    }
    chief.post(f"/admin/accounts/user/{alice.pk}/change/", form)
    found = User.objects.get(pk=alice.pk)
    assert (found.name, found.is_staff, found.is_superuser) == ("Alice", False, False)
    line = last_line()
    assert (line.actor, line.verb, line.kind, line.object_id) == (
        f"user:{administrator.pk}",
        "admin.change",
        "accounts.user",
        str(alice.pk),
    )


def test_every_page_of_admin_is_audited() -> None:
    from django.contrib import admin

    from accounts.audited import Audited

    assert {type(page) for page in admin.site._registry.values() if not isinstance(page, Audited)} == set()
