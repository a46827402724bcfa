"""Rules before generating: a refusal costs nothing, a warning can be passed, a hold keeps from sharing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from generations.errors import InvalidInput, NeedsPassing, NotAllowed
from generations.models import (
    Case,
    Chunk,
    Hold,
    Outcome,
    Output,
    PolicyHit,
    PolicyState,
    PolicyVersion,
    Prediction,
    Share,
    Signal,
    Strike,
    Version,
)
from generations.services import claims, grids, holding, plans, policies, predictions, running, shares
from generations.services.plans import Wish
from generations.services.shares import Options

pytestmark = pytest.mark.django_db

Rule = Callable[..., PolicyVersion]


def create(user: User, version: Version, **input: object) -> Prediction:
    passed = input.pop("passed", None)
    return predictions.create(user, version, {"prompt": "a fox", **input}, passed=passed)


def test_a_refusal_names_field_words_and_rule_and_costs_nothing(
    alice: User, version: Version, rule: Rule
) -> None:
    acts = rule("red fox")
    with pytest.raises(InvalidInput) as refused:
        create(alice, version, prompt="a RED f0x in the snow")
    [error] = refused.value.fields
    assert (error.field, error.rule, error.spans) == ("prompt", "red/1", ((2, 9),))
    assert "“RED f0x”" in error.sentence
    assert acts.title in error.sentence
    assert not Prediction.objects.exists()
    assert not Strike.objects.exists()
    hit = PolicyHit.objects.get()
    assert (hit.outcome, hit.words, hit.user, hit.prediction) == (Outcome.REFUSED, ["RED f0x"], alice, None)


@pytest.mark.parametrize(
    ("input", "field"),
    [
        ({"negative_prompt": "red"}, "negative_prompt"),
        ({"words": ["blue", "red"]}, "words"),
    ],
)
def test_every_text_is_read(alice: User, version: Version, rule: Rule, input: dict, field: str) -> None:
    rule("red")
    with pytest.raises(InvalidInput) as refused:
        create(alice, version, **input)
    assert [each.field for each in refused.value.fields] == [field]


def test_what_the_model_offers_is_not(alice: User, version: Version, rule: Rule) -> None:
    rule("red")
    assert create(alice, version, mood="red").pk


def test_each_wrong_field_is_told(alice: User, version: Version, rule: Rule) -> None:
    rule("red")
    with pytest.raises(InvalidInput) as refused:
        create(alice, version, prompt="red", negative_prompt="red")
    assert set(refused.value.by_field()) == {"prompt", "negative_prompt"}


def test_a_warning_is_asked_about_once_and_never_a_strike(alice: User, version: Version, rule: Rule) -> None:
    acts = rule("red", "warn")
    with pytest.raises(NeedsPassing) as asked:
        create(alice, version, prompt="red", passed=frozenset())
    assert asked.value.token == acts.pk
    assert not Prediction.objects.exists()
    made = create(alice, version, prompt="red", passed={asked.value.token})
    assert PolicyHit.objects.get(prediction=made).outcome == Outcome.PASSED
    assert not Chunk.objects.exists()
    assert not Strike.objects.exists()
    assert not made.is_held


def test_another_version_is_another_warning(alice: User, version: Version, rule: Rule) -> None:
    old = rule("red", "warn")
    PolicyVersion.objects.filter(pk=old.pk).update(state=PolicyState.RETIRED)
    rule("red", "warn", number=2)
    with pytest.raises(NeedsPassing):
        create(alice, version, prompt="red", passed={old.pk})


def test_where_nobody_can_be_asked_it_stands_in_the_log(
    alice: User, version: Version, rule: Rule, engine_of: Callable
) -> None:
    rule("red", "warn")
    made = create(alice, version, prompt="red")
    assert PolicyHit.objects.get(prediction=made).outcome == Outcome.WARNED
    log = Chunk.objects.get(prediction=made)
    assert (log.kind, log.seq) == ("log", 0)
    assert log.data.startswith("Warning: Prompt: “red”")
    row = claims.claim("d", engine_of(version), predictions=1, outputs=1)[0]
    claims.give_back(row)
    assert Chunk.objects.filter(prediction=made).exists(), "it stays when the prediction is taken up again"


@pytest.fixture
def engine_of() -> Callable:
    from generations.models import Engine

    def make(version: Version) -> Engine:
        engine = Engine.objects.create(
            name="one", base_url="http://127.0.0.1:1", boot="b", slots_max=4, status="READY"
        )
        engine.versions.add(version)
        return engine

    return make


def test_a_shadowed_rule_only_notes(alice: User, version: Version, rule: Rule) -> None:
    rule("red", state=PolicyState.SHADOW)
    made = create(alice, version, prompt="red")
    hit = PolicyHit.objects.get()
    assert (hit.outcome, hit.prediction, made.is_held) == (Outcome.SHADOWED, made, False)


def test_a_draft_and_a_retired_rule_do_nothing(alice: User, version: Version, rule: Rule) -> None:
    rule("red", state=PolicyState.DRAFT)
    rule("fox", state=PolicyState.RETIRED)
    create(alice, version, prompt="red fox")
    assert not PolicyHit.objects.exists()


def test_a_change_acts_at_once(alice: User, version: Version, rule: Rule) -> None:
    create(alice, version, prompt="red")
    acts = rule("red")
    with pytest.raises(InvalidInput):
        create(alice, version, prompt="red")
    PolicyVersion.objects.filter(pk=acts.pk).update(state=PolicyState.RETIRED)
    create(alice, version, prompt="red")


def test_a_new_site_has_rules_once(alice: User, version: Version) -> None:
    with pytest.raises(InvalidInput, match="minors/1"):
        create(alice, version, prompt="a naked child")
    before = PolicyVersion.objects.count()
    policies.enter_shipped()
    assert PolicyVersion.objects.count() == before
    PolicyVersion.objects.filter(rule="forgery").update(state=PolicyState.RETIRED)
    policies.enter_shipped()
    assert PolicyVersion.objects.get(rule="forgery").state == PolicyState.RETIRED


def test_the_rules_take_one_query(
    alice: User, version: Version, rule: Rule, django_assert_num_queries: Callable
) -> None:
    policies.live()
    with django_assert_num_queries(1):
        assert policies.examine(version.schema, {"prompt": "a fox"}) == []


def test_matches_are_forgotten_after_a_while(rule: Rule, make_output: Callable, alice: User) -> None:
    acts = rule("red", "hold")
    old = timezone.now() - timedelta(days=91)
    for outcome in (Outcome.REFUSED, Outcome.HELD):
        PolicyHit.objects.create(version=acts, outcome=outcome, field="prompt", created_at=old)
    PolicyHit.objects.create(version=acts, outcome=Outcome.REFUSED, field="prompt")
    assert policies.forget_old() == 1
    assert PolicyHit.objects.filter(outcome=Outcome.HELD).exists(), "what it holds is still held"


# Held


def held_output(user: User, make_output: Callable, acts: PolicyVersion, **fields: object) -> Output:
    output = make_output(user, hold=Hold.SHARED, **fields)
    Prediction.objects.filter(pk=output.prediction_id).update(is_held=True)
    PolicyHit.objects.create(
        version=acts,
        outcome=Outcome.HELD,
        field="prompt",
        words=["red"],
        spans=[[0, 3]],
        user=user,
        prediction=output.prediction,
    )
    output.prediction.refresh_from_db()
    return output


def test_what_is_held_is_made(alice: User, version: Version, rule: Rule, engine_of: Callable) -> None:
    rule("red", "hold")
    made = create(alice, version, prompt="red")
    assert made.is_held
    row = claims.claim("d", engine_of(version), predictions=1, outputs=1)[0]
    running.start(row, engine_seq=1)
    output = Output(prediction=row, user_id=alice.pk, index=0, key="k", size=1, width=1, height=1)
    assert running.publish(row, output, engine_seq=2)
    assert output.hold == Hold.SHARED
    assert not Signal.objects.exists(), "what is private is nobody's to look at"


def test_to_share_it_asks_a_moderator(alice: User, make_output: Callable, rule: Rule) -> None:
    output = held_output(alice, make_output, rule("red", "hold", category="hate"))
    for subject in (output, output.prediction):
        with pytest.raises(NotAllowed, match="red/1"):
            shares.create(alice, subject, Options())
    assert not Share.objects.exists()
    case = Case.objects.get(subject_kind="output", subject_id=output.pk)
    signal = case.signals.get()
    assert (signal.kind, signal.category, signal.source) == ("rule", "hate", "prompt:red@1")
    assert signal.spans == [{"field": "prompt", "start": 0, "end": 3, "term": "red"}]
    assert signal.is_soft


def test_asking_again_gathers_in_the_same_case(alice: User, make_output: Callable, rule: Rule) -> None:
    output = held_output(alice, make_output, rule("red", "hold"))
    for _ in range(3):
        with pytest.raises(NotAllowed):
            shares.create(alice, output, Options())
    assert Case.objects.count() == 1
    assert Signal.objects.count() == 1, "the same reason once"


def test_released_it_can_be_shared(alice: User, make_output: Callable, rule: Rule) -> None:
    acts = rule("red", "hold")
    output = held_output(alice, make_output, acts)
    assert holding.release_version(acts.pk) == 1
    output.refresh_from_db()
    output.prediction.refresh_from_db()
    assert shares.create(alice, output, Options()).pk
    assert not output.prediction.is_held


def test_a_second_rule_holds_on(alice: User, make_output: Callable, rule: Rule) -> None:
    one, other = rule("red", "hold"), rule("blue", "hold")
    output = held_output(alice, make_output, one)
    PolicyHit.objects.create(
        version=other, outcome=Outcome.HELD, field="prompt", prediction=output.prediction
    )
    assert holding.release_version(one.pk) == 0
    output.refresh_from_db()
    assert output.hold == Hold.SHARED
    assert holding.release_version(other.pk) == 1
    output.refresh_from_db()
    assert output.hold == Hold.NONE


# Grids


def test_no_cell_of_a_grid_slips_through(alice: User, version: Version, rule: Rule) -> None:
    rule("red fox")
    with pytest.raises(InvalidInput) as refused:
        plans.plan_of_braces(alice, version, {"prompt": "a {red|blue} fox"})
    assert refused.value.fields[0].field in ("prompt", "columns-values")
    with pytest.raises(InvalidInput) as refused:
        plans.plan(
            alice,
            version,
            {"prompt": "a cat"},
            rows=Wish("negative_prompt", "blue\nred fox"),
            columns=None,
        )
    assert refused.value.fields[0].field == "rows-values"


def test_halves_in_braces_are_read_together(alice: User, version: Version, rule: Rule) -> None:
    rule("forbidden")
    with pytest.raises(InvalidInput):
        plans.plan_of_braces(alice, version, {"prompt": "for{bid|give}den"})


def test_a_grid_tells_its_warnings_before_it_is_made(alice: User, version: Version, rule: Rule) -> None:
    rule("red", "warn")
    plan = plans.plan_of_braces(alice, version, {"prompt": "a {red|blue} fox"})
    assert plan is not None
    assert len(plan.warnings) == 1
    grid = grids.create(alice, plan)
    assert grid.cells.exclude(prediction=None).count() == 2


def test_a_cell_that_a_rule_refuses_since_says_so(alice: User, version: Version, rule: Rule) -> None:
    plan = plans.plan_of_braces(alice, version, {"prompt": "a {red|blue} fox"})
    assert plan is not None
    rule("red")
    grid = grids.create(alice, plan)
    told = {cell.error for cell in grid.cells.all()}
    assert any("red/1" in error for error in told)
    assert grid.cells.exclude(prediction=None).count() == 1
