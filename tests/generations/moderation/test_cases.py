"""Signals come in and find the one live case of their subject."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from generations.errors import Conflict
from generations.models import Case, CaseState, Output, Report, Share
from generations.services import cases, reports


def said(subject: object, **told: object) -> Case:
    return cases.file_signal(subject, **{"kind": "rule", "category": "violence", **told})


def test_signals_gather_in_one_case(picture: Output) -> None:
    """A second signal on the same picture weighs on its case, and opens no other."""
    first = said(picture, confidence=0.5)
    second = said(picture, confidence=0.5, category="intimate")
    assert first.pk == second.pk
    assert (second.signals_count, second.category, second.severity, second.queue) == (
        2,
        "intimate",
        4,
        "urgent",
    )
    assert second.score > first.score


def test_a_report_becomes_a_signal(link: Share, bob: User) -> None:
    """What somebody reports stands in the case of the picture, with their weight."""
    report = reports.file(link, rule="hate", words="look", email="", user=bob, network="n")
    anonymous = reports.file(link, rule="hate", words="", email="", user=None, network="m")
    case = Case.objects.get()
    assert (case.subject_kind, case.subject_id, case.person) == ("output", link.output_id, link.user)
    assert report.signal.case == case
    assert [each.weight for each in case.signals.order_by("pk")] == [1.0, 0.5]
    assert Report.objects.get(pk=anonymous.pk).signal.reporter is None


def test_a_decided_case_opens_again(picture: Output) -> None:
    """What comes after a decision opens the same case, and says that it did."""
    case = said(picture)
    Case.objects.filter(pk=case.pk).update(state=CaseState.DECIDED, decided_at=case.created_at)
    again = said(picture)
    assert (again.pk, again.state, again.reopened, again.decided_at) == (case.pk, "open", 1, None)


def test_a_second_live_case_is_refused_by_the_database(picture: Output) -> None:
    """One live case a subject holds below all code."""
    case = said(picture)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(subject_kind="output", subject_id=picture.pk, cluster="x", due_at=case.due_at)


def test_likenesses_stand_under_one_head(
    alice: User, picture: Output, make_output: Callable[..., Output]
) -> None:
    """Pictures that look alike are one cluster in the queue; others stand alone."""
    head = said(picture)
    near = said(make_output(alice, fingerprint="a5" * 31 + "a4"))
    far = said(make_output(alice, fingerprint="5a" * 32))
    assert (near.cluster, near.is_head) == (head.pk, False)
    assert (far.cluster, far.is_head) == (far.pk, True)


def test_what_is_seen_by_many_weighs_more(picture: Output, link: Share) -> None:
    """Reach counts."""
    alone = said(picture).score
    Share.objects.filter(pk=link.pk).update(views=1000)
    assert said(picture).score > 2 * alone


def test_the_record_of_a_reporter_counts(bob: User, make_output: Callable[..., Output]) -> None:
    """Who was mostly wrong weighs less than who was mostly right, from the sixth report on."""
    assert cases.weight_of_reporter(bob) == 1.0
    for _ in range(8):
        case = said(make_output(bob), kind="report", reporter=bob)
        case.signals.update(verdict="agreed")
    right = cases.weight_of_reporter(bob)
    bob.signals.update(verdict="disagreed")
    assert cases.weight_of_reporter(bob) < 1.0 < right


def test_a_claim_is_of_one_person_for_a_while(picture: Output, moderator: User, bob: User) -> None:
    """Another moderator may take it once the claim has run out, not before."""
    case = cases.claim(said(picture), moderator)
    with pytest.raises(Conflict):
        cases.claim(case, bob)
    Case.objects.filter(pk=case.pk).update(claim_ends_at=case.created_at)
    assert cases.claim(case, bob).claimed_by == bob


def test_what_sexualises_a_child_goes_to_the_seniors(picture: Output) -> None:
    """Such a case is escalated from its first moment."""
    assert said(picture, category="child").state == CaseState.ESCALATED


REPORTERS, TIMES = 4, 5


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_case(picture: Output) -> None:
    """Whoever reports one picture at the same time ends up in one case, with every signal, on any database."""
    start = Barrier(REPORTERS)

    def report(_: int) -> set[str]:
        start.wait()
        try:
            return {said(picture).pk for _ in range(TIMES)}
        finally:
            connection.close()

    with ThreadPoolExecutor(REPORTERS) as pool:
        found = set().union(*pool.map(report, range(REPORTERS)))
    case = Case.objects.get()
    assert found == {case.pk}
    assert case.signals.count() == case.signals_count == REPORTERS * TIMES
