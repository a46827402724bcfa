"""Creating and canceling: validation, once per key, limits with an honest answer."""

import pytest

from generations.errors import InvalidInput, OverLimit, QueueFull
from generations.models import Output, Prediction, Status
from generations.services import claims, predictions, running


def test_a_missing_seed_is_filled_in_the_row(alice, create):
    """A seed nobody named is chosen before the row is written, so a second run draws the same picture."""
    assert isinstance(create(alice).input["seed"], int)


def test_defaults_become_part_of_the_recipe(alice, create):
    """What the person left out stands in the recipe as the version's default."""
    assert create(alice).input["steps"] == 10


def test_a_wrong_field_is_named_and_nothing_is_written(alice, create):
    """A wrong input raises with the field's name and leaves no row."""
    with pytest.raises(InvalidInput) as caught:
        create(alice, steps=51)
    assert list(caught.value.by_field()) == ["steps"]
    assert not Prediction.objects.exists()


def test_the_same_key_gives_the_same_prediction(alice, create):
    """A double click is one prediction."""
    assert create(alice, key="k").pk == create(alice, key="k").pk


def test_two_people_may_use_the_same_key(alice, bob, create):
    """A key belongs to a person: another one's key finds nothing of mine."""
    assert create(alice, key="k").pk != create(bob, key="k").pk


def test_too_many_waiting_is_refused_with_a_time(alice, create, settings):
    """Over the cap of waiting predictions the answer says how many there are and when to come back."""
    settings.LIMITS = {**settings.LIMITS, "queued": 2}
    create(alice), create(alice)
    with pytest.raises(OverLimit, match="2 prompts waiting") as caught:
        create(alice)
    assert caught.value.retry_after_s > 0


def test_too_many_in_a_day_says_when_the_next_may_come(alice, create, settings):
    """The daily limit counts the last 24 hours and names the wait."""
    settings.LIMITS = {**settings.LIMITS, "per_day": 1}
    predictions.cancel(create(alice))
    with pytest.raises(OverLimit, match="24 hours") as caught:
        create(alice)
    assert 24 * 3600 - 60 < caught.value.retry_after_s <= 24 * 3600


def test_a_full_site_says_so_to_everybody(alice, bob, create, settings):
    """The cap of the whole queue refuses whoever comes next."""
    settings.LIMITS = {**settings.LIMITS, "queue": 1}
    create(alice)
    with pytest.raises(QueueFull):
        create(bob)


def test_a_waiting_prediction_is_canceled_at_once(alice, create):
    """Nobody holds it: the row ends in the same moment."""
    prediction = create(alice)
    predictions.cancel(prediction)
    assert prediction.status == Status.CANCELED
    assert prediction.completed_at is not None


def test_canceling_twice_changes_nothing(alice, create):
    """Cancel is idempotent: the second one does not raise seq."""
    prediction = create(alice)
    predictions.cancel(prediction)
    seq = prediction.seq
    predictions.cancel(prediction)
    assert prediction.seq == seq


def test_a_leased_prediction_is_only_asked_to_end(alice, create, engine):
    """Its dispatcher tells the engine; until then it runs."""
    prediction = create(alice)
    claims.claim("north", engine, outputs=4, predictions=1)
    predictions.cancel(prediction)
    assert prediction.status == Status.STARTING
    assert prediction.cancel_asked_at is not None


def test_canceling_after_a_return_leaves_no_output(alice, create, engine, make_stored):
    """A row that came back to the queue with a stored output, and is canceled there, keeps none."""
    prediction = create(alice)
    [row] = claims.claim("north", engine, outputs=4, predictions=1)
    running.start(row, engine_seq=1)
    make_stored(row)
    running.lose(row, fault=True)
    prediction.refresh_from_db()
    predictions.cancel(prediction)
    assert not Output.objects.exists()
