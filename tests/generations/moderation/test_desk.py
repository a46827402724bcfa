"""The desk: what moderators see of a case, and what their buttons do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, User
from generations.models import Case, CaseState, Decision, Output, Review, Share
from generations.services import appeals, cases
from tests.generations.moderation.test_decisions import age, decide

OUTCOMES = ("keep", "warn", "label", "blur", "age_gate", "unlist", "hold", "revoke_links", "hide", "remove")
SEVERE = ("block_hash", "divert")
ON_PEOPLE = ("keep", "warn", "limit", "mute", "suspend")
ROLES = ("alice", "bob", "guest", "moderator", "senior", "administrator")


@pytest.fixture
def case(picture: Output, link: Share) -> Case:
    return cases.file_signal(picture, kind="report", category="violence", note="look at this")


@pytest.fixture
def desk(moderator: User, client_of: Callable[[User | None], Client]) -> Client:
    return client_of(moderator)


def post(client: Client, case: Case, verb: str = "decide", **form: Any) -> Any:
    case.refresh_from_db()
    return client.post(f"/moderation/cases/{case.pk}/{verb}/", {"lock_version": case.lock_version, **form})


# Who may do what


@pytest.mark.parametrize("outcome", [*OUTCOMES, *SEVERE])
@pytest.mark.parametrize("role", ROLES)
def test_who_decides_what_on_a_thing(
    case: Case,
    role: str,
    outcome: str,
    request: pytest.FixtureRequest,
    client_of: Callable[[User | None], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each outcome for each role, on what is another's: no member, moderators the common ones, seniors all."""
    monkeypatch.setattr("generations.services.decisions.blocklist.family_of", lambda output: [])
    who = request.getfixturevalue(role)
    answer = post(client_of(who), case, outcome=outcome)
    is_staff, is_senior = who.is_staff, role in ("senior", "administrator")
    may = is_staff and (is_senior or outcome not in SEVERE)
    expected = 302 if may or role == "guest" else 403 if is_staff else 404
    assert answer.status_code == expected
    assert Decision.objects.exists() is may


@pytest.mark.parametrize("outcome", [*ON_PEOPLE, "terminate"])
@pytest.mark.parametrize("role", ROLES)
def test_who_decides_what_on_a_person(
    bob: User,
    role: str,
    outcome: str,
    request: pytest.FixtureRequest,
    client_of: Callable[[User | None], Client],
) -> None:
    """The same about people."""
    who = request.getfixturevalue(role)
    answer = post(client_of(who), cases.file_signal(bob, kind="report", category="hate"), outcome=outcome)
    may = who.is_staff and (role != "moderator" or outcome != "terminate")
    expected = 302 if may or role == "guest" else 403 if who.is_staff else 404
    assert answer.status_code == expected
    assert Decision.objects.exists() is may


@pytest.mark.parametrize("role", ["moderator", "senior", "administrator"])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_nobody_decides_on_their_own(
    role: str,
    outcome: str,
    request: pytest.FixtureRequest,
    client_of: Callable[[User | None], Client],
    make_output: Callable[..., Output],
) -> None:
    """Whatever the role and the outcome: one's own things are somebody else's to decide."""
    who = request.getfixturevalue(role)
    case = cases.file_signal(make_output(who), kind="report", category="violence")
    assert post(client_of(who), case, outcome=outcome).status_code == 403
    assert not Decision.objects.exists()


# What they see


def test_nothing_is_shown_until_asked(case: Case, desk: Client, picture: Output) -> None:
    """Blurred and grey: not even the address of the file is on the page, and the file does not open; asked for, it
    does, and the audit has a line."""
    address = f"/moderation/cases/{case.pk}/"
    file = f"{address}pictures/{picture.pk}/"
    assert file not in desk.get(address).content.decode()
    assert desk.get(file).status_code == 404
    assert desk.post(f"{address}reveal/").status_code == 302
    assert AuditEvent.objects.filter(verb="case.reveal", object_id=case.pk).exists()
    assert file in desk.get(address).content.decode()
    assert desk.get(file)["Content-Type"] == "image/webp"


def test_removed_pictures_are_still_seen_at_the_desk(case: Case, desk: Client, picture: Output) -> None:
    """What was removed can be looked at again, or no appeal could be answered."""
    post(desk, case, outcome="remove")
    desk.post(f"/moderation/cases/{case.pk}/reveal/")
    assert desk.get(f"/moderation/cases/{case.pk}/pictures/{picture.pk}/").status_code == 200


def test_no_other_picture_opens(
    case: Case, desk: Client, bob: User, make_output: Callable[..., Output]
) -> None:
    """The case is no key to other people's files."""
    other = make_output(bob)
    desk.post(f"/moderation/cases/{case.pk}/reveal/")
    assert desk.get(f"/moderation/cases/{case.pk}/pictures/{other.pk}/").status_code == 404


def test_the_page_says_what_matters(case: Case, desk: Client, picture: Output) -> None:
    """The words at fault marked, the recipe, the signals, the person, what is recommended."""
    cases.file_signal(
        picture,
        kind="rule",
        category="violence",
        source="gore/3",
        spans=[{"field": "prompt", "start": 2, "end": 5, "term": "fox"}],
    )
    page = desk.get(f"/moderation/cases/{case.pk}/").content.decode()
    for words in ('<mark title="fox">fox</mark>', "look at this", "gore/3", "Steps", "(recommended)"):
        assert words in page


def test_a_private_case_opens_to_seniors_for_a_reason(
    alice: User,
    desk: Client,
    senior: User,
    client_of: Callable[[User | None], Client],
    make_output: Callable[..., Output],
) -> None:
    """What nobody shared or reported: no moderator sees it, a senior says why, and the audit keeps that."""
    case = cases.file_signal(
        make_output(alice, prompt="my secret heron"), kind="classifier", category="sexual"
    )
    address = f"/moderation/cases/{case.pk}/"
    assert desk.get(address).status_code == 403
    boss = client_of(senior)
    assert "heron" not in boss.get(address).content.decode()
    assert post(boss, case, outcome="hide").status_code == 404
    assert boss.post(f"{address}open/", {"reason": "no"}).status_code == 422
    boss.post(f"{address}open/", {"reason": "A court has asked for it."})
    assert "heron" in boss.get(address).content.decode()
    assert AuditEvent.objects.get(verb="private.open").reason == "A court has asked for it."
    assert "my secret heron" not in desk.get("/moderation/").content.decode()


def test_what_is_escalated_is_for_seniors(case: Case, desk: Client, senior: User, client_of: Any) -> None:
    """E hands it on; from then on it is not the moderator's."""
    post(desk, case, "escalate")
    assert desk.get(f"/moderation/cases/{case.pk}/").status_code == 403
    assert client_of(senior).get(f"/moderation/cases/{case.pk}/").status_code == 200


# What they do


def test_one_after_the_other(
    alice: User, desk: Client, moderator: User, make_output: Callable[..., Output]
) -> None:
    """Next takes the gravest, a verdict leads to the one after it, claimed already, and the last to the queue."""
    light = cases.file_signal(make_output(alice), kind="report", category="spam")
    grave = cases.file_signal(make_output(alice), kind="report", category="intimate")
    assert desk.post("/moderation/next/")["Location"] == f"/moderation/cases/{grave.pk}/"
    grave.refresh_from_db()
    assert grave.claimed_by == moderator
    assert post(desk, grave, outcome="remove")["Location"] == f"/moderation/cases/{light.pk}/"
    assert post(desk, light, outcome="keep")["Location"] == "/moderation/"


def test_filters_go_along(alice: User, desk: Client, make_output: Callable[..., Output]) -> None:
    """Whoever works through one queue stays in it."""
    spam = cases.file_signal(make_output(alice), kind="report", category="spam")
    cases.file_signal(make_output(alice), kind="report", category="intimate")
    assert desk.post("/moderation/next/", {"queue": "ordinary"})["Location"].endswith(
        f"/{spam.pk}/?queue=ordinary"
    )
    page = desk.get("/moderation/?queue=ordinary").content.decode()
    assert f"row-{spam.pk}" in page
    assert page.count('class="mod-row"') == 1


def test_the_queue_goes_on(alice: User, desk: Client, django_assert_max_num_queries: Any) -> None:
    """Stretch after stretch by keyset, each case once, with as many queries for many as for few."""
    now = timezone.now()
    Case.objects.bulk_create(
        Case(
            subject_kind="output",
            subject_id=f"x{number}",
            person=alice,
            category="spam",
            cluster="c",
            score=number % 7,
            due_at=now,
        )
        for number in range(70)
    )
    seen: list[str] = []
    address = "/moderation/"
    for _ in range(3):
        with django_assert_max_num_queries(20):
            page = desk.get(address).content.decode()
        seen += [part[:26] for part in page.split('id="row-')[1:]]
        more = page.split("&amp;after=")[1].split('"')[0] if "&amp;after=" in page else ""
        address = f"/moderation/?after={more}"
    assert (len(seen), len(set(seen)), more) == (70, 70, "")
    assert desk.get("/moderation/?after=nonsense").status_code == 404


def test_two_moderators(case: Case, desk: Client, senior: User, client_of: Any) -> None:
    """What another has claimed is not offered, and what another has decided is said to have moved on."""
    post(desk, case, "claim")
    other = client_of(senior)
    assert other.post("/moderation/next/")["Location"] == "/moderation/"
    assert post(other, case, outcome="keep").status_code == 409
    post(desk, case, outcome="blur")
    assert (
        desk.post(f"/moderation/cases/{case.pk}/decide/", {"lock_version": 0, "outcome": "keep"}).status_code
        == 409
    )


def test_undo_is_offered_for_ten_seconds(case: Case, desk: Client) -> None:
    """After a verdict the next page offers to undo it; later it does not, and the address says that it is too late."""
    post(desk, case, outcome="remove")
    made = Decision.objects.get()
    assert f"/moderation/decisions/{made.pk}/undo/" in desk.get("/moderation/").content.decode()
    assert desk.post(f"/moderation/decisions/{made.pk}/undo/").status_code == 302
    assert Output.objects.get(pk=case.subject_id).standing == 0
    post(desk, case, outcome="remove")
    late = Decision.objects.latest("pk")
    age(late, seconds=11)
    assert f"/moderation/decisions/{late.pk}/undo/" not in desk.get("/moderation/").content.decode()
    assert desk.post(f"/moderation/decisions/{late.pk}/undo/").status_code == 409


def test_a_cluster_at_once(alice: User, desk: Client, make_output: Callable[..., Output]) -> None:
    """One verdict for all that look alike, as the page showed them; one that moved meanwhile is left alone."""
    rows = [
        cases.file_signal(make_output(alice, fingerprint="a5" * 32), kind="report", category="hate")
        for _ in range(3)
    ]
    page = desk.get(f"/moderation/cases/{rows[0].pk}/").content.decode()
    assert "The same for the 2 that look like it" in page
    assert desk.get("/moderation/").content.decode().count('class="mod-row"') == 1
    alike = [f"{row.pk}:{row.lock_version}" for row in rows[1:]]
    cases.file_signal(Output.objects.get(pk=rows[2].subject_id), kind="report", category="hate")
    assert post(desk, rows[0], outcome="hide", cluster="1", alike=alike).status_code == 302
    states = [Case.objects.get(pk=row.pk).state for row in rows]
    assert states == [CaseState.DECIDED, CaseState.DECIDED, CaseState.OPEN]
    assert Case.objects.get(pk=rows[2].pk).is_head


def test_reasons_are_kept(case: Case, desk: Client) -> None:
    """What the moderator wrote stands in the decision; what is wrong is said, and nothing is decided."""
    assert post(desk, case, outcome="remove", days="x").status_code == 422
    assert post(desk, case, outcome="remove", ground="legal").status_code == 403
    post(desk, case, outcome="hide", facts="Blood.", user_text="Sorry.", internal_note="third time", days="2")
    made = Decision.objects.get()
    assert (made.facts, made.user_text, made.internal_note) == ("Blood.", "Sorry.", "third time")
    assert made.ends_at - made.decided_at > timedelta(days=1, hours=23)


# Second looks and appeals


def test_an_appeal_at_the_desk(
    case: Case, desk: Client, alice: User, senior: User, client_of: Callable[[User | None], Client]
) -> None:
    """It is listed, read and answered; who decided first cannot, and the person reads the answer."""
    post(desk, case, outcome="remove")
    appeal = appeals.open_appeal(Decision.objects.get(), alice, text="It is a toy heron.")
    assert appeal.pk in desk.get("/moderation/appeals/").content.decode()
    address = f"/moderation/appeals/{appeal.pk}/"
    assert "toy heron" in desk.get(address).content.decode()
    assert desk.post(address, {"answer": "uphold"}).status_code == 403
    boss = client_of(senior)
    assert boss.post(address, {}).status_code == 422
    assert boss.post(address, {"answer": "overturn", "text": "So it is."}).status_code == 302
    assert Output.objects.get(pk=case.subject_id).standing == 0


def test_a_second_look_at_the_desk(
    bob: User, senior: User, administrator: User, desk: Client, client_of: Callable[[User | None], Client]
) -> None:
    """To close an account: proposed by one senior, agreed by another; no moderator sees it."""
    case = cases.file_signal(bob, kind="report", category="hate")
    assert post(client_of(senior), case, outcome="terminate").status_code == 302
    address = f"/moderation/reviews/{Review.objects.get().pk}/"
    assert desk.get(address).status_code == 403
    assert client_of(senior).post(address, {"agrees": "1"}).status_code == 403
    other = client_of(administrator)
    assert "Account closed?" in other.get(address).content.decode()
    assert other.post(address, {"agrees": "1"}).status_code == 302
    bob.refresh_from_db()
    assert bob.standing >= 8


def test_a_blind_look_shows_no_outcome(
    picture: Output, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reviewer decides as if nobody had."""
    from generations.services import decisions

    monkeypatch.setattr(decisions.secrets, "randbelow", lambda most: 0)
    case = cases.file_signal(picture, kind="report", category="violence")
    decisions.decide_automatically(case, "remove", source="hash@1", closes=True)
    address = f"/moderation/reviews/{Review.objects.get().pk}/"
    page = desk.get(address).content.decode()
    assert "What would you have done?" in page
    assert "Removed" not in page
    assert desk.post(address, {"outcome": "remove"}).status_code == 302
    assert Review.objects.get().agrees


def test_an_answer_reaches_its_person(
    case: Case,
    senior: User,
    alice: User,
    client_of: Callable[[User | None], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From the notice the person appeals; what they wrote stays when it is too short to send."""
    monkeypatch.setattr("generations.services.notices.UNDO", timedelta(0))
    decide(case, senior, "remove")
    hers = client_of(alice)
    address = f"/account/notices/{alice.notices.get().pk}/"
    assert "It was removed" in hers.get(address).content.decode()
    assert hers.post(f"{address}appeal/", {"text": " "}).status_code == 422
    assert hers.post(f"{address}appeal/", {"text": "It is a toy."}).status_code == 302
    assert "It is a toy." in hers.get(address).content.decode()
    assert senior.email not in hers.get(address).content.decode()
