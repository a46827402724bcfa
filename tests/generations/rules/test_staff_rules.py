"""Rules from draft to force: who may, in which order, what is tried and noted, and how all of it is taken back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts import roles
from accounts.models import AuditEvent, User
from generations.errors import Conflict, InvalidInput, NotAllowed
from generations.models import (
    BlockedPicture,
    Decision,
    Hold,
    Outcome,
    Output,
    PolicyHit,
    PolicyState,
    PolicyVersion,
    Prediction,
    Share,
    Version,
)
from generations.services import cases, decisions, drafting, predictions, shares, trying
from generations.services.drafting import Draft
from generations.services.shares import Options
from tests.conftest import staff_of
from tests.generations.pictures import saved
from tests.generations.test_fingerprint import scene

pytestmark = pytest.mark.django_db

RED = Draft("No red here", "refuse", "other", "red fox\n", "red fox terrier")
Rule = Callable[..., PolicyVersion]


@pytest.fixture
def other(db: None) -> User:
    """A second one who may put rules in force."""
    return staff_of(roles.Role.SENIOR, name="second")


@pytest.fixture
def draft(senior: User) -> PolicyVersion:
    return drafting.begin("red", RED, by=senior)


def in_shadow(version: PolicyVersion, by: User, *, hours: float = 25) -> PolicyVersion:
    drafting.shadow(version, by=by)
    at = timezone.now() - timedelta(hours=hours)
    PolicyVersion.objects.filter(pk=version.pk).update(shadow_at=at, edited_at=at)
    version.refresh_from_db()
    return version


def verbs() -> list[str]:
    return list(
        AuditEvent.objects.filter(verb__startswith="rules.").order_by("seq").values_list("verb", flat=True)
    )


# The way into force


def test_the_whole_way(
    draft: PolicyVersion, senior: User, other: User, alice: User, version: Version
) -> None:
    predictions.create(alice, version, {"prompt": "red fox"})
    in_shadow(draft, senior)
    predictions.create(alice, version, {"prompt": "red fox"})
    assert [hit.outcome for hit in PolicyHit.objects.all()] == [Outcome.SHADOWED]
    drafting.activate(draft, by=other)
    assert (draft.state, draft.activated_by, draft.is_single_operator) == ("active", other, False)
    with pytest.raises(InvalidInput):
        predictions.create(alice, version, {"prompt": "red fox"})
    drafting.retire(draft, by=other, reason="too much")
    predictions.create(alice, version, {"prompt": "red fox"})
    assert verbs() == ["rules.draft", "rules.shadow", "rules.activate", "rules.retire"]


def test_who_drafted_it_does_not_put_it_in_force(draft: PolicyVersion, senior: User, other: User) -> None:
    in_shadow(draft, senior)
    with pytest.raises(NotAllowed, match="somebody else"):
        drafting.activate(draft, by=senior)


def test_who_is_alone_may_after_a_day_and_it_is_recorded(draft: PolicyVersion, senior: User) -> None:
    in_shadow(draft, senior, hours=23)
    with pytest.raises(NotAllowed, match="Nobody else"):
        drafting.activate(draft, by=senior, urgent="now")
    in_shadow_since = timezone.now() - timedelta(hours=25)
    PolicyVersion.objects.filter(pk=draft.pk).update(shadow_at=in_shadow_since, edited_at=in_shadow_since)
    draft.refresh_from_db()
    assert drafting.activate(draft, by=senior).is_single_operator
    assert "alone" in AuditEvent.objects.get(verb="rules.activate").reason


def test_a_day_in_shadow_or_a_reason(draft: PolicyVersion, senior: User, other: User) -> None:
    in_shadow(draft, senior, hours=1)
    with pytest.raises(NotAllowed, match="in shadow for a day"):
        drafting.activate(draft, by=other)
    drafting.activate(draft, by=other, urgent="a wave of it since noon")
    assert "since noon" in AuditEvent.objects.get(verb="rules.activate").reason


def test_a_draft_is_never_put_in_force(draft: PolicyVersion, other: User) -> None:
    with pytest.raises(Conflict):
        drafting.activate(draft, by=other, urgent="now")


def test_the_next_version_takes_the_place(draft: PolicyVersion, senior: User, other: User) -> None:
    drafting.activate(in_shadow(draft, senior), by=other)
    after = drafting.copy(draft, by=other)
    assert (after.number, after.clauses, after.state) == (2, draft.clauses, "draft")
    drafting.activate(in_shadow(after, other), by=senior)
    draft.refresh_from_db()
    assert draft.state == PolicyState.RETIRED
    assert draft.retired_at is not None


def test_what_acts_is_never_changed(draft: PolicyVersion, senior: User, other: User) -> None:
    in_shadow(draft, senior)
    with pytest.raises(Conflict):
        drafting.edit(draft, RED, by=senior)
    drafting.activate(draft, by=other)
    with pytest.raises(Conflict):
        drafting.edit(draft, RED, by=senior)


def test_one_candidate_a_rule(draft: PolicyVersion, senior: User) -> None:
    with pytest.raises(Conflict):
        drafting.begin("red", RED, by=senior)
    drafting.discard(draft, by=senior)
    assert drafting.begin("red", RED, by=senior).number == 1


def test_taken_out_of_shadow_its_notes_stay(draft: PolicyVersion, senior: User) -> None:
    in_shadow(draft, senior)
    PolicyHit.objects.create(version=draft, outcome=Outcome.SHADOWED, field="prompt")
    drafting.discard(draft, by=senior)
    draft.refresh_from_db()
    assert (draft.state, draft.hits.count()) == (PolicyState.RETIRED, 1)


def test_the_database_itself_wants_two(draft: PolicyVersion, senior: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.filter(pk=draft.pk).update(activated_by=senior)
    drafting.begin("blue", RED, by=senior)
    rows = PolicyVersion.objects.filter(rule="blue")
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.bulk_create([PolicyVersion(rule="red", number=9, state="draft")])
    assert rows.exists()


BAD = [
    ({"title": " "}, "title"),
    ({"title": "x" * 121}, "title"),
    ({"severity": "burn"}, "severity"),
    ({"category": "mood"}, "category"),
    ({"clauses": ""}, "clauses"),
    ({"clauses": "red &"}, "clauses"),
    ({"clauses": "x" * 100_001}, "clauses"),
    ({"clauses": "red\0"}, "clauses"),
    ({"allowed": "<&>"}, "allowed"),
]


@pytest.mark.parametrize(("changes", "field"), BAD)
def test_a_bad_draft_names_its_field(senior: User, changes: dict, field: str) -> None:
    values = {name: getattr(RED, name) for name in Draft.__slots__} | changes
    with pytest.raises(InvalidInput) as refused:
        drafting.begin("red", Draft(**values), by=senior)
    assert field in refused.value.by_field()
    assert not PolicyVersion.objects.exists()


# Taken back


def test_all_that_a_version_did_is_taken_back(
    senior: User, other: User, alice: User, make_output: Callable[..., Output]
) -> None:
    version = drafting.begin("red", Draft("Red waits", "hold", "hate", "red fox"), by=senior)
    drafting.activate(in_shadow(version, senior), by=other)
    output = make_output(alice, hold=Hold.SHARED)
    Prediction.objects.filter(pk=output.prediction_id).update(is_held=True)
    PolicyHit.objects.create(
        version=version, outcome=Outcome.HELD, field="prompt", prediction=output.prediction
    )
    hidden = make_output(alice)
    case = cases.file_signal(hidden, kind="rule", category="hate", source=version.source)
    decisions.decide_automatically(case, "hide", source=version.source)
    hidden.refresh_from_db()
    assert not hidden.is_published
    done = drafting.revert(version, by=other, reason="it was wrong")
    assert (done.decisions, done.predictions) == (1, 1)
    hidden.refresh_from_db()
    output.refresh_from_db()
    version.refresh_from_db()
    assert hidden.is_published
    assert output.hold == Hold.NONE
    assert (version.state, version.reverted_at is not None) == (PolicyState.RETIRED, True)
    assert Decision.objects.filter(outcome="overturn").count() == 1
    assert verbs()[-1] == "rules.revert"
    assert shares.create(alice, output, Options()).pk
    again = drafting.revert(version, by=other, reason="once more")
    assert (again.decisions, again.predictions) == (0, 0)


def test_to_take_back_one_says_why(draft: PolicyVersion, other: User) -> None:
    with pytest.raises(InvalidInput):
        drafting.revert(draft, by=other, reason=" ")


# Tried


def test_the_flips_are_listed(
    draft: PolicyVersion, rule: Rule, alice: User, make_output: Callable[..., Output]
) -> None:
    rule("blue", "warn", rule="red", number=7)
    shared = make_output(alice, prompt="a red fox on a hill")
    Share.objects.create(user=alice, output=shared)
    make_output(alice, prompt="a red fox that nobody was shown")
    trial = trying.run(draft, lines="blue sky\nred fox\n+ rEd f0x\n- red fox terrier\n+ green\ngrass")
    assert trial.total == 7
    assert [(flip.text, flip.before, flip.after) for flip in trial.flips] == [
        ("blue sky", "warn", "pass"),
        ("red fox", "pass", "refuse"),
        ("rEd f0x", "pass", "refuse"),
        ("a red fox on a hill", "pass", "refuse"),
    ]
    assert trial.flips[3].pieces == [("a ", False), ("red fox", True), (" on a hill", False)]
    assert (trial.labelled, trial.wrong) == (3, ["+ green"])
    assert (trial.precision, trial.recall) == (1.0, 0.5)
    assert not PolicyHit.objects.exists()


@pytest.mark.parametrize("lines", ["", "\n\n", "+\n-\n", "x" * 50_000, "\n".join(["red fox"] * 5000)])
def test_any_lines_can_be_tried(draft: PolicyVersion, lines: str) -> None:
    assert trying.run(draft, lines=lines).total <= trying.LINES_MAX


# Their pages


@pytest.fixture
def desk(senior: User, client_of: Callable[..., Client]) -> Client:
    return client_of(senior)


def page_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_shows_what_ships_and_the_classifier(desk: Client) -> None:
    page = page_of(desk, "/moderation/rules/")
    assert "Nobody under age in anything sexual" in page
    assert "None is installed, so it is off" in page


def test_from_form_to_force(
    desk: Client, other: User, client_of: Callable[..., Client], alice: User, version: Version
) -> None:
    form = {"rule": "red", "title": "No red", "severity": "refuse", "category": "other", "clauses": "red fox"}
    made = desk.post("/moderation/rules/new/", form)
    row = PolicyVersion.objects.get(rule="red")
    assert made.url == f"/moderation/rules/{row.pk}/"
    wrong = desk.post(made.url, {**form, "clauses": "red &"})
    assert wrong.status_code == 422
    assert "Line 1 has a sign" in wrong.content.decode()
    assert "red &amp;</textarea>" in wrong.content.decode()
    assert desk.post(made.url, {**form, "title": "No red fox"}).status_code == 302
    tried = desk.post(
        f"{made.url}try/", {"lines": "a red fox\n<script>", "shared": "on"}, headers={"HX-Request": "true"}
    )
    assert "<b>1 of 2 would be treated otherwise.</b>" in tried.content.decode()
    assert "<mark>red fox</mark>" in tried.content.decode()
    desk.post(f"{made.url}shadow/")
    refused = desk.post(f"{made.url}activate/", {"reason": "now"}, follow=True)
    assert "somebody else must agree" in refused.content.decode()
    second = client_of(other)
    assert "It takes the place of the version before" in page_of(second, made.url)
    second.post(f"{made.url}activate/", {"reason": "a wave of it"})
    row.refresh_from_db()
    assert (row.state, row.title) == ("active", "No red fox")
    history = page_of(second, "/moderation/rules/of/red/")
    assert "Active" in history
    second.post(f"{made.url}revert/", {"reason": "wrong"})
    row.refresh_from_db()
    assert row.state == "retired"


def test_pages_hold_no_more_queries_for_more_rules(
    desk: Client, rule: Rule, django_assert_max_num_queries: Callable
) -> None:
    page_of(desk, "/moderation/rules/")
    with django_assert_max_num_queries(16):
        page_of(desk, "/moderation/rules/")
    for name in ("red", "blue", "green", "grey"):
        rule(name)
    page_of(desk, "/moderation/rules/")
    with django_assert_max_num_queries(16):
        page_of(desk, "/moderation/rules/")


@pytest.mark.parametrize("step", ["explode", "activate", "retire", "revert"])
def test_a_step_out_of_turn_changes_nothing(desk: Client, draft: PolicyVersion, step: str) -> None:
    response = desk.post(f"/moderation/rules/{draft.pk}/{step}/", {"reason": ""})
    assert response.status_code in (302, 404)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_moderator_edits_no_rules(
    moderator: User, client_of: Callable[..., Client], draft: PolicyVersion
) -> None:
    client = client_of(moderator)
    for address in ("/moderation/rules/", f"/moderation/rules/{draft.pk}/", "/moderation/blocked/"):
        assert client.get(address).status_code == 403
    assert client.post(f"/moderation/rules/{draft.pk}/shadow/").status_code == 403
    draft.refresh_from_db()
    assert draft.state == "draft"


# The block-list


def upload(picture) -> object:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("a.png", saved(picture, "PNG") if not isinstance(picture, bytes) else picture)


def test_a_picture_is_blocked_by_two(desk: Client, other: User, client_of: Callable[..., Client]) -> None:
    told = {"picture": upload(scene(1)), "category": "child", "reason": "known"}
    assert desk.post("/moderation/blocked/", told).status_code == 302
    row = BlockedPicture.objects.get()
    assert row.hashes.count() > 100
    desk.post(f"/moderation/blocked/{row.pk}/agree/")
    row.refresh_from_db()
    assert row.agreed_at is None
    client_of(other).post(f"/moderation/blocked/{row.pk}/agree/")
    row.refresh_from_db()
    assert row.is_matched
    assert "Matched" in page_of(desk, "/moderation/blocked/")
    desk.post(f"/moderation/blocked/{row.pk}/lift/")
    row.refresh_from_db()
    assert not row.is_matched
    lines = AuditEvent.objects.filter(verb__startswith="block.").order_by("seq")
    assert list(lines.values_list("verb", flat=True)) == ["block.ask", "block.agree", "block.lift"]


@pytest.mark.parametrize(
    "changes",
    [
        {"picture": b"no picture"},
        {"picture": b""},
        {"category": "mood"},
        {"reason": ""},
        {"reason": "x" * 301},
    ],
)
def test_a_bad_form_blocks_nothing(desk: Client, changes: dict) -> None:
    told = {"picture": scene(1), "category": "child", "reason": "known"} | changes
    told["picture"] = upload(told["picture"])
    assert desk.post("/moderation/blocked/", told).status_code == 422
    assert not BlockedPicture.objects.exists()
