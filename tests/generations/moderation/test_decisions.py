"""Decisions, what they do, and that it can be taken back whole."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import guard
from accounts.models import User
from generations import standing
from generations.errors import Conflict, InvalidInput, NotAllowed
from generations.models import (
    Action,
    Appeal,
    Case,
    CaseState,
    Decision,
    Hold,
    Notice,
    Output,
    Prediction,
    Report,
    Review,
    Ruling,
    Share,
    Strike,
)
from generations.services import (
    actions,
    appeals,
    cases,
    decisions,
    notices,
    outputs,
    reports,
    reviews,
    strikes,
)
from generations.services.decisions import Reasons
from tests.conftest import PASSWORD

ON_THINGS = ["label", "blur", "age_gate", "unlist", "hold", "revoke_links", "hide", "remove"]
ON_PEOPLE = ["limit", "mute", "suspend"]
OF_OUTPUTS = (
    "pk",
    "standing",
    "is_published",
    "is_sensitive",
    "says_sensitive",
    "hold",
    "trashed_at",
    "epoch",
)


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss@example.org", PASSWORD)


@pytest.fixture
def second_boss(db: None) -> User:
    return User.objects.create_superuser("second@example.org", PASSWORD)


def case_of(subject: object, **told: Any) -> Case:
    return cases.file_signal(subject, **{"kind": "report", "category": "violence", **told})


def decide(case: Case, who: User, outcome: str, **reasons: Any) -> Decision:
    case.refresh_from_db()
    return decisions.decide(case, who, outcome, lock_version=case.lock_version, reasons=Reasons(**reasons))


def state_of(user: User) -> dict[str, list[tuple[Any, ...]]]:
    """Whatever of a person's things a decision may touch; the seq of a prediction only ever rises."""
    return {
        "user": list(User.objects.filter(pk=user.pk).values_list("standing", "is_active")),
        "outputs": list(Output.objects.filter(user=user).order_by("pk").values_list(*OF_OUTPUTS)),
        "shares": list(
            Share.objects.filter(user=user)
            .order_by("pk")
            .values_list("pk", "standing", "is_public", "revoked_at", "epoch", "cover", "password")
        ),
        "predictions": list(Prediction.objects.filter(user=user).order_by("pk").values_list("pk", "is_held")),
    }


def age(decision: Decision, **ago: int) -> None:
    """Let the decision have fallen earlier: no code can, so the guard of the table is taken off for a moment."""
    connection.check_constraints()
    table = Decision._meta.db_table
    with connection.cursor() as cursor:
        for statement in guard.dropping(table, vendor=connection.vendor):
            cursor.execute(statement)
    Decision.objects.filter(pk=decision.pk).update(decided_at=timezone.now() - timedelta(**ago))
    decision.refresh_from_db()
    connection.check_constraints()
    guard.ensure()


# One at a time


@pytest.mark.parametrize("outcome", ON_THINGS)
def test_undone_at_once_it_never_was(picture: Output, link: Share, boss: User, outcome: str) -> None:
    """Undone within ten seconds, all is as before: the things, the strikes, the reports, and nobody was told."""
    report = reports.file(link, rule="violence", words="", email="", user=None, network="n")
    case = Case.objects.get()
    before = state_of(picture.user)
    made = decide(case, boss, outcome)
    assert state_of(picture.user) != before
    decisions.undo(made, boss)
    assert state_of(picture.user) == before
    assert (Notice.objects.count(), strikes.points_of(picture.user)) == (0, 0)
    case.refresh_from_db()
    assert (case.state, case.claimed_by) == (CaseState.OPEN, boss)
    assert Report.objects.get(pk=report.pk).status == "open"


def test_after_ten_seconds_it_cannot_be_undone(picture: Output, boss: User) -> None:
    """Once the notice may have left, there is only the way of an appeal."""
    made = decide(case_of(picture), boss, "remove")
    age(made, seconds=11)
    with pytest.raises(Conflict):
        decisions.undo(made, boss)


def test_only_who_decided_undoes(picture: Output, boss: User, second_boss: User) -> None:
    """Somebody else's decision is not theirs to undo."""
    made = decide(case_of(picture), boss, "remove")
    with pytest.raises(Conflict):
        decisions.undo(made, second_boss)


def test_two_who_decide_notice(picture: Output, boss: User, second_boss: User) -> None:
    """The second of two decisions on what both saw is refused."""
    case = case_of(picture)
    decisions.decide(case, boss, "blur", lock_version=case.lock_version)
    with pytest.raises(Conflict):
        decisions.decide(case, second_boss, "remove", lock_version=case.lock_version)


def test_nobody_decides_on_themselves(picture: Output) -> None:
    """Staff are people too."""
    case = case_of(picture)
    with pytest.raises(NotAllowed):
        decide(case, picture.user, "keep")


def test_the_strongest_holds(picture: Output, boss: User) -> None:
    """What holds comes from all active actions: reversing one leaves the other."""
    first = decide(case_of(picture), boss, "blur")
    extra = decisions.decide_automatically(Case.objects.get(), "remove", source="hash:pdq@1")
    picture.refresh_from_db()
    assert picture.standing == standing.BLUR | standing.REMOVE
    with transaction.atomic():
        decisions.overturn(extra, by=boss)
    picture.refresh_from_db()
    assert (picture.standing, picture.is_published, picture.is_sensitive) == (standing.BLUR, True, True)
    assert first.actions.get(kind="blur").reversed_at is None


def test_an_action_ends_by_itself(picture: Output, boss: User) -> None:
    """With its end what holds is computed anew."""
    made = decide(case_of(picture), boss, "hide", days=1)
    Action.objects.filter(decision=made, kind="hide").update(ends_at=timezone.now() - timedelta(seconds=1))
    assert actions.lift_ended() == 1
    picture.refresh_from_db()
    assert (picture.standing, picture.is_published) == (0, True)
    assert actions.lift_ended() == 0


def test_the_mark_of_its_publisher_stays_theirs(picture: Output, boss: User) -> None:
    """A blur by a moderator cannot be taken away by the owner, and leaves with the decision."""
    made = decide(case_of(picture), boss, "blur")
    picture.refresh_from_db()
    outputs.mark_sensitive(picture, is_sensitive=False)
    assert picture.is_sensitive
    decisions.undo(made, boss)
    picture.refresh_from_db()
    assert not picture.is_sensitive


def test_a_decision_of_a_prediction_holds_for_what_it_makes_later(
    picture: Output, alice: User, boss: User
) -> None:
    """What was held before its outputs came is held with them."""
    decide(case_of(picture.prediction), boss, "hold")
    picture.refresh_from_db()
    assert picture.standing == standing.HOLD


def test_what_was_held_is_let_go(picture: Output, boss: User) -> None:
    """“Breaks no rule” releases what a rule or the classifier holds; undone, it is held again."""
    Output.objects.filter(pk=picture.pk).update(hold=Hold.SHARED)
    Prediction.objects.filter(pk=picture.prediction_id).update(is_held=True)
    before = state_of(picture.user)
    made = decide(case_of(picture), boss, "keep")
    picture.refresh_from_db()
    picture.prediction.refresh_from_db()
    assert (picture.hold, picture.prediction.is_held) == (Hold.NONE, False)
    decisions.undo(made, boss)
    assert state_of(picture.user) == before


def test_all_of_one_rule_version_is_reverted(
    alice: User, boss: User, make_output: Callable[..., Output]
) -> None:
    """Everything that one version decided goes in one step, and nothing else."""
    before = [make_output(alice) for _ in range(3)]
    other = make_output(alice)
    for row in before:
        decisions.decide_automatically(case_of(row), "hide", source="prompt:gore/3", closes=True)
    decisions.decide_automatically(case_of(other), "hide", source="prompt:gore/4", closes=True)
    assert decisions.revert_source("prompt:gore/3", by=boss) == 3
    assert {row.standing for row in Output.objects.filter(pk__in=[row.pk for row in before])} == {0}
    assert Output.objects.get(pk=other.pk).standing == standing.HIDE
    assert decisions.revert_source("prompt:gore/3", by=boss) == 0


# Any order


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    plan=st.lists(st.sampled_from(ON_THINGS), min_size=1, max_size=5), order=st.randoms(use_true_random=False)
)
def test_applied_and_reversed_is_the_identity(
    picture: Output, link: Share, boss: User, plan: list[str], order: Any
) -> None:
    """Whatever is applied, in whatever order it is reversed, all is as before."""
    with transaction.atomic():
        before = state_of(picture.user)
        case = case_of(picture)
        made = [decisions.decide_automatically(case, outcome, source="test@1") for outcome in plan]
        order.shuffle(made)
        for decision in made:
            decisions.overturn(decision, by=boss)
        assert state_of(picture.user) == before
        transaction.set_rollback(True)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    plan=st.lists(st.sampled_from(ON_PEOPLE), min_size=1, max_size=4), order=st.randoms(use_true_random=False)
)
def test_so_it_is_for_people(alice: User, boss: User, plan: list[str], order: Any) -> None:
    """What was done to a person is undone in any order."""
    with transaction.atomic():
        before = state_of(alice)
        case = case_of(alice)
        made = [decisions.decide_automatically(case, outcome, source="test@1") for outcome in plan]
        order.shuffle(made)
        for decision in made:
            decisions.overturn(decision, by=boss)
        assert state_of(alice) == before
        transaction.set_rollback(True)


# Strikes


def test_a_first_light_breach_is_a_warning(
    boss: User, picture: Output, make_output: Callable[..., Output]
) -> None:
    """Spam counts nothing the first time, and one point the next."""
    decide(case_of(picture, category="spam"), boss, "unlist")
    assert Strike.objects.get().points == 0
    decide(case_of(make_output(picture.user), category="spam"), boss, "unlist")
    assert strikes.points_of(picture.user) == 1


def test_the_ladder(alice: User, boss: User, make_output: Callable[..., Output]) -> None:
    """2 points limit, 4 mute, 6 suspend, 8 ask a person."""
    seen = []
    for _ in range(4):
        decide(case_of(make_output(alice), category="hate"), boss, "hide")
        alice.refresh_from_db()
        seen.append(alice.standing)
    assert seen == [
        standing.LIMIT,
        standing.LIMIT | standing.MUTE,
        standing.LIMIT | standing.MUTE | standing.SUSPEND,
        standing.LIMIT | standing.MUTE | standing.SUSPEND,
    ]
    assert Case.objects.get(subject_kind="user").subject_id == str(alice.pk)


def test_strikes_fade(picture: Output, boss: User) -> None:
    """Half after 45 days, nothing after 90."""
    decide(case_of(picture, category="hate"), boss, "hide")
    now = timezone.now()
    assert strikes.points_of(picture.user) == 2
    Strike.objects.update(halves_at=now)
    assert strikes.points_of(picture.user) == 1
    Strike.objects.update(expires_at=now)
    assert strikes.points_of(picture.user) == 0


def test_soft_signals_never_count(picture: Output, boss: User) -> None:
    """What only a soft rule said is decided on, and counts nothing."""
    decide(case_of(picture, kind="rule", is_soft=True), boss, "blur")
    assert not Strike.objects.exists()


def test_one_automatic_strike_a_day(alice: User, make_output: Callable[..., Output]) -> None:
    """A machine strikes once a day, however much it finds."""
    for _ in range(3):
        decisions.decide_automatically(case_of(make_output(alice)), "hide", source="hash@1", closes=True)
    assert Strike.objects.count() == 1


# Two persons


def test_what_is_severe_waits_for_a_second(alice: User, boss: User, second_boss: User) -> None:
    """To close an account takes two; until the second has agreed it is suspended."""
    made = decide(case_of(alice), boss, "terminate")
    alice.refresh_from_db()
    assert alice.standing == standing.SUSPEND
    with pytest.raises(NotAllowed):
        reviews.second(made.review, boss, agrees=True)
    reviews.second(made.review, second_boss, agrees=True)
    alice.refresh_from_db()
    assert alice.standing == standing.SUSPEND | standing.TERMINATE


def test_a_second_who_disagrees_takes_it_back(alice: User, boss: User, second_boss: User) -> None:
    """Then all is as before, and somebody senior decides anew."""
    before = state_of(alice)
    made = decide(case_of(alice), boss, "terminate")
    reviews.second(made.review, second_boss, agrees=False)
    assert state_of(alice) == before
    assert Case.objects.get().state == CaseState.ESCALATED


def test_whoever_is_alone_waits_a_day(alice: User, boss: User) -> None:
    """Where nobody else could agree, the same person may after 24 hours, and it is recorded so."""
    made = decide(case_of(alice), boss, "terminate")
    with pytest.raises(NotAllowed, match="Nobody else"):
        reviews.second(made.review, boss, agrees=True)
    age(made, hours=25)
    found = reviews.second(Review.objects.get(), boss, agrees=True)
    assert found.is_single_operator


def test_the_database_wants_two(alice: User, boss: User) -> None:
    """Below all code: no severe action begins without a review, and no review is by the one who decided."""
    made = decide(case_of(alice), boss, "terminate")
    waiting = made.actions.filter(needs_second=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        waiting.update(starts_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(decision=made).update(reviewer=boss, reviewed_at=timezone.now(), agrees=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.filter(pk=made.pk).update(needs_second=False)
    with pytest.raises(DatabaseError), transaction.atomic():
        made.delete()


def test_to_undo_anothers_work_takes_two(picture: Output, boss: User, second_boss: User) -> None:
    """“Breaks no rule” over another moderator's removal changes nothing until a second person agrees."""
    case = case_of(picture)
    decide(case, boss, "remove")
    case_of(picture)
    made = decide(case, second_boss, "keep")
    assert made.needs_second
    assert Output.objects.get(pk=picture.pk).standing == standing.REMOVE
    reviews.second(made.review, boss, agrees=True)
    assert Output.objects.get(pk=picture.pk).standing == 0


def test_a_legal_ground_names_its_law(picture: Output, boss: User) -> None:
    """And takes two; meanwhile it is hidden."""
    case = case_of(picture)
    with pytest.raises(InvalidInput):
        decide(case, boss, "remove", ground="legal")
    made = decide(case, boss, "remove", ground="legal", legal_ground="Section 1 of some act")
    assert made.needs_second
    assert Output.objects.get(pk=picture.pk).standing == standing.HIDE


def test_blind_reviews_count_agreement(picture: Output, boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """One automatic decision of twenty is decided again by somebody who does not see it."""
    monkeypatch.setattr(decisions.secrets, "randbelow", lambda most: 0)
    decisions.decide_automatically(case_of(picture), "hide", source="hash@1", closes=True)
    review = Review.objects.get(kind="blind")
    assert reviews.blind(review, boss, outcome="keep").agrees is False
    assert Case.objects.get().state == CaseState.ESCALATED


# Appeals


def test_an_appeal_brings_everything_back(
    picture: Output, link: Share, boss: User, second_boss: User
) -> None:
    """Free, once, answered by another; won, all is as before, and the strike never counted."""
    before = state_of(picture.user)
    made = decide(case_of(picture), boss, "remove")
    appeal = appeals.open_appeal(made, picture.user, text="It is a toy.")
    with pytest.raises((Conflict, NotAllowed)):
        appeals.open_appeal(made, picture.user, text="Again.")
    with pytest.raises(NotAllowed):
        appeals.answer(appeal, boss, is_overturned=True)
    appeals.answer(appeal, second_boss, is_overturned=True, text="It is.")
    assert state_of(picture.user) == before
    assert strikes.points_of(picture.user) == 0
    assert set(Notice.objects.values_list("template", flat=True)) == {"decision", "overturned"}


def test_an_appeal_holds_nothing_that_turns_the_page(picture: Output, boss: User) -> None:
    """Neither what turns the direction of words, nor what cannot be seen alone."""
    made = decide(case_of(picture), boss, "remove")
    with pytest.raises(InvalidInput):
        appeals.open_appeal(made, picture.user, text="\u202e\u200b ")
    assert appeals.open_appeal(made, picture.user, text=" a\u202etoy\r\nyes ").text == "atoy\nyes"


def test_the_database_wants_another_for_an_appeal(picture: Output, boss: User) -> None:
    """No code can let the first person answer."""
    made = decide(case_of(picture), boss, "remove")
    appeal = appeals.open_appeal(made, picture.user, text="It is a toy.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(
            state="upheld", decided_by=boss, decided_at=timezone.now(), waited_s=60
        )


def test_what_is_not_theirs_cannot_be_appealed(picture: Output, bob: User, boss: User) -> None:
    """Nor what is half a year old, nor without a word."""
    made = decide(case_of(picture), boss, "remove")
    with pytest.raises(NotAllowed):
        appeals.open_appeal(made, bob, text="mine")
    with pytest.raises(InvalidInput):
        appeals.open_appeal(made, picture.user, text=" ")
    made.decided_at -= timedelta(days=200)
    assert not appeals.may(made)


# Words


def test_the_notice_says_what_it_must(picture: Output, boss: User) -> None:
    """The thing, the rule, what was seen, by whom (a person, unnamed), until when, and how to appeal."""
    decide(
        case_of(picture),
        boss,
        "hide",
        days=3,
        facts="Blood on the wall.",
        user_text="Please mark such pictures.",
    )
    text = Notice.objects.get().text
    for words in (
        "your picture",
        "It glorifies cruelty",
        "Blood on the wall.",
        "a person",
        "This ends on",
        "appeal",
    ):
        assert words in text
    assert "boss" not in text


def test_word_goes_out_once(
    picture: Output, link: Share, boss: User, settings: Any, mailoutbox: list[Any]
) -> None:
    """After ten seconds the person and whoever gave an address are told, once each."""
    settings.HAS_MAIL = True
    reports.file(link, rule="violence", words="", email="who@example.org", user=None, network="n")
    decide(Case.objects.get(), boss, "hide")
    assert notices.send_due() == 0
    long_ago = timezone.now() - timedelta(seconds=11)
    Notice.objects.update(leaves_at=long_ago)
    Report.objects.update(outcome_at=long_ago)
    assert notices.send_due() == 2
    assert notices.send_due() == 0
    assert {each.to[0] for each in mailoutbox} == {"alice@example.org", "who@example.org"}


def test_what_waits_for_a_decision_is_not_deleted(picture: Output, boss: User) -> None:
    """Its owner may delete it; the row and its files stay until nobody needs them."""
    case = case_of(picture)
    outputs.trash(picture)
    outputs.purge(picture)
    row = Output.objects.get(pk=picture.pk)
    assert not row.is_published
    assert outputs.purge_bins() == 0
    decide(case, boss, "keep")
    assert outputs.purge_bins() == 1


def test_every_outcome_has_a_name() -> None:
    """A word of the list is a kind of action, or does nothing by itself."""
    alone = {Ruling.KEEP, Ruling.WARN, Ruling.DIVERT, Ruling.UNDO, Ruling.OVERTURN}
    acting = {*ON_THINGS, *ON_PEOPLE, "terminate", "block_hash"}
    assert set(Ruling.values) - {each.value for each in alone} == acting
