"""The rules in public, the numbers of moderation, and statements of reasons as a file."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.test import AsyncClient, Client
from django.utils import timezone

from accounts.models import AuditEvent, User
from generations import dsa, queries
from generations.ids import new_id
from generations.models import (
    Appeal,
    AppealState,
    Case,
    CaseState,
    Decision,
    PolicyState,
    PolicyVersion,
    Report,
    Review,
    Ruling,
)
from tests.conftest import sign_in

pytestmark = pytest.mark.django_db

NOW = timezone.now()
SPAN = (NOW - timedelta(days=30), NOW + timedelta(days=1))


@pytest.fixture
def ruled(alice: User, moderator: User) -> Callable[..., Decision]:
    """ruled("remove", took=hours, ago=days, …): a case that was decided so."""

    def make(
        outcome: str, *, took: float = 1, ago: float = 1, kind: str = "output", **fields: Any
    ) -> Decision:
        at = NOW - timedelta(days=ago)
        case = Case.objects.create(
            subject_kind=kind,
            subject_id=new_id(),
            person=alice,
            state=CaseState.DECIDED,
            category="hate",
            cluster=new_id(),
            created_at=at - timedelta(hours=took),
            due_at=at,
            decided_at=at,
        )
        told = {
            "category": "hate",
            "source_type": "notice",
            "moderator": moderator,
            "person": alice,
            **fields,
        }
        if told.get("automated_decision"):
            told["moderator"] = None
        return Decision.objects.create(case=case, outcome=outcome, decided_at=at, **told)

    return make


def appealed(decision: Decision, state: str, by: User, *, hours: float = 2) -> Appeal:
    opened = NOW - timedelta(days=1)
    answered = (
        {} if state == AppealState.OPEN else {"decided_by": by, "decided_at": opened + timedelta(hours=hours)}
    )
    return Appeal.objects.create(
        decision=decision,
        user=decision.person,
        text="No.",
        created_at=opened,
        due_at=NOW,
        state=state,
        **answered,
    )


# Public numbers


def test_nothing_of_nothing_is_no_rate(client: Client) -> None:
    """A new site says that there is nothing yet, and divides by nothing."""
    found = queries.transparency(*SPAN)
    assert (found.decisions, found.median_s, found.overturned.percent) == (0, None, None)
    page = client.get("/transparency/").content.decode()
    assert page.count("none yet") == 5


def test_decisions_are_counted_by_what_they_are(ruled: Callable[..., Decision]) -> None:
    ruled("remove")
    ruled("remove", ground="legal", legal_ground="§ 1", needs_second=True, category="child")
    ruled("blur", automated_decision=True, automated_detection=True, source_type="own_initiative")
    ruled("keep", is_appealable=False)
    ruled("remove", ago=40)  # before the time that is asked for
    found = queries.transparency(*SPAN)
    assert found.decisions == 4
    assert {each.label: each.count for each in found.outcomes} == {
        "Removed": 2,
        "Marked as sensitive": 1,
        "Breaks no rule": 1,
    }
    assert [each.count for each in found.grounds] == [3, 1]
    assert {each.label: each.count for each in found.sources} == {"A report": 3, "Our own initiative": 1}
    assert (found.automatic.part, found.detected.part, found.appeals.whole) == (1, 1, 3)


def test_what_was_undone_never_was(ruled: Callable[..., Decision], moderator: User) -> None:
    """Undone within seconds: not counted. Overturned later: counted, and not twice."""
    undone, overturned = ruled("remove"), ruled("hide")
    for decision, outcome in ((undone, "undo"), (overturned, "overturn")):
        fields = {"category": "hate", "source_type": "own_initiative", "moderator": moderator}
        Decision.objects.create(case=decision.case, outcome=outcome, supersedes=decision, **fields)
    found = queries.transparency(*SPAN)
    assert [(each.label, each.count) for each in found.outcomes] == [("Hidden", 1)]


@pytest.mark.parametrize(
    ("hours", "median"), [([1], 1), ([1, 3], 2), ([1, 2, 9], 2), ([8, 1, 2, 4], 3), ([5, 5, 5, 5, 1], 5)]
)
def test_the_median_is_the_one_in_the_middle(
    ruled: Callable[..., Decision], hours: list[float], median: float
) -> None:
    for took in hours:
        ruled("remove", took=took)
    ruled("blur", took=1000, automated_decision=True)  # the site's own are not people's time
    assert queries.transparency(*SPAN).median_s == pytest.approx(median * 3600)


def test_appeals_and_second_looks(ruled: Callable[..., Decision], senior: User) -> None:
    appealed(ruled("remove"), AppealState.OVERTURNED, senior, hours=2)
    appealed(ruled("remove"), AppealState.UPHELD, senior, hours=4)
    appealed(ruled("hide"), AppealState.OPEN, senior)
    for agrees, source in ((True, "nsfw@1"), (True, "nsfw@1"), (False, "nsfw@1"), (True, "prompt:hate@2")):
        decision = ruled("blur", automated_decision=True, source=source)
        Review.objects.create(
            decision=decision, kind="blind", reviewer=senior, reviewed_at=NOW, agrees=agrees
        )
    found = queries.transparency(*SPAN)
    assert (found.appeals.part, found.answered, found.overturned.percent) == (3, 2, 50.0)
    assert found.appeal_median_s == pytest.approx(3 * 3600)
    assert (found.agreement.part, found.agreement.whole) == (3, 4)
    by_source = {each.source: each.rate.percent for each in queries.work().agreement}
    assert by_source == {"nsfw@1": 66.7, "prompt:hate@2": 100.0}


def test_the_page_and_the_json_tell_the_same(
    client: Client, ruled: Callable[..., Decision], alice: User
) -> None:
    ruled("remove", took=2, facts="She said so.", internal_note="Careful", user_text="Sorry")
    Report.objects.create(
        rule="hate", subject="x", publisher_id=alice.pk, email="who@example.org", words="hm"
    )
    told = client.get("/transparency/numbers.json").json()
    assert (told["decisions"], told["median_s"]) == (1, 7200.0)
    page = client.get("/transparency/").content.decode()
    assert "2 hours" in page
    assert "It attacks people for what they are" in page
    for secret in ("alice", "moderator@", "who@example.org", "She said so", "Careful", "Sorry"):
        assert secret not in page + json.dumps(told)


def test_the_public_page_costs_little(
    client: Client, ruled: Callable[..., Decision], django_assert_max_num_queries: Callable[..., Any]
) -> None:
    """As many queries for many decisions as for few, and none while the numbers are kept."""
    for _ in range(20):
        ruled("remove")
    with django_assert_max_num_queries(20):
        client.get("/transparency/")
    with django_assert_max_num_queries(0):
        client.get("/transparency/")


# The rules


def test_the_rules_are_those_that_hold(client: Client) -> None:
    """Every rule that a report can name; of the prompt rules those that are active, and never what they look for."""
    common = {"number": 1, "severity": "hold", "sha256": "0" * 64, "clauses": "secret-term"}
    PolicyVersion.objects.create(
        rule="test-a", title="No <b>cruelty</b>", category="violence", state=PolicyState.ACTIVE, **common
    )
    PolicyVersion.objects.create(
        rule="test-b", title="Not yet", category="hate", state=PolicyState.SHADOW, **common
    )
    page = client.get("/rules/").content.decode()
    assert "It sexualises a child" in page
    assert "No &lt;b&gt;cruelty&lt;/b&gt;" in page
    assert "shared only after a person has looked at it" in page
    assert "Not yet" not in page
    assert "secret-term" not in page


def test_every_page_leads_to_the_rules(client: Client) -> None:
    assert 'href="/rules/"' in client.get("/").content.decode()


# The staff's own


def test_queues_are_counted_with_their_age(
    ruled: Callable[..., Decision], client_of: Any, moderator: User
) -> None:
    ruled("remove")
    for hours, queue in ((50, "urgent"), (2, "urgent"), (1, "ordinary")):
        at = NOW - timedelta(hours=hours)
        Case.objects.create(
            subject_kind="output", subject_id=new_id(), category="hate", queue=queue, cluster=new_id(),
            created_at=at, due_at=at + timedelta(hours=24),
        )  # fmt: skip
    found = {each.label: each for each in queries.work().queues}
    assert (found["Urgent"].waiting, found["Urgent"].overdue, found["Serious"].waiting) == (2, 1, 0)
    assert found["Urgent"].oldest_at == NOW - timedelta(hours=50)
    page = client_of(moderator).get("/moderation/numbers/").content.decode()
    assert "2\xa0days" in page


def test_days_without_a_decision_are_there_too(ruled: Callable[..., Decision]) -> None:
    ruled("remove", ago=0)
    ruled("blur", ago=3, automated_decision=True)
    days = queries.work().days
    assert len(days) == 30
    assert days[0].date == timezone.localdate()
    assert sum(day.people for day in days) == 1
    assert sum(day.automatic for day in days) == 1


# Statements of reasons


@pytest.mark.parametrize("outcome", [value for value in Ruling.values if value in dsa.STATED])
def test_a_statement_has_every_field_and_says_what_is_restricted(
    ruled: Callable[..., Decision], outcome: str
) -> None:
    kind = "user" if outcome in {*dsa.PROVISION, *dsa.ACCOUNT} else "output"
    needs = outcome in ("terminate", "block_hash")
    ruled(outcome, kind=kind, needs_second=needs, ends_at=NOW + timedelta(days=7), facts="What was seen.")
    told = next(queries.statements(*SPAN))
    assert set(told) == set(dsa.FIELDS)
    restricted = [told["decision_visibility"], told["decision_provision"], told["decision_account"]]
    assert len([each for each in restricted if each]) == 1
    ends = [told[f"end_date_{each}_restriction"] for each in ("visibility", "service", "account")]
    assert [each for each in ends if each] == [(NOW + timedelta(days=7)).strftime("%Y-%m-%d")]


def test_ground_and_automation_are_said(ruled: Callable[..., Decision]) -> None:
    ruled("remove", ground="legal", legal_ground="§ 201a StGB", rule_text="Likeness", needs_second=True)
    ruled(
        "blur", ago=0.5, automated_decision=True, automated_detection=True, rule="hate/2", rule_text="No hate"
    )
    legal, terms = list(queries.statements(*SPAN))
    assert legal["decision_ground"] == "DECISION_GROUND_ILLEGAL_CONTENT"
    assert (legal["illegal_content_legal_ground"], legal["incompatible_content_ground"]) == (
        "§ 201a StGB",
        None,
    )
    assert legal["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"
    assert (terms["incompatible_content_ground"], terms["automated_decision"]) == (
        "hate/2",
        "AUTOMATED_DECISION_FULLY",
    )
    assert terms["automated_detection"] == "Yes"


def test_statements_leave_out_what_restricts_nothing_or_was_reversed(
    ruled: Callable[..., Decision], moderator: User
) -> None:
    ruled("keep")
    ruled("warn")
    wrong = ruled("remove")
    fields = {"category": "hate", "source_type": "own_initiative", "moderator": moderator}
    Decision.objects.create(case=wrong.case, outcome="overturn", supersedes=wrong, **fields)
    assert list(queries.statements(*SPAN)) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("format", ["csv", "json"])
async def test_the_file_holds_them_all(senior: User, ruled: Callable[..., Decision], format: str) -> None:
    """Streamed; without people; a formula is a text; and that it was taken is in the audit."""
    from asgiref.sync import sync_to_async

    await sync_to_async(_decide_twice)(ruled)
    client = AsyncClient()
    await sync_to_async(sign_in)(client, senior)
    day = NOW.astimezone(UTC)
    form = {"since": f"{day - timedelta(days=5):%Y-%m-%d}", "until": f"{day:%Y-%m-%d}", "format": format}
    answer = await client.post("/moderation/statements/", form)
    body = b"".join([piece async for piece in answer.streaming_content]).decode()
    assert f'.{format}"' in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(body))) if format == "csv" else json.loads(body)["statements"]
    assert len(rows) == 2
    assert {row["decision_facts"] for row in rows} == {
        "'=1+1" if format == "csv" else "=1+1",
        "Zwei\nZeilen, “so”",
    }
    for secret in ("alice", "moderator@", "Careful"):
        assert secret not in body
    assert await AuditEvent.objects.filter(verb="statements.export", actor=f"user:{senior.pk}").acount() == 1


def _decide_twice(ruled: Callable[..., Decision]) -> None:
    ruled("remove", facts="=1+1", internal_note="Careful")
    ruled("hide", facts="Zwei\nZeilen, “so”")


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"since": "2026-02-01", "until": "2026-01-01", "format": "csv"},
        {"since": "2000-01-01", "until": "2026-01-01", "format": "csv"},
        {"since": "2026-01-01", "until": "2026-01-02", "format": "exe"},
        {"since": "0000-00-00", "until": "9999-99-99", "format": "csv"},
        {"since": "9999-12-01", "until": "9999-12-31", "format": "csv"},
        {"since": "2026-01-01\x00", "until": "2026-01-02", "format": "csv"},
    ],
)
def test_a_form_that_is_wrong_gives_no_file(client_of: Any, senior: User, form: dict[str, str]) -> None:
    assert client_of(senior).post("/moderation/statements/", form).status_code == 422
    assert not AuditEvent.objects.filter(verb="statements.export").exists()
